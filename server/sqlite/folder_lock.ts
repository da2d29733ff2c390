/** One server to a data folder: an advisory lock, which the system releases however the process ends. */

import { StoreOpenError } from "./store_open_error.ts";

/**
 * Takes `parley.lock` in that folder and writes the process id into it. Held until the returned file is closed.
 * @throws StoreOpenError where the folder is missing or cannot be written, or another process holds the lock
 */
export async function lockFolder(folder: string): Promise<Disposable> {
  const path = `${folder}/parley.lock`;
  const file = await openLockFile(folder, path);
  if (await file.tryLock(true)) {
    await writePid(file);
    return file;
  }
  const pid = (await Deno.readTextFile(path)).trim();
  file.close();
  throw new StoreOpenError(
    `${folder} is in use by another server (process ${
      pid || "unknown"
    }). Stop that one, or choose another data folder.`,
  );
}

async function openLockFile(folder: string, path: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { read: true, write: true, create: true });
  } catch (error) {
    throw new StoreOpenError(explain(folder, error), { cause: error });
  }
}

function explain(folder: string, error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return `${folder} does not exist. Make the folder first.`;
  if (error instanceof Deno.errors.NotADirectory) {
    return `${folder} is not a folder. Choose another data folder.`;
  }
  const cause = error instanceof Error ? error.message : String(error);
  return `${folder} cannot be written (${cause}). Give this user the right to write there, or choose another data folder.`;
}

async function writePid(file: Deno.FsFile): Promise<void> {
  try {
    await file.truncate();
    await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
  } catch {
    // On a full disk the lock holds without the number, which only serves the words of a refusal.
  }
}
