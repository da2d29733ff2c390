/** Watches a server's resident memory while something else is going on. */

import { setTimeout as delay } from "node:timers/promises";
import type { RunningServer } from "../subject.ts";

export interface MemorySample {
  /** On the monotonic clock. */
  readonly atMs: number;
  readonly kiB: number;
}

export class MemorySampler implements AsyncDisposable {
  readonly samples: MemorySample[] = [];
  readonly #server: RunningServer;
  readonly #stop = new AbortController();
  readonly #sampling: Promise<void>;

  constructor(server: RunningServer, everyMs: number) {
    this.#server = server;
    this.#sampling = this.#sample(everyMs);
  }

  /** Ends with the sample that is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#sampling;
  }

  async #sample(everyMs: number): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const { residentKiB: kiB } = await this.#server.memory();
      this.samples.push({ atMs: performance.now(), kiB });
      await delay(everyMs, undefined, { signal }).catch(() => {});
    }
  }
}
