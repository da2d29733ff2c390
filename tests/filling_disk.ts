import { Statements } from "../server/sqlite/statements.ts";

/** As on a disk that fills up: a transaction that wrote something cannot be committed when nothing is left. */
export class FillingDisk extends Statements {
  /** Transactions that still fit. */
  left = Infinity;
  #changesBefore = 0;

  override transaction<T>(begin: "BEGIN" | "BEGIN IMMEDIATE", work: () => T): T {
    this.#changesBefore = this.#changes();
    return super.transaction(begin, work);
  }

  override run(sql: string, ...values: (string | number | null)[]): number {
    const isWriting = sql === "COMMIT" && this.#changes() > this.#changesBefore;
    if (isWriting && this.left-- <= 0) throw Object.assign(new Error("full"), { errcode: 13 });
    return super.run(sql, ...values);
  }

  #changes(): number {
    return this.get<{ changes: number }>("SELECT total_changes() AS changes")!.changes;
  }
}
