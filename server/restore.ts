/** `deno task restore FILE [--data DIR]`: puts a backup in the place of the data. The server must not be running. */

import { Command } from "@commander-js/extra-typings";
import { DatabaseSync } from "node:sqlite";
import { resolve } from "node:path";
import { timestampOf } from "./clock.ts";
import { amountOf, defaultDataFolder, runTool, secondsSince } from "./operator_tool.ts";
import {
  checkContents,
  copyInto,
  DatabaseCopyError,
  explain,
  infoOf,
  nameFile,
  removeAll,
  removeIfThere,
  SIDE_FILES,
  syncFile,
} from "./sqlite/database_copy.ts";
import { lockFolder } from "./sqlite/folder_lock.ts";
import { databasePath } from "./sqlite/open_database.ts";
import { prepareFolder } from "./startup.ts";

const program = new Command("restore")
  .description(
    "Puts a backup in the place of the data, which is kept under another name. Stop the server first.",
  )
  .argument("<file>", "what backup made")
  .option("--data <dir>", "folder of the database", defaultDataFolder())
  .exitOverride();

if (import.meta.main) {
  Deno.exit(
    await runTool("restore", () => {
      program.parse(Deno.args, { from: "user" });
      return restore(program.opts().data, resolve(program.processedArgs[0]!));
    }),
  );
}

/** @throws DatabaseCopyError, StoreOpenError, StartError; the data are then as they were */
async function restore(data: string, file: string): Promise<string> {
  const start = performance.now();
  await prepareFolder(data, "--data");
  using _lock = await lockFolder(data);
  requireOther(file, databasePath(data));
  const copy = await copyInto(data, file, renewEpoch);
  try {
    giveRights(copy.path, infoOf(databasePath(data)), data);
    const kept = keep(databasePath(data));
    removeAll(`${data}/search.db`);
    nameFile(copy.path, databasePath(data));
    const before = kept === null ? "" : ` What was there is kept as ${kept}.`;
    return `Restored ${amountOf(copy)} from ${file} to ${data} in ${
      secondsSince(start)
    }.${before} Now start the server; clients are told that its log is another one.`;
  } catch (error) {
    removeAll(copy.path);
    throw explain(databasePath(data), error);
  }
}

/** Positions after the backup's last will be given anew: what clients remember of them means nothing any more. */
function renewEpoch(copy: DatabaseSync): void {
  copy.exec("UPDATE meta SET value = lower(hex(randomblob(16))) WHERE key = 'epoch'");
}

function requireOther(file: string, database: string): void {
  const [one, other] = [infoOf(file), infoOf(database)];
  if (!one || one.dev !== other?.dev || one.ino !== other.ino) return;
  throw new DatabaseCopyError(`${file} is the database itself. Name a backup.`);
}

/** Whoever restores may be another user than the server's: it gets what it had, or what its folder has. */
function giveRights(copy: string, before: Deno.FileInfo | null, data: string): void {
  const [made, like] = [Deno.statSync(copy), before ?? Deno.statSync(data)];
  if (before?.mode) Deno.chmodSync(copy, before.mode & 0o777);
  if (made.uid !== like.uid || made.gid !== like.gid) Deno.chownSync(copy, like.uid, like.gid);
}

/**
 * Keeps a database under another name, until now beside its own: so there is at any moment a whole one under that. Null where
 * there is none.
 */
function keep(database: string): string | null {
  if (!infoOf(database) && !infoOf(database + "-wal")) return null;
  const kept = database.replace(/\.db$/, `-before-${timestampOf(Date.now()).replace(/[-:.]/g, "")}.db`);
  foldIn(database);
  for (const suffix of ["", ...SIDE_FILES]) {
    if (infoOf(database + suffix)) link(database + suffix, kept + suffix);
  }
  // A WAL that could not be folded in would be applied to what takes the name.
  for (const suffix of SIDE_FILES) removeIfThere(database + suffix);
  return kept;
}

/** Takes what is in the WAL into the file. Where anything is wrong with them, they are kept as they are. */
function foldIn(database: string): void {
  try {
    checkContents(database);
    using db = new DatabaseSync(database);
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch {
    // That may be why there is a restore.
  }
}

function link(from: string, to: string): void {
  try {
    Deno.linkSync(from, to);
  } catch {
    // Not every file system has links.
    Deno.copyFileSync(from, to);
  }
  syncFile(to);
}
