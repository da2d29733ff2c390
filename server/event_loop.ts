/** The turns of the event loop, shared by all who wait for the next one. */

import { setImmediate } from "node:timers";

let next: Promise<void> | null = null;

/**
 * Resolves when what is ready to be read has been read, and what was handed to the system has been written as far as it takes it.
 * One promise for all who ask in the same turn: a timer of their own for each would cost more than what they wait for.
 */
export function nextTurn(): Promise<void> {
  return next ??= new Promise((resolve) =>
    setImmediate(() => {
      next = null;
      resolve();
    })
  );
}
