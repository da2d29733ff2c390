/** Databases with a past, each written once and kept for as long as the scenarios need them. */

import { join } from "node:path";
import { type Past as PastSize, writePast } from "../million.ts";
import { count } from "../progress.ts";
import { SqliteStore } from "../../server/sqlite/sqlite_store.ts";

export class Past implements AsyncDisposable {
  readonly #folder: string;
  readonly #isKept: boolean;
  readonly #ready = new Set<string>();

  private constructor(folder: string, isKept: boolean) {
    this.#folder = folder;
    this.#isKept = isKept;
  }

  /** @param folder where they are kept for the next time; a temporary one where it is left out */
  static async open(folder?: string): Promise<Past> {
    if (folder === undefined) return new Past(await Deno.makeTempDir({ prefix: "parley-past-" }), false);
    await Deno.mkdir(folder, { recursive: true });
    return new Past(folder, true);
  }

  /** A data folder with that past, indexed for search. Whoever writes much into it takes a copy. */
  async folder(size: PastSize, tell: (words: string) => void): Promise<string> {
    const folder = join(this.#folder, `${size.messages}-${size.users}-${size.rooms}`);
    if (this.#ready.has(folder)) return folder;
    if (!await exists(folder)) await this.#write(folder, size, tell);
    tell(`the index of ${count(size.messages)} messages is being made`);
    // Also of one that was kept: it may be of an older version, whose index does not count any more.
    await fillIndex(folder);
    this.#ready.add(folder);
    return folder;
  }

  /** A copy, on disk, that ends with its disposal. */
  async copy(size: PastSize, tell: (words: string) => void): Promise<{ folder: string } & AsyncDisposable> {
    const from = await this.folder(size, tell);
    const folder = await Deno.makeTempDir({ prefix: "parley-past-copy-" });
    for await (const { name } of Deno.readDir(from)) await copyFile(join(from, name), join(folder, name));
    return { folder, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
  }

  async #write(folder: string, size: PastSize, tell: (words: string) => void): Promise<void> {
    const unfinished = await Deno.makeTempDir({ dir: this.#folder, prefix: "unfinished-" });
    await writePast(unfinished, size, (written) => tell(`${count(written)} messages written`));
    await Deno.rename(unfinished, folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isKept) await Deno.remove(this.#folder, { recursive: true });
  }
}

/** Written through to the disk at once, so that it is not what the measurement's own writes wait for. */
async function copyFile(from: string, to: string): Promise<void> {
  await Deno.copyFile(from, to);
  using file = await Deno.open(to, { write: true });
  await file.sync();
}

async function fillIndex(folder: string): Promise<void> {
  const store = await SqliteStore.open({ folder });
  try {
    await store.whenIndexed();
  } finally {
    await store.close();
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
