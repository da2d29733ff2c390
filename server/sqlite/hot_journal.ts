/** What is left of a database whose making was cut short. */

import { DatabaseSync } from "node:sqlite";

/** One page: from then on there is a WAL and never a journal. */
const MAKING_BYTES = 4096;

/**
 * Until it has its WAL, a new database is written with a rollback journal. Where the process or the power ended then,
 * SQLite takes the half-written page back, which it only does for a connection that can write. Nothing was in it.
 */
export function undoHalfMade(path: string, timeout: number): void {
  if (sizeOf(path + "-journal") === 0 || sizeOf(path) === 0 || sizeOf(path) > MAKING_BYTES) return;
  const db = new DatabaseSync(path, { timeout });
  try {
    db.prepare("SELECT count(*) FROM sqlite_schema").get();
  } finally {
    db.close();
  }
}

/** 0 where there is no such file. */
function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
