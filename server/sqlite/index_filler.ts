/**
 * Keeps the full-text index filled: a moment after something was stored, in small parts, until it is up to date. While
 * much is stored it leaves the processor to the commits, as long as a search can scan what is not indexed yet.
 */

import type { Seq } from "../store.ts";

/** Before the first part, and after one that was small: what is stored meanwhile comes in one part, not each text in its own. */
const MOMENT_MS = 100;
const SMALL_PART = 20;

/** Between parts, in which the reader answers others: about as long as a part takes. */
const PAUSE_MS = 3;

/** Between parts while much is stored: a part takes a hundredth of it. */
const BUSY_PAUSE_MS = 300;

/** Between parts while much is stored and the tail has become long. */
const BEHIND_PAUSE_MS = 10;

/** Messages a second from which on much is stored: six times what is indexed then. */
const BUSY_RATE = 5000;

/** Messages that a search scans in about 50 ms. */
const TAIL_MESSAGES = 100_000;

export class IndexFiller {
  readonly #fill: (pauseMs: number) => Promise<Seq>;
  /** The newest message, as far as is known. */
  #head: Seq = 0;
  #hasNews = false;
  #run: Promise<void> | undefined;

  /** @param fill takes the next part into the index after a pause; resolves with where it is then */
  constructor(fill: (pauseMs: number) => Promise<Seq>) {
    this.#fill = fill;
  }

  /** Messages up to `head` were stored, or the index may have been made again. Cheap; called for every batch. */
  wake(head: Seq): void {
    this.#head = Math.max(this.#head, head);
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
    let pauseMs = MOMENT_MS;
    for (;;) {
      const [before, head]: [Seq | undefined, Seq] = [indexed, this.#head];
      indexed = await this.#fill(pauseMs);
      if (indexed === before) return;
      const isBusy = (this.#head - head) * 1000 > BUSY_RATE * pauseMs;
      if (isBusy) pauseMs = busyPauseMs(this.#head - indexed);
      else pauseMs = indexed - (before ?? 0) < SMALL_PART ? MOMENT_MS : PAUSE_MS;
    }
  }
}

function busyPauseMs(tail: number): number {
  return tail < TAIL_MESSAGES ? BUSY_PAUSE_MS : BEHIND_PAUSE_MS;
}
