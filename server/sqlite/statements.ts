/** Prepared statements of one database: each text is prepared once and used again. */

import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";

export class Statements {
  readonly #prepared = new Map<string, StatementSync>();

  constructor(readonly db: DatabaseSync) {}

  /** The statement of that text. Texts are constants of this program, so there are few. */
  prepare(sql: string): StatementSync {
    let statement = this.#prepared.get(sql);
    if (!statement) this.#prepared.set(sql, statement = this.db.prepare(sql));
    return statement;
  }

  /** The first row. `Row` is what the caller knows of its columns. */
  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.prepare(sql).get(...values) as Row | undefined;
  }

  all<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.prepare(sql).all(...values) as Row[];
  }

  /** @returns the number of rows that were changed */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.prepare(sql).run(...values).changes);
  }

  /** Runs it in a transaction, all or nothing. Prepared statements, since only their errors carry SQLite's code. */
  transaction<T>(begin: "BEGIN" | "BEGIN IMMEDIATE", work: () => T): T {
    this.run(begin);
    try {
      const value = work();
      this.run("COMMIT");
      return value;
    } catch (error) {
      this.#rollback();
      throw error;
    }
  }

  /** Some errors (a full disk) have rolled back already; an error here would hide the one that matters. */
  #rollback(): void {
    try {
      if (this.db.isTransaction) this.run("ROLLBACK");
    } catch {
      // The next BEGIN reports what is wrong with the connection.
    }
  }
}
