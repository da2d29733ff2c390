/** The two workers of a store and the lock on its folder; and what happens when one of them fails for good. */

import type { Batch, BatchResult } from "./batch.ts";
import type { DamageChecker } from "./damage_checker.ts";
import type { Reader } from "./reader.ts";
import { closedError, readOnly, StoreDamaged, StoreFailed, unavailable, WorkerClient } from "./worker_rpc.ts";
import type { Writer } from "./writer.ts";

export class Workers {
  readonly writer: WorkerClient<Writer>;
  readonly reader: WorkerClient<Reader>;
  readonly #lock: Disposable | null;
  readonly #onFatal: (error: Error) => void;
  readonly #onDamage: (cause: string) => void;
  #checker: WorkerClient<DamageChecker> | undefined;
  /** Why nothing is written any more. */
  #damage: Error | undefined;
  /** Why nothing can be done any more. */
  #ended: Error | undefined;

  constructor(
    lock: Disposable | null,
    onFatal: (error: Error) => void,
    onDamage: (cause: string) => void,
  ) {
    this.#lock = lock;
    this.#onFatal = onFatal;
    this.#onDamage = onDamage;
    const onCrash = (error: Error) => this.#fail(error);
    this.writer = new WorkerClient<Writer>(new URL("./writer.ts", import.meta.url), onCrash);
    this.reader = new WorkerClient<Reader>(new URL("./reader.ts", import.meta.url), onCrash);
  }

  /** Where it fails so that what was written may be lost, nothing is acknowledged after it. */
  async commit(batch: Batch): Promise<BatchResult> {
    this.#requireAlive();
    if (this.#damage) throw this.#damage;
    try {
      const result = await this.writer.call("commit", batch);
      this.#requireAlive();
      return result;
    } catch (error) {
      if (error instanceof StoreDamaged) throw this.#damaged(error.message);
      if (!(error instanceof StoreFailed)) throw error;
      this.#fail(error);
      throw unavailable(error.message);
    }
  }

  /** Runs a call to the reader. A read that fails harms nothing; where it finds damage, nothing is written after it. */
  async read<T>(call: (reader: WorkerClient<Reader>) => Promise<T>): Promise<T> {
    this.#requireAlive();
    try {
      return await call(this.reader);
    } catch (error) {
      if (error instanceof StoreDamaged) throw this.#damaged(error.message);
      throw error instanceof StoreFailed ? unavailable(error.message) : error;
    }
  }

  /** Reads the whole database beside all else. Where it is damaged, nothing is written after it. Never rejects. */
  async check(folder: string): Promise<void> {
    this.#checker = new WorkerClient(new URL("./damage_checker.ts", import.meta.url), () => {});
    try {
      const cause = await this.#checker.call("check", folder);
      if (cause !== null) this.#damaged(cause);
    } catch {
      // The store is closing, or another process holds the file: the next start checks again.
    } finally {
      this.#checker.terminate();
    }
  }

  /** Closes the databases, the writer's last: whichever is last empties the WAL. */
  async close(): Promise<void> {
    try {
      await this.reader.call("close");
      await this.writer.call("close");
    } finally {
      this.end();
    }
  }

  /** Ends the workers at once. */
  end(): void {
    this.#ended ??= closedError();
    this.#checker?.terminate();
    this.writer.terminate();
    this.reader.terminate();
    this.#lock?.[Symbol.dispose]();
  }

  #fail(error: Error): void {
    if (this.#ended) return;
    this.#ended = unavailable(error.message);
    this.#onFatal(error);
  }

  #damaged(cause: string): Error {
    if (!this.#damage) {
      this.#damage = readOnly(cause);
      this.#onDamage(cause);
    }
    return this.#damage;
  }

  #requireAlive(): void {
    if (this.#ended) throw this.#ended;
  }
}
