/**
 * Copies of parley.db as one file: what was committed at one moment and nothing of what came after it, checked, and on disk
 * under its name or not there at all.
 */

import { backup, DatabaseSync } from "node:sqlite";
import { dirname } from "node:path";
import { APPLICATION_ID, MIGRATIONS } from "./schema.ts";
import { isDamage } from "./sqlite_errors.ts";

/** One line: the file, the cause and what to do. Nothing that was there before was changed. */
export class DatabaseCopyError extends Error {
  override readonly name = "DatabaseCopyError";

  constructor(message: string, options?: ErrorOptions) {
    super(message.replace(/\s*\n\s*/g, " ").trim(), options);
  }
}

export interface Contents {
  readonly messages: number;
  readonly bytes: number;
}

/** Its path is a passing one. */
export interface DatabaseCopy extends Contents {
  readonly path: string;
}

/** What SQLite keeps beside a database, and would apply to whatever file has its name. */
export const SIDE_FILES = ["-wal", "-shm", "-journal"] as const;

const BUSY_TIMEOUT_MS = 5000;

const PASSING_PREFIX = ".parley-copy-";
/** No copy takes so long: what is older was left by one that was killed. */
const LEFT_MS = 24 * 60 * 60 * 1000;

/** In one step, and so in one read transaction: with several, each commit of the server's would begin the copy again. */
const ALL_PAGES = 0x7fffffff;

/**
 * Copies a database, which others may be writing, into a new file under a passing name in `folder`, and reads all of it. Writers
 * do not wait for it: a reader of the WAL keeps only the checkpoint from starting the WAL anew. The copy needs no file beside
 * it, and its rights are 0600.
 * @param change made in the copy once it is known to be whole
 * @returns what the caller names or removes
 * @throws DatabaseCopyError
 */
export async function copyInto(
  folder: string,
  from: string,
  change: (copy: DatabaseSync) => void = () => {},
): Promise<DatabaseCopy> {
  requireFile(from);
  trying(folder, () => removeLeft(folder));
  const path = trying(folder, () => Deno.makeTempFileSync({ dir: folder, prefix: PASSING_PREFIX }));
  try {
    await copy(from, path);
    trying(path, () => makeOneFile(path));
    const contents = checkContents(path, from);
    trying(path, () => finish(path, change));
    return { path, ...contents };
  } catch (error) {
    removeAll(path);
    throw error;
  }
}

async function copy(from: string, to: string): Promise<void> {
  try {
    using source = new DatabaseSync(from, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
    requireOwn(from, source);
    await backup(source, to, { rate: ALL_PAGES });
  } catch (error) {
    throw explain(from, error);
  }
}

/** Copied with the pages was that there is a WAL. */
function makeOneFile(path: string): void {
  using db = new DatabaseSync(path);
  valueOf(db, "PRAGMA journal_mode = DELETE");
}

function finish(path: string, change: (copy: DatabaseSync) => void): void {
  using db = new DatabaseSync(path);
  change(db);
  syncFile(path);
}

function removeLeft(folder: string): void {
  for (const { name } of [...Deno.readDirSync(folder)]) {
    const path = `${folder}/${name}`;
    const changed = name.startsWith(PASSING_PREFIX) ? infoOf(path)?.mtime : null;
    if (changed && Date.now() - changed.getTime() > LEFT_MS) removeIfThere(path);
  }
}

/** Removes a database and what is beside it, where they are there. */
export function removeAll(path: string): void {
  for (const name of [path, ...SIDE_FILES.map((suffix) => path + suffix)]) removeIfThere(name);
}

/**
 * Reads all of a database and says what it holds.
 * @param shown what an error calls it
 * @throws DatabaseCopyError where it is damaged, not Parley's, or newer than this program
 */
export function checkContents(path: string, shown = path): Contents {
  try {
    using db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
    requireOwn(shown, db);
    const verdict = String(valueOf(db, "PRAGMA integrity_check(1)"));
    if (verdict !== "ok") throw new DatabaseCopyError(damaged(shown, verdict));
    const messages = Number(valueOf(db, "SELECT count(*) FROM messages"));
    return { messages, bytes: Deno.statSync(path).size };
  } catch (error) {
    throw explain(shown, error);
  }
}

function requireOwn(path: string, db: DatabaseSync): void {
  const version = Number(valueOf(db, "PRAGMA user_version"));
  if (Number(valueOf(db, "PRAGMA application_id")) !== APPLICATION_ID || version === 0) {
    throw new DatabaseCopyError(`${path} is no database of Parley's. Name another file.`);
  }
  if (version <= MIGRATIONS.length) return;
  throw new DatabaseCopyError(
    `${path} was written by a newer Parley (schema ${version}, this one knows ${MIGRATIONS.length}). Use the newer one.`,
  );
}

function valueOf(db: DatabaseSync, sql: string): unknown {
  return Object.values(db.prepare(sql).get()!)[0];
}

function damaged(path: string, cause: string): string {
  return `${path} is damaged, or no database (${cause}). Use another copy, or save what is left with: sqlite3 '${path}' .recover`;
}

/** @throws DatabaseCopyError: without it SQLite would make the file */
function requireFile(path: string): void {
  try {
    if (Deno.statSync(path).isFile) return;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw explain(path, error);
  }
  throw new DatabaseCopyError(`${path} is not there, or is no file. Check its name.`);
}

function trying<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw explain(path, error);
  }
}

/** What went wrong with a file, in one line. */
export function explain(path: string, error: unknown): DatabaseCopyError {
  if (error instanceof DatabaseCopyError) return error;
  const cause = error instanceof Error ? error.message : String(error);
  if (isDamage(error)) return new DatabaseCopyError(damaged(path, cause), { cause: error });
  return new DatabaseCopyError(
    `${path} cannot be copied (${cause}). Check the rights on it and on its folder, and that the disk is not full.`,
    { cause: error },
  );
}

// ---- files ----

/** Gives a file its name, in the same folder, and has both on disk. Whatever had the name before is gone. */
export function nameFile(path: string, name: string): void {
  trying(name, () => {
    Deno.renameSync(path, name);
    syncFile(dirname(name));
  });
}

/** Also of a folder: then the names in it are on disk. */
export function syncFile(path: string): void {
  using file = Deno.openSync(path);
  file.syncSync();
}

/** Null where there is nothing of that name. */
export function infoOf(path: string): Deno.FileInfo | null {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw explain(path, error);
  }
}

export function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
