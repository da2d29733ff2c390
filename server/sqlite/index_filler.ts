/** Keeps the full-text index filled: a moment after something was stored, in small parts, until it is up to date. */

import type { Seq } from "../store.ts";

/** Before the first part: what is stored meanwhile is indexed with it. */
const MOMENT_MS = 100;

/** Between parts, in which the reader answers others and the processor is left to them: about as long as a part takes. */
const PAUSE_MS = 10;

export class IndexFiller {
  readonly #fill: (pauseMs: number) => Promise<Seq>;
  #hasNews = false;
  #run: Promise<void> | undefined;

  /** @param fill takes the next part into the index after a pause; resolves with where it is then */
  constructor(fill: (pauseMs: number) => Promise<Seq>) {
    this.#fill = fill;
  }

  /** Something was stored, or the index may have been made again. Cheap; called for every batch. */
  wake(): void {
    this.#hasNews = true;
    this.#run ??= this.#fillAll();
  }

  /** Resolves when all that was stored before is indexed, or could not be. */
  async idle(): Promise<void> {
    await this.#run;
  }

  /** Never rejects: without an index, messages are found by reading the log, and the next news tries again. */
  async #fillAll(): Promise<void> {
    try {
      while (this.#hasNews) {
        this.#hasNews = false;
        await this.#fillToHead();
      }
    } catch {
      // A full disk, or the store is closing.
    } finally {
      this.#run = undefined;
    }
  }

  async #fillToHead(): Promise<void> {
    let indexed: Seq | undefined;
    for (let pauseMs = MOMENT_MS;; pauseMs = PAUSE_MS) {
      const before: Seq | undefined = indexed;
      indexed = await this.#fill(pauseMs);
      if (indexed === before) return;
    }
  }
}
