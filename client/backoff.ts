/** How long to wait before the next attempt. */

/** Milliseconds before attempt 1, 2, …; undefined to give up. */
export type Backoff = (attempt: number) => number | undefined;

const FIRST_MS = 250;
export const LONGEST_WAIT_MS = 10_000;

/** 0.25 s doubling to 10 s, each with up to half of it more at random, so that many clients do not come back at once. */
export function defaultBackoff(attempt: number): number {
  const wait = Math.min(FIRST_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS);
  return wait * (1 + Math.random() / 2);
}
