/** Time that stands still until a test moves it. */

import type { Clock } from "../server/clock.ts";

interface Timer {
  readonly at: number;
  readonly ms: number;
  readonly task: () => void;
}

export class FakeClock implements Clock {
  #now: number;
  #monotonic = 0;
  #timers: Timer[] = [];
  #watchers: { readonly ms: number; readonly resolve: () => void }[] = [];

  constructor(now = Date.parse("2026-11-21T10:00:00.000Z")) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  after(ms: number, task: () => void): () => void {
    const timer = { at: this.#monotonic + ms, ms, task };
    this.#timers.push(timer);
    for (const watcher of this.#watchers.filter((watcher) => watcher.ms === ms)) watcher.resolve();
    this.#watchers = this.#watchers.filter((watcher) => watcher.ms !== ms);
    return () => this.#timers = this.#timers.filter((other) => other !== timer);
  }

  every(ms: number, task: () => void): () => void {
    const repeat = () => {
      cancel = this.after(ms, repeat);
      task();
    };
    let cancel = this.after(ms, repeat);
    return () => cancel();
  }

  /** Resolves when a timer of exactly so many milliseconds is waiting. */
  armed(ms: number): Promise<void> {
    if (this.#timers.some((timer) => timer.ms === ms)) return Promise.resolve();
    return new Promise((resolve) => this.#watchers.push({ ms, resolve }));
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Lets so much time pass; what is due meanwhile runs in its order. */
  advance(ms: number): void {
    const end = this.#monotonic + ms;
    for (;;) {
      const next = this.#timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#pass(next.at);
      next.task();
    }
    this.#pass(end);
  }

  /** Sets the time of day, as an administrator might; timers and `monotonic` do not notice. */
  setNow(now: number): void {
    this.#now = now;
  }

  #pass(until: number): void {
    this.#now += until - this.#monotonic;
    this.#monotonic = until;
  }
}
