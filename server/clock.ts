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

let second = NaN;
let secondText = "";

/** RFC 3339, UTC, milliseconds. The second's part is kept: formatting it anew was a sixth of what a message costs here. */
export function timestampOf(ms: number): string {
  const thisSecond = Math.floor(ms / 1000);
  if (thisSecond !== second) {
    secondText = new Date(thisSecond * 1000).toISOString().slice(0, -4);
    second = thisSecond;
  }
  return secondText + String(Math.floor(ms) - thisSecond * 1000).padStart(3, "0") + "Z";
}
