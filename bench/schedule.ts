/** When messages are due in an open loop: at a steady rate, whatever the server does. */

import { setImmediate } from "node:timers";

export interface ScheduleOptions {
  /** Messages a second, of all senders together. */
  readonly rate: number;
  /** Milliseconds on the monotonic clock. */
  readonly startMs: number;
  readonly durationMs: number;
}

export class Schedule {
  readonly #intervalMs: number;
  readonly #startMs: number;
  /** Messages in all. */
  readonly count: number;

  constructor({ rate, startMs, durationMs }: ScheduleOptions) {
    this.#intervalMs = 1000 / rate;
    this.#startMs = startMs;
    this.count = Math.max(1, Math.round(durationMs / this.#intervalMs));
  }

  /** The intended send time of message `index`, from 0. */
  timeOf(index: number): number {
    return this.#startMs + index * this.#intervalMs;
  }

  /** How many messages are due at that time: those whose intended time has come. */
  dueBy(nowMs: number): number {
    const due = Math.floor((nowMs - this.#startMs) / this.#intervalMs) + 1;
    return Math.min(this.count, Math.max(0, due));
  }
}

/** A timer of Deno's is up to this late; nearer than this to the time, turns of the event loop are counted instead. */
const TIMER_MS = 4;

/** Resolves at that time on the monotonic clock, to within a turn of the event loop. */
export async function sleepUntil(timeMs: number): Promise<void> {
  const waitMs = timeMs - performance.now();
  if (waitMs > TIMER_MS) await new Promise((resolve) => setTimeout(resolve, waitMs - TIMER_MS));
  do await turn(); while (performance.now() < timeMs);
}

/** Resolves in the next turn of the event loop, after what came from the network. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => resolve()));
}
