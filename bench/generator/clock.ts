/** The generator's clock and its turns. */

import { setImmediate } from "node:timers";

/** Microseconds on the monotonic clock. */
export function nowUs(): number {
  return performance.now() * 1000;
}

/** Resolves in the next turn of the event loop, after what came from the network. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => resolve()));
}
