/** The worker that reads a database as a whole where that would delay the start, and says what is wrong with it. */

import { openForReading } from "./open_database.ts";
import { faultOf, isDamage } from "./sqlite_errors.ts";
import { Statements } from "./statements.ts";
import { serve } from "./worker_rpc.ts";

export class DamageChecker {
  /** @returns what is wrong; null where nothing is */
  check(folder: string): string | null {
    const sql = new Statements(openForReading(folder));
    try {
      sql.db.exec("PRAGMA cache_size = -2048");
      return firstProblem(sql);
    } catch (error) {
      // What the disk does not give back is as good as damaged.
      if (isDamage(error) || faultOf(error) === "fatal") return (error as Error).message;
      throw error;
    } finally {
      sql.db.close();
    }
  }
}

/** Table by table, with its indexes: while one is read, no checkpoint can begin the WAL anew. */
function firstProblem(sql: Statements): string | null {
  const tables = sql.all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'");
  for (const name of ["sqlite_schema", ...tables.map(({ name }) => name)]) {
    const { integrity_check: verdict } = sql.db.prepare(`PRAGMA integrity_check('${name}')`).get()!;
    if (verdict !== "ok") return String(verdict).replace(/\s*\n\s*/g, "; ");
  }
  return null;
}

serve<DamageChecker>(new DamageChecker());
