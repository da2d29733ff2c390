/**
 * Opens parley.db for writing, or says in one line why not. A file that is not Parley's, is newer, or is damaged is
 * only looked at: nothing is written before all checks have passed.
 */

import { DatabaseSync } from "node:sqlite";
import { undoHalfMade } from "./hot_journal.ts";
import { APPLICATION_ID, MIGRATIONS } from "./schema.ts";
import { missingFrom } from "./schema_check.ts";
import { faultOf, isDamage } from "./sqlite_errors.ts";
import { Statements } from "./statements.ts";
import { StoreOpenError } from "./store_open_error.ts";

export interface DatabaseOptions {
  readonly folder: string;
  /** FULL: a commit is on disk. NORMAL: a power cut may undo the last ones; for measurements. */
  readonly synchronous: "FULL" | "NORMAL";
  /** A larger file is not read as a whole before it is used. */
  readonly checkedOnStart?: number;
}

/** Bytes that take about half a second. */
export const QUICK_CHECK_BYTES = 256 * 1024 * 1024;

/** How long a statement waits for another process that holds the database, in milliseconds. */
const BUSY_TIMEOUT_MS = 5000;

/** In pages of 4 KiB: a longer WAL gathers changes of the same page before they go to the file. */
const CHECKPOINT_PAGES = 4000;

const HEADER_BYTES = 100;

export function databasePath(folder: string): string {
  return `${folder}/parley.db`;
}

/** @throws StoreOpenError */
export function openForWriting(options: DatabaseOptions): DatabaseSync {
  const path = databasePath(options.folder);
  try {
    undoHalfMade(path, BUSY_TIMEOUT_MS);
    const size = checkFile(path);
    if (size > 0) checkDatabase(path, size, options.checkedOnStart ?? QUICK_CHECK_BYTES);
    return prepareDatabase(path, options.synchronous, size === 0);
  } catch (error) {
    throw explain(path, error);
  }
}

/** The read-only connection beside a writer that has opened the database before. */
export function openForReading(folder: string): DatabaseSync {
  const db = new DatabaseSync(databasePath(folder), { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  db.exec("PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY");
  return db;
}

/** Looks at the file without SQLite, which would make files beside it. Returns its size, 0 where it is to be made. */
function checkFile(path: string): number {
  const size = sizeOf(path);
  const walSize = sizeOf(path + "-wal");
  if (size === 0) {
    if (walSize === 0) return 0;
    throw new StoreOpenError(
      `${path} is missing or empty, but ${path}-wal holds messages. Put the database back beside it, or move that file away.`,
    );
  }
  const header = readHeader(path);
  const view = new DataView(header.buffer);
  if (size < HEADER_BYTES || !new TextDecoder().decode(header).startsWith("SQLite format 3\0")) {
    throw new StoreOpenError(
      `${path} is damaged, or not a SQLite database. Restore a backup, or move the file away.`,
    );
  }
  refuseForeign(path, view.getUint32(68));
  refuseNewer(path, view.getUint32(60));
  // With a WAL the file itself may be behind.
  if (walSize === 0) refuseTruncated(path, size, view.getUint16(16) * view.getUint32(28));
  return size;
}

/** Through a read-only connection, which leaves the file and its WAL as they are. */
function checkDatabase(path: string, size: number, limit: number): void {
  const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    refuseForeign(path, pragma(db, "application_id"));
    refuseNewer(path, pragma(db, "user_version"));
    const sql = size <= limit ? "PRAGMA quick_check(1)" : "PRAGMA quick_check('sqlite_schema')";
    const verdict = Object.values(db.prepare(sql).get()!)[0];
    if (verdict !== "ok") throw damaged(path, String(verdict));
    const missing = missingFrom(db, pragma(db, "user_version"));
    if (missing !== null) throw damaged(path, `it lacks the ${missing}`);
  } finally {
    db.close();
  }
}

function prepareDatabase(path: string, synchronous: string, isNew: boolean): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
  try {
    // Before WAL mode, so that the file itself carries it from the first moment.
    if (isNew) db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}; PRAGMA cache_size = -65536;
      PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}; PRAGMA journal_size_limit = ${64 * 1024 * 1024};
      PRAGMA temp_store = MEMORY`);
    if (!isNew) foldWalIn(db);
    migrate(new Statements(db), path);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Takes what a crash left in the WAL into the file, so that the next commit begins the WAL anew. Written on behind a transaction that a
 * power cut tore, what is left of that would one day look like damage.
 */
function foldWalIn(db: DatabaseSync): void {
  try {
    db.exec("PRAGMA wal_checkpoint(PASSIVE)");
  } catch (error) {
    // On a full disk there is no room for it, and nothing is lost: it stays in the WAL.
    if (faultOf(error) !== "unavailable") throw error;
  }
}

function migrate(sql: Statements, path: string): void {
  if (pragma(sql.db, "user_version") === MIGRATIONS.length) return probeWriting(sql);
  sql.transaction("BEGIN IMMEDIATE", () => {
    // Again, since another process may have done it while this one waited.
    const version = pragma(sql.db, "user_version");
    refuseNewer(path, version);
    for (const step of MIGRATIONS.slice(version)) sql.db.exec(step);
    sql.db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
  });
}

/** Finds out now, and not at the first message, that the file cannot be written. */
function probeWriting(sql: Statements): void {
  sql.transaction("BEGIN IMMEDIATE", () => {});
}

function pragma(db: DatabaseSync, name: "application_id" | "user_version"): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()![name]);
}

function refuseForeign(path: string, applicationId: number): void {
  if (applicationId === APPLICATION_ID) return;
  throw new StoreOpenError(
    `${path} is a database of another program. Choose another data folder, or move the file away.`,
  );
}

function refuseNewer(path: string, version: number): void {
  if (version <= MIGRATIONS.length) return;
  throw new StoreOpenError(
    `${path} was written by a newer Parley (schema ${version}, this one knows ${MIGRATIONS.length}). Start the newer one.`,
  );
}

function refuseTruncated(path: string, size: number, expected: number): void {
  if (size < expected) throw damaged(path, `it has ${size} bytes instead of ${expected}`);
}

export function damaged(path: string, cause: string): StoreOpenError {
  return new StoreOpenError(
    `${path} is damaged (${cause}). Restore a backup, or save what is left with: sqlite3 '${path}' .recover`,
  );
}

function explain(path: string, error: unknown): StoreOpenError {
  if (error instanceof StoreOpenError) return error;
  const cause = error instanceof Error ? error.message : String(error);
  if (isDamage(error)) return damaged(path, cause);
  return new StoreOpenError(
    `${path} cannot be opened (${cause}). Check that the file and its folder can be read and written, and that the disk is not full.`,
    { cause: error },
  );
}

function sizeOf(path: string): number {
  try {
    const info = Deno.statSync(path);
    if (info.isDirectory) throw new StoreOpenError(`${path} is a folder. Move it away.`);
    return info.size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

function readHeader(path: string): Uint8Array<ArrayBuffer> {
  using file = Deno.openSync(path);
  const header = new Uint8Array(HEADER_BYTES);
  file.readSync(header);
  return header;
}
