/** How the terminal client ends: its exit codes, for scripts. */

import { ChatError } from "../protocol/errors.ts";

export const EXIT = {
  /** All that was said is stored. */
  ok: 0,
  /** The login, a message or a command was refused. */
  refused: 1,
  /** The command line was wrong. */
  usage: 2,
  /** The server could not be reached, and something was not acknowledged. */
  network: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof ChatError ? EXIT.refused : EXIT.network;
}
