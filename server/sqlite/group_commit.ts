/**
 * Group commit: while one batch of writes commits, the next collects. Writes are committed in the order in which they
 * were called, and their promises settle in that order, all of a batch in one turn.
 */

import type { Appended, NewMessage } from "../store.ts";
import { addToColumns, type MessageColumns, noColumns, outcomeOf } from "./message_columns.ts";
import type { Batch, BatchResult, Operations, Write } from "./batch.ts";
import { closedError, toError } from "./worker_rpc.ts";

/** What may wait before `isFull`. Bytes are UTF-16 units, which is near enough. */
export const QUEUE_LIMITS = { messages: 10_000, bytes: 16 * 1024 * 1024 };

/** What a message weighs beside its text. */
const MESSAGE_BYTES = 100;

interface Waiting {
  readonly write: Write;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export class GroupCommit {
  readonly #commit: (batch: Batch) => Promise<BatchResult>;
  #waiting: Waiting[] = [];
  #rows: MessageColumns = noColumns();
  #isCommitting = false;
  #isClosed = false;
  #hasFailed = false;
  /** Of all that has not settled yet. */
  #messages = 0;
  #bytes = 0;
  #whenReady: (() => void)[] = [];
  #whenIdle: (() => void)[] = [];

  constructor(commit: (batch: Batch) => Promise<BatchResult>) {
    this.#commit = commit;
  }

  get isFull(): boolean {
    return this.#messages >= QUEUE_LIMITS.messages || this.#bytes >= QUEUE_LIMITS.bytes;
  }

  /** Resolves when `isFull` is false. */
  ready(): Promise<void> {
    if (!this.isFull) return Promise.resolve();
    return new Promise((resolve) => this.#whenReady.push(resolve));
  }

  /** Takes no more writes. Resolves when what waits is written. */
  close(): Promise<void> {
    this.#isClosed = true;
    if (!this.#isCommitting) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  append(messages: readonly NewMessage[]): Promise<Appended[]> {
    if (this.#isClosed) return Promise.reject(closedError());
    for (const message of messages) {
      addToColumns(this.#rows, message);
      this.#bytes += weightOf(message.text, message.metadata);
    }
    this.#messages += messages.length;
    return this.#add(messages.length) as Promise<Appended[]>;
  }

  call<M extends keyof Operations>(
    operation: M,
    ...args: Parameters<Operations[M]>
  ): Promise<ReturnType<Operations[M]>> {
    return this.#add([operation, ...args]) as Promise<ReturnType<Operations[M]>>;
  }

  /** Rejects where nothing can be written. While all goes well it writes nothing itself, so that it may be called often. */
  async check(): Promise<void> {
    if (!this.#hasFailed) return await this.call("ping");
    await this.call("probe");
    this.#hasFailed = false;
  }

  /** The promise itself and no other made from it: one more step would change the order in which reactions run. */
  #add(write: Write): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(closedError());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ write, resolve, reject });
      if (this.#isCommitting) return;
      this.#isCommitting = true;
      // What else is called in this turn goes in the same batch.
      queueMicrotask(() => void this.#commitAll());
    });
  }

  async #commitAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const [waiting, rows] = [this.#waiting, this.#rows];
      const bytes = this.#bytes;
      [this.#waiting, this.#rows] = [[], noColumns()];
      try {
        settle(waiting, await this.#commit({ writes: waiting.map(({ write }) => write), rows }));
      } catch (error) {
        this.#hasFailed = true;
        for (const { reject } of [...waiting, ...this.#takeAppends()]) reject(error as Error);
      }
      this.#messages -= rows.texts.length;
      this.#bytes -= bytes;
      this.#wake();
    }
    this.#isCommitting = false;
    release(this.#whenIdle);
  }

  /** What was said behind a batch that failed is refused with it: stored, it would overtake what is sent again. */
  #takeAppends(): Waiting[] {
    const isAppend = ({ write }: Waiting) => typeof write === "number";
    const appends = this.#waiting.filter(isAppend);
    this.#waiting = this.#waiting.filter((waiting) => !isAppend(waiting));
    this.#rows.texts.forEach((text, row) => this.#bytes -= weightOf(text, this.#rows.metadatas[row]!));
    this.#messages -= this.#rows.texts.length;
    this.#rows = noColumns();
    return appends;
  }

  #wake(): void {
    if (!this.isFull) release(this.#whenReady);
  }
}

function weightOf(text: string, metadata: string): number {
  return text.length + metadata.length + MESSAGE_BYTES;
}

/** In the order of the calls, without a pause: reactions then run in that order too. */
function settle(waiting: readonly Waiting[], { values, failures, appended }: BatchResult): void {
  let row = 0;
  waiting.forEach(({ write, resolve, reject }, index) => {
    const first = row;
    if (typeof write === "number") row += write;
    const failure = failures.get(index);
    if (failure) reject(toError(failure));
    else if (typeof write === "number") resolve(outcomesOf(appended, first, row));
    else resolve(values[index]);
  });
}

function outcomesOf(appended: BatchResult["appended"], first: number, end: number): Appended[] {
  const outcomes: Appended[] = [];
  for (let row = first; row < end; row++) outcomes.push(outcomeOf(appended, row));
  return outcomes;
}

function release(callbacks: (() => void)[]): void {
  for (const callback of callbacks.splice(0)) callback();
}
