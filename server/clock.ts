/** Time, as the server reads it; tests put a clock of their own in its place. */

export interface Clock {
  /** Milliseconds since 1970, UTC. May jump. */
  now(): number;
  /** Milliseconds from some start; never goes back. For rates and timeouts. */
  monotonic(): number;
  /** Calls `task` once after so many milliseconds. Returns what cancels it. */
  after(ms: number, task: () => void): () => void;
  /** Calls `task` again and again, each time after so many milliseconds. Returns what cancels it. */
  every(ms: number, task: () => void): () => void;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
  every(ms, task) {
    const timer = setInterval(task, ms);
    return () => clearInterval(timer);
  },
};

/** RFC 3339, UTC, milliseconds. */
export function timestampOf(ms: number): string {
  return new Date(ms).toISOString();
}
