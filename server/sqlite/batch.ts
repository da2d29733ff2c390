/** A batch of writes, committed as one transaction: what crosses to the writer, what comes back, and how it runs. */

import { type AppendedColumns, Appender, type MessageColumns } from "./append.ts";
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
    return inTransaction(operations, () => runWrites(operations, batch, (_index, run) => run()));
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

function runWrites(
  operations: WriteOperations,
  { writes, rows }: Batch,
  guard: (index: number, run: () => unknown) => unknown,
): BatchResult {
  const count = rows.texts.length;
  if (count > 0) operations.clientIds.begin();
  const appender = new Appender(operations.sql, operations.clientIds, rows);
  let row = 0;
  const values = writes.map((write, index) => {
    if (typeof write !== "number") return guard(index, () => invoke(operations, write));
    const first = row;
    row += write;
    return guard(index, () => appendRows(appender, first, write));
  });
  if (count > 0) operations.clientIds.end(count);
  return { values, failures: new Map(), appended: appender.result };
}

function runApart(operations: WriteOperations, batch: Batch): BatchResult {
  const failures = new Map<number, Failure>();
  const result = runWrites(operations, batch, (index, run) => {
    try {
      return atSavepoint(operations, run);
    } catch (error) {
      if (faultOf(error) !== "internal") throw error;
      failures.set(index, toFailure(error));
      return undefined;
    }
  });
  return { ...result, failures };
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

function appendRows(appender: Appender, first: number, count: number): void {
  for (let row = first; row < first + count; row++) appender.append(row);
}

function invoke(operations: WriteOperations, [name, ...args]: Exclude<Write, number>): unknown {
  return (operations[name] as (...args: unknown[]) => unknown).apply(operations, args);
}
