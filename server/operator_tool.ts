/** What the operator's commands beside the server share: the data folder, one line that says what was done or what to do, exit codes. */

import { CommanderError } from "@commander-js/extra-typings";
import { ChatError } from "../protocol/errors.ts";
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
    const problem = startProblem(error) ?? (isProblem(error) ? error.message : null);
    if (problem === null) throw error;
    printProblem(name, problem);
    return 1;
  }
}

function isProblem(error: unknown): error is Error {
  return error instanceof DatabaseCopyError || error instanceof ChatError;
}

/** On the terminal, not in what a script takes. */
export function printProblem(name: string, line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${name}: ${line}\n`));
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
