/** Whether a database has what its version says. */

import { DatabaseSync } from "node:sqlite";
import { MIGRATIONS } from "./schema.ts";

/** What it lacks, as in `table messages`; null where it lacks nothing. What was added by hand does no harm. */
export function missingFrom(db: DatabaseSync, version: number): string | null {
  using model = new DatabaseSync(":memory:");
  for (const step of MIGRATIONS.slice(0, version)) model.exec(step);
  const present = objectsOf(db);
  for (const object of objectsOf(model)) if (!present.has(object)) return object;
  return null;
}

function objectsOf(db: DatabaseSync): Set<string> {
  const rows = db.prepare(
    "SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'index') ORDER BY rowid",
  ).all();
  return new Set(rows.map(({ type, name }) => `${type} ${name}`));
}
