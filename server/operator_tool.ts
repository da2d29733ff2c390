/** What the operator's commands beside the server share: the data folder, one line that says what was done or what to do, exit codes. */

import { CommanderError } from "@commander-js/extra-typings";
import { readEnvironment } from "./environment.ts";
import { DatabaseCopyError } from "./sqlite/database_copy.ts";
import { startProblem } from "./startup.ts";

/** The folder of the database where no flag names one: that of the server. */
export function defaultDataFolder(): string {
  return readEnvironment(["PARLEY_DATA"]).PARLEY_DATA || "data";
}

/**
 * Does the work and prints the line that it resolves with.
 * @returns the exit code: 0 where it was done, 1 where it could not be, 2 for a mistake in the usage
 */
export async function runTool(name: string, work: () => Promise<string>): Promise<0 | 1 | 2> {
  try {
    Deno.stdout.writeSync(new TextEncoder().encode(await work() + "\n"));
    return 0;
  } catch (error) {
    // It has printed its words already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const problem = error instanceof DatabaseCopyError ? error.message : startProblem(error);
    if (problem === null) throw error;
    Deno.stderr.writeSync(new TextEncoder().encode(`${name}: ${problem}\n`));
    return 1;
  }
}

/** As in `12,345 messages (3.4 MiB)`. */
export function amountOf({ messages, bytes }: { messages: number; bytes: number }): string {
  const size = `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
  return `${messages.toLocaleString("en")} message${messages === 1 ? "" : "s"} (${size})`;
}

/** As in `0.4 s`. */
export function secondsSince(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}
