/** A batch of writes, committed as one transaction: what crosses to the writer, what comes back, and how it runs. */

import { Appender } from "./append.ts";
import type { AppendedColumns, MessageColumns } from "./message_columns.ts";
import { faultOf } from "./sqlite_errors.ts";
import { type Failure, toFailure } from "./worker_rpc.ts";
import type { WriteOperations } from "./write_operations.ts";

/** The writes by name, with their arguments and results. */
export type Operations = Omit<WriteOperations, "sql" | "clientIds">;

/** A number appends that many of the batch's rows, the next ones; anything else names an operation. */
export type Write = number | readonly [operation: keyof Operations, ...args: unknown[]];

export interface Batch {
  readonly writes: readonly Write[];
  readonly rows: MessageColumns;
}

export interface BatchResult {
  /** What each operation returned; of appends undefined. */
  readonly values: readonly unknown[];
  /** Writes that failed by a fault of their own, and changed nothing. */
  readonly failures: ReadonlyMap<number, Failure>;
  readonly appended: AppendedColumns;
}

/**
 * Runs the batch as one transaction. Where a write fails by a fault of its own, the batch runs once more with a
 * savepoint around each: so the ordinary case pays nothing for it.
 * @throws what SQLite throws where the transaction failed as a whole; nothing was stored then
 */
export function runBatch(operations: WriteOperations, batch: Batch): BatchResult {
  try {
    return inTransaction(operations, () => runWrites(operations, batch));
  } catch (error) {
    if (faultOf(error) !== "internal") throw error;
    return inTransaction(operations, () => runApart(operations, batch));
  }
}

function inTransaction({ sql, clientIds }: WriteOperations, work: () => BatchResult): BatchResult {
  try {
    return sql.transaction("BEGIN IMMEDIATE", work);
  } catch (error) {
    clientIds.forget();
    throw error;
  }
}

function runWrites(operations: WriteOperations, { writes, rows }: Batch): BatchResult {
  const appender = beginAppending(operations, rows);
  let [stored, row] = [0, 0];
  const values = writes.map((write) => {
    if (typeof write === "number") return void (row += write);
    appender.append(stored, row);
    stored = row;
    return invoke(operations, write);
  });
  appender.append(stored, row);
  operations.clientIds.end(rows.texts.length);
  return { values, failures: new Map(), appended: appender.result };
}

function runApart(operations: WriteOperations, { writes, rows }: Batch): BatchResult {
  const appender = beginAppending(operations, rows);
  const failures = new Map<number, Failure>();
  let row = 0;
  const values = writes.map((write, index) => {
    const first = row;
    if (typeof write === "number") row += write;
    try {
      return atSavepoint(
        operations,
        () => typeof write === "number" ? appender.append(first, row) : invoke(operations, write),
      );
    } catch (error) {
      if (faultOf(error) !== "internal") throw error;
      failures.set(index, toFailure(error));
      return undefined;
    }
  });
  operations.clientIds.end(rows.texts.length);
  return { values, failures, appended: appender.result };
}

function beginAppending({ sql, clientIds }: WriteOperations, rows: MessageColumns): Appender {
  if (rows.texts.length > 0) clientIds.begin();
  return new Appender(sql, clientIds, rows);
}

function atSavepoint({ sql, clientIds }: WriteOperations, run: () => unknown): unknown {
  sql.run("SAVEPOINT write");
  try {
    return run();
  } catch (error) {
    clientIds.forget();
    if (sql.db.isTransaction) sql.run("ROLLBACK TO write");
    throw error;
  } finally {
    if (sql.db.isTransaction) sql.run("RELEASE write");
  }
}

function invoke(operations: WriteOperations, [name, ...args]: Exclude<Write, number>): unknown {
  return (operations[name] as (...args: unknown[]) => unknown).apply(operations, args);
}
