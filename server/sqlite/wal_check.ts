/**
 * Looks at a WAL before SQLite does, which takes a damaged one for the end of the log: it leaves out what follows, and
 * writes over it. The format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
 */

import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { StoreOpenError } from "./store_open_error.ts";

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** The lowest bit says that checksums are of big-endian words. */
const MAGIC = 0x377f0682;

type Sums = readonly [number, number];

/** To be called by the server alone, before it opens the database. @throws StoreOpenError */
export function refuseDamagedWal(path: string): void {
  const walPath = path + "-wal";
  // Without its database it is refused in any case, in other words.
  if (readFile(path, 1).length === 0) return;
  const wal = readFile(walPath);
  // Nothing was committed to one that is shorter than its header, or never got it.
  if (wal.length < HEADER_BYTES || wal.subarray(0, HEADER_BYTES).every((byte) => byte === 0)) return;
  const cause = damageOf(wal) ?? foreignness(path);
  if (cause === null) return;
  throw new StoreOpenError(
    `${walPath} ${cause}. It may hold messages that ${path} lacks: restore a backup of both, or move it away to start without them.`,
  );
}

/** As long as it is, or its first bytes; empty where there is no such file. What cannot be read is refused later, with its cause. */
function readFile(path: string, length?: number): Uint8Array {
  try {
    using file = Deno.openSync(path);
    const bytes = new Uint8Array(length ?? file.statSync().size);
    let at = 0;
    for (let count: number | null = 1; count && at < bytes.length; at += count ?? 0) {
      count = file.readSync(bytes.subarray(at));
    }
    return bytes.subarray(0, at);
  } catch {
    return new Uint8Array();
  }
}

/** A power cut can tear the last transaction, but no other: each is synced before the next begins. */
function damageOf(wal: Uint8Array): string | null {
  const view = new DataView(wal.buffer, wal.byteOffset, wal.length);
  const isLittle = (view.getUint32(0) & 1) === 0;
  if ((view.getUint32(0) & ~1) !== MAGIC) return "is not the WAL of a database";
  let sums = storedSums(view, 24);
  if (!isSame(sums, sumsOf(view, 0, 24, isLittle, [0, 0]))) return "is damaged in its header";
  const frameBytes = FRAME_HEADER_BYTES + view.getUint32(8);
  let isTorn = false;
  let hasCommittedSince = false;
  for (let at = HEADER_BYTES; at + frameBytes <= wal.length; at += frameBytes) {
    // Frames of an earlier round through the WAL have other salts.
    const isOfThis = view.getUint32(at + 8) === view.getUint32(16) &&
      view.getUint32(at + 12) === view.getUint32(20);
    const isSound = isOfThis &&
      isSame(storedSums(view, at + 16), frameSums(view, at, frameBytes, isLittle, sums));
    sums = storedSums(view, at + 16);
    if (isSound && hasCommittedSince) return "is damaged in its middle";
    if (!isSound) isTorn = true;
    if (isTorn && isOfThis && view.getUint32(at + 4) > 0) hasCommittedSince = true;
  }
  return null;
}

/** They go on from the frame before. */
function frameSums(view: DataView, at: number, length: number, isLittle: boolean, before: Sums): Sums {
  const ofHeader = sumsOf(view, at, 8, isLittle, before);
  return sumsOf(view, at + FRAME_HEADER_BYTES, length - FRAME_HEADER_BYTES, isLittle, ofHeader);
}

function storedSums(view: DataView, at: number): Sums {
  return [view.getUint32(at), view.getUint32(at + 4)];
}

function isSame(a: Sums, b: Sums): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

function sumsOf(view: DataView, at: number, length: number, isLittle: boolean, [first, second]: Sums): Sums {
  for (let word = at; word < at + length; word += 8) {
    first = (first + view.getUint32(word, isLittle) + second) >>> 0;
    second = (second + view.getUint32(word + 4, isLittle) + first) >>> 0;
  }
  return [first, second];
}

/** Each log has an epoch of its own. The file alone, without its WAL, may be too young to know it. */
function foreignness(path: string): string | null {
  const url = pathToFileURL(path);
  url.searchParams.set("immutable", "1");
  const own = epochOf(url);
  const withWal = epochOf(path);
  return own === null || withWal === null || own === withWal ? null : "belongs to another database";
}

function epochOf(database: string | URL): string | null {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(database, { readOnly: true });
    return String(db.prepare("SELECT value FROM meta WHERE key = 'epoch'").get()?.value ?? "") || null;
  } catch {
    // No table of that name yet, or damage that the other checks have words for.
    return null;
  } finally {
    db?.close();
  }
}
