/** What SQLite's result codes mean to the store (https://www.sqlite.org/rescode.html). */

/**
 * - `unavailable`: nothing was changed, and it can be tried again (a full disk, a lock, a file that cannot be read)
 * - `fatal`: what was written may be lost although SQLite goes on; nothing may be acknowledged any more
 * - `internal`: a fault of this program, such as a broken constraint
 */
export type SqliteFault = "unavailable" | "fatal" | "internal";

const BUSY = 5, LOCKED = 6, NOMEM = 7, READONLY = 8, IOERR = 10, CORRUPT = 11, FULL = 13, CANTOPEN = 14;
const PROTOCOL = 15, NOTADB = 26;

/** A full disk, as it shows where the shared index of the WAL has to grow. */
const IOERR_SHMSIZE = 4874;

const UNAVAILABLE: ReadonlySet<number> = new Set([
  BUSY,
  LOCKED,
  NOMEM,
  READONLY,
  CORRUPT,
  FULL,
  CANTOPEN,
  PROTOCOL,
  NOTADB,
]);

/** SQLite's extended result code; 0 where the error is not SQLite's. */
export function resultCode(error: unknown): number {
  const code = error instanceof Error ? (error as { errcode?: unknown }).errcode : undefined;
  return typeof code === "number" ? code : 0;
}

export function faultOf(error: unknown): SqliteFault {
  const code = resultCode(error);
  if (code === IOERR_SHMSIZE || UNAVAILABLE.has(code & 0xff)) return "unavailable";
  return (code & 0xff) === IOERR ? "fatal" : "internal";
}

/** Whether the file itself is damaged, or no database at all. */
export function isDamage(error: unknown): boolean {
  const primary = resultCode(error) & 0xff;
  return primary === CORRUPT || primary === NOTADB;
}
