/** `deno task backup FILE [--data DIR] [--overwrite]`: a consistent copy of the data, of a running server's too. */

import { Command } from "@commander-js/extra-typings";
import { basename, dirname, resolve } from "node:path";
import { amountOf, defaultDataFolder, runTool, secondsSince } from "./operator_tool.ts";
import {
  copyInto,
  DatabaseCopyError,
  infoOf,
  nameFile,
  removeAll,
  SIDE_FILES,
} from "./sqlite/database_copy.ts";
import { databasePath } from "./sqlite/open_database.ts";

const program = new Command("backup")
  .description("Copies all data into one file, which restore puts back. The server may be running.")
  .argument("<file>", "the file to make, which only you may read")
  .option("--data <dir>", "folder of the database", defaultDataFolder())
  .option("--overwrite", "where the file is there, replaces it once the copy is complete", false)
  .exitOverride();

if (import.meta.main) {
  Deno.exit(
    await runTool("backup", () => {
      program.parse(Deno.args, { from: "user" });
      const { data, overwrite } = program.opts();
      return backUp(data, resolve(program.processedArgs[0]!), overwrite);
    }),
  );
}

/** @throws DatabaseCopyError; what was there is then as it was */
async function backUp(data: string, target: string, mayOverwrite: boolean): Promise<string> {
  const start = performance.now();
  requireFolder(dirname(target));
  requireFree(target, data, mayOverwrite);
  const copy = await copyInto(dirname(target), databasePath(data));
  try {
    // Another backup may have come first.
    requireFree(target, data, mayOverwrite);
    nameFile(copy.path, target);
    return `Backed up ${amountOf(copy)} of ${data} to ${target} in ${secondsSince(start)}.`;
  } catch (error) {
    removeAll(copy.path);
    throw error;
  }
}

function requireFolder(folder: string): void {
  if ((infoOf(folder))?.isDirectory) return;
  throw new DatabaseCopyError(`${folder} is no folder. Make it first, or name a file elsewhere.`);
}

function requireFree(target: string, data: string, mayOverwrite: boolean): void {
  if (isServers(target, data)) {
    throw new DatabaseCopyError(`${target} belongs to the server. Name another file.`);
  }
  for (const path of SIDE_FILES.map((suffix) => target + suffix)) {
    if (!infoOf(path)) continue;
    throw new DatabaseCopyError(
      `${path} is there, and would be taken for a part of the copy. Move it away, or name another file.`,
    );
  }
  const there = infoOf(target);
  if (there?.isDirectory) throw new DatabaseCopyError(`${target} is a folder. Name a file in it.`);
  if (!there || mayOverwrite) return;
  throw new DatabaseCopyError(`${target} is there already. Name another file, or add --overwrite.`);
}

/** Whether it is one of the files that the server keeps. */
function isServers(target: string, data: string): boolean {
  if (!/^(parley|search)\.(db|lock)/.test(basename(target)) || !infoOf(data)) return false;
  return Deno.realPathSync(dirname(target)) === Deno.realPathSync(data);
}
