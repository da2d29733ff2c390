/** The worker that writes: the only connection to parley.db that can. */

import type { DatabaseSync } from "node:sqlite";
import { type Batch, type BatchResult, runBatch } from "./batch.ts";
import { type DatabaseOptions, openForWriting } from "./open_database.ts";
import { Statements } from "./statements.ts";
import { serve } from "./worker_rpc.ts";
import { WriteOperations } from "./write_operations.ts";

export class Writer {
  #db!: DatabaseSync;
  #operations!: WriteOperations;
  #filling: ReturnType<typeof setTimeout> | undefined;

  /** @returns the log's epoch */
  open(options: DatabaseOptions): string {
    this.#db = openForWriting(options);
    const sql = new Statements(this.#db);
    this.#operations = new WriteOperations(sql);
    this.#operations.clientIds.catchUp();
    this.#fillFilter();
    return sql.get<{ value: string }>("SELECT value FROM meta WHERE key = 'epoch'")!.value;
  }

  commit(batch: Batch): BatchResult {
    try {
      return runBatch(this.#operations, batch);
    } finally {
      this.#fillFilter();
    }
  }

  /** Between commits, a little at a time, so that none waits for it. */
  #fillFilter(): void {
    const { clientIds } = this.#operations;
    if (!clientIds.isFilterBehind) return;
    this.#filling ??= setTimeout(() => {
      this.#filling = undefined;
      try {
        clientIds.fillFilter();
      } catch {
        // It cannot be read now: the next commit says so, or tries again.
        return;
      }
      this.#fillFilter();
    });
  }

  /** As the last connection to close it also empties the WAL. */
  close(): void {
    clearTimeout(this.#filling);
    this.#db.close();
  }
}

serve<Writer>(new Writer());
