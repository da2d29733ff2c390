/**
 * The files of a data folder as a disk may hold them after a power cut at a line of a trace. What an fsync had
 * covered is there; each later write is there, is not, or is there in some of its sectors. A file that was made or
 * removed is so for good once its folder was synced, or, where it was made, the file itself.
 */

import type { Call } from "./trace.ts";

/** What becomes of the writes that no fsync covers. */
export type Dealing = "all kept" | "all dropped" | "at random";
export const DEALINGS: readonly Dealing[] = ["at random", "all dropped", "at random", "all kept"];

const SECTOR = 512;

/** A file as it surely is, and what happened to it since. */
class CutFile {
  #durable = new Bytes();
  #exists = false;
  #later: Call[] = [];

  add(call: Call): void {
    this.#later.push(call);
  }

  sync(): void {
    for (const call of this.#later) this.#exists = apply(this.#durable, call);
    this.#later = [];
  }

  /** Syncing the folder makes the name durable, or its absence, and no contents. */
  syncName(): void {
    const removed = this.#later.findLastIndex(isRemoval);
    if (removed >= 0) {
      this.#durable = new Bytes();
      this.#exists = false;
      this.#later.splice(0, removed + 1);
    }
    if (this.#later.length > 0) this.#exists = true;
  }

  /** Null where there is no such file. */
  image(dealing: Dealing, random: () => number): Uint8Array<ArrayBuffer> | null {
    const kept = () => dealing === "all kept" || (dealing === "at random" && random() < 0.4);
    const bytes = this.#durable.copy();
    let exists = this.#exists;
    for (const call of this.#later) {
      if (kept()) exists = apply(bytes, call);
      // The old file under its name: what is written to a new one of that name is not in it.
      else if (isRemoval(call)) break;
      else if (dealing === "at random" && random() < 0.5) {
        tear(bytes, call, random);
        exists = true;
      }
    }
    return exists ? bytes.view : null;
  }
}

export class CutDisk {
  readonly #calls: readonly Call[];
  readonly #files = new Map<string, CutFile>();
  #next = 0;

  /** @param ignoresFsync as a disk that says yes to fsync and does nothing */
  constructor(calls: readonly Call[], ignoresFsync = false) {
    this.#calls = calls
      .filter((call) => /\/data(\/parley\.db[-\w]*)?$/.test(call.target) && !(ignoresFsync && isSync(call)))
      .toSorted((a, b) => lineOf(a) - lineOf(b));
  }

  /** Writes the folder's files as of that line, which must not be before the last one's. */
  async write(folder: string, cut: number, dealing: Dealing, random: () => number): Promise<void> {
    while (this.#next < this.#calls.length && lineOf(this.#calls[this.#next]!) < cut) {
      this.#take(this.#calls[this.#next++]!);
    }
    await Deno.remove(folder, { recursive: true });
    await Deno.mkdir(folder);
    for (const [name, file] of this.#files) {
      const image = file.image(dealing, random);
      if (image) await Deno.writeFile(`${folder}/${name}`, image);
    }
  }

  #take(call: Call): void {
    const [, name] = /\/data\/(.*)$/.exec(call.target) ?? [];
    if (!isSync(call)) {
      if (name !== undefined) this.#file(name).add(call);
    } else if (call.result === 0 && call.ended < Infinity) {
      if (name === undefined) this.#files.forEach((file) => file.syncName());
      else this.#file(name).sync();
    }
  }

  #file(name: string): CutFile {
    let file = this.#files.get(name);
    if (!file) this.#files.set(name, file = new CutFile());
    return file;
  }
}

const isSync = ({ name }: Call) => name === "fsync" || name === "fdatasync";
const isRemoval = ({ name }: Call) => name.startsWith("unlink");

/** A sync counts from its end, anything else from its beginning: one thread writes, and syncs what it wrote. */
function lineOf(call: Call): number {
  return isSync(call) ? call.ended : call.began;
}

/** @returns whether the file is there afterwards */
function apply(file: Bytes, { name, data, number }: Call): boolean {
  if (name.startsWith("unlink")) file.resize(0);
  else if (name === "ftruncate") file.resize(number);
  else file.put(data, number);
  return !name.startsWith("unlink");
}

/** Each sector of the file that it touches is as written, or as it was. */
function tear(file: Bytes, { data, number }: Call, random: () => number): void {
  for (let at = 0; at < data.length;) {
    const end = Math.min(data.length, at + SECTOR - (number + at) % SECTOR);
    if (random() < 0.5) file.put(data.subarray(at, end), number + at);
    at = end;
  }
}

/** The content of a file, which grows. */
class Bytes {
  #bytes = new Uint8Array(1 << 16);
  #size = 0;

  get view(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#size);
  }

  copy(): Bytes {
    const copy = new Bytes();
    copy.put(this.view, 0);
    return copy;
  }

  put(data: Uint8Array, at: number): void {
    if (at + data.length > this.#size) this.resize(at + data.length);
    this.#bytes.set(data, at);
  }

  /** What it grows by is zero. */
  resize(size: number): void {
    if (size > this.#bytes.length) {
      const larger = new Uint8Array(size * 2);
      larger.set(this.view);
      this.#bytes = larger;
    }
    if (size < this.#size) this.#bytes.fill(0, size, this.#size);
    this.#size = size;
  }
}
