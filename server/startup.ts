/** What can go wrong at the start, as one line that says what to do. */

import { ChatError } from "../protocol/errors.ts";
import { StoreOpenError } from "./sqlite/store_open_error.ts";

/**
 * Connections that may wait to be accepted. Of those who come back at once, whoever finds no place tries again after a second:
 * Deno's default of 511 is too few for the 1,000 of the benchmark.
 */
export const BACKLOG = 4096;

/** Ends the start with exit code 1; the message is one line for the operator. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/** Makes a folder where there is none, and tries that it can be written. @throws StartError */
export async function prepareFolder(folder: string, flag: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
    const probe = await Deno.makeTempFile({ dir: folder, prefix: ".probe-" });
    await Deno.remove(probe);
  } catch (error) {
    throw new StartError(
      `Cannot write in the folder ${folder} (${
        reason(error)
      }). Make it writable, or name another one with ${flag}.`,
    );
  }
}

/** Listens, or says why not. @throws StartError */
export function listening<T>(listen: () => T, place: { host: string; port: number; flag: string }): T {
  try {
    return listen();
  } catch (error) {
    const where = `${place.host}:${place.port}`;
    if (error instanceof Deno.errors.AddrInUse) {
      throw new StartError(
        `Port ${where} is taken. Stop what listens there, or choose another one with ${place.flag}.`,
      );
    }
    throw new StartError(
      `Cannot listen on ${where} (${reason(error)}). Choose another one with ${place.flag} or --host.`,
    );
  }
}

/** The one line for what ended the start; null for a fault of the program's. */
export function startProblem(error: unknown): string | null {
  if (error instanceof StartError || error instanceof StoreOpenError) return error.message;
  if (!(error instanceof ChatError) || error.code !== "store_unavailable") return null;
  return `Nothing can be stored in the data folder (${error.cause}). Check the disk, and that the database is sound.`;
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message.split("\n")[0]! : String(error);
}
