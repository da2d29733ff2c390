/** What a connection has yet to send: in order, one write at a time, bounded. */

import type { Chunk, Page } from "./chunk.ts";
import type { Connection } from "./connection.ts";

/** What may wait for a connection that does not read, in bytes. */
export const OUTBOX_BYTES = 1024 * 1024;

const BEHIND_CHUNKS = 64;

export interface OutboxEvents {
  /** More waits than the bound allows: the connection is to be closed. Called once. */
  overflowed(): void;
  /** The transport took everything up to this seq (0: no message was among it). */
  sent(lastSeq: number): void;
}

export class Outbox {
  readonly #connection: Connection;
  readonly #events: OutboxEvents;
  /** Goes out with the next write. */
  #queue: Chunk[] = [];
  /** What is held back while stored messages go out first. */
  #held: Chunk[] | null = null;
  /** Of what waits, is held, or is being written. */
  #bytes = 0;
  #write: Promise<void> | null = null;
  #isClosed = false;
  #hasOverflowed = false;
  /** By the number of the write that they wait for. */
  #waiters: { readonly write: number; resolve(): void }[] = [];
  #writes = 0;

  constructor(connection: Connection, events: OutboxEvents) {
    this.#connection = connection;
    this.#events = events;
  }

  /** Writes begun so far: a write that is the same one after a minute has stalled. */
  get writes(): number {
    return this.#writes;
  }

  get isWriting(): boolean {
    return this.#write !== null;
  }

  /** So much waits behind a write that whoever causes replies should not be heard until `drained`: they are not counted. */
  get isBehind(): boolean {
    return this.#write !== null && this.#queue.length > BEHIND_CHUNKS;
  }

  /** Adds what others said. It goes out with the next `flush`, after what waits, and behind a hold. */
  push(chunk: Chunk): void {
    if (this.#isClosed) return;
    (this.#held ?? this.#queue).push(chunk);
    this.#bytes += chunk.weight;
    if (this.#bytes + this.#connection.buffered <= OUTBOX_BYTES || this.#hasOverflowed) return;
    this.#hasOverflowed = true;
    this.#events.overflowed();
  }

  /** Sends a reply or a page at once: not counted, and not held back. */
  send(chunk: Page): void {
    if (this.#isClosed) return;
    this.#queue.push(chunk);
    this.flush();
  }

  /** Begins to write what waits. Resolves, without ever rejecting, when that write has ended; null where none was begun. */
  flush(): Promise<void> | null {
    if (this.#write || this.#isClosed || this.#queue.length === 0) return null;
    const chunks = this.#queue;
    this.#queue = [];
    this.#writes++;
    // Sums, so that the chunks are garbage as soon as the transport has made bytes of them.
    const weight = weightOf(chunks);
    const lastSeq = lastSeqOf(chunks);
    return this.#write = this.#begin(chunks).then(
      () => this.#ended(weight, lastSeq),
      () => this.#failed(),
    );
  }

  /** Whatever a transport throws, it is broken. */
  #begin(chunks: readonly Chunk[]): Promise<void> {
    try {
      return this.#connection.send(chunks);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #failed(): void {
    this.close();
    this.#connection.close();
  }

  /** From here on `push` waits for `release`, while `send` goes out. */
  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    if (!this.#held) return;
    this.#queue.push(...this.#held);
    this.#held = null;
    this.flush();
  }

  /**
   * Resolves when the transport took what waits now, or when the connection is closed. What is held back does not count, nor
   * what comes later: on a busy connection something always waits.
   */
  drained(): Promise<void> {
    if (this.#isClosed || (!this.#write && this.#queue.length === 0)) return Promise.resolve();
    const write = this.#queue.length > 0 ? this.#writes + 1 : this.#writes;
    return new Promise((resolve) => this.#waiters.push({ write, resolve }));
  }

  /** Drops what waits. */
  close(): void {
    this.#isClosed = true;
    this.#queue = [];
    this.#held = null;
    this.#bytes = 0;
    this.#tellUntil(Infinity);
  }

  #ended(weight: number, lastSeq: number): void {
    this.#write = null;
    this.#bytes = Math.max(0, this.#bytes - weight);
    if (this.#isClosed) return;
    if (lastSeq > 0) this.#events.sent(lastSeq);
    this.#tellUntil(this.#writes);
    this.flush();
  }

  #tellUntil(write: number): void {
    const told = this.#waiters.filter((waiter) => waiter.write <= write);
    this.#waiters = this.#waiters.filter((waiter) => waiter.write > write);
    for (const { resolve } of told) resolve();
  }
}

function lastSeqOf(chunks: readonly Chunk[]): number {
  return chunks.reduce((seq, chunk) => Math.max(seq, chunk.lastSeq), 0);
}

function weightOf(chunks: readonly Chunk[]): number {
  return chunks.reduce((bytes, chunk) => bytes + chunk.weight, 0);
}
