/**
 * What the members of a group get is the same bytes, apart from their own messages. So the first who gets a message reads
 * it, and keeps its bytes and what it says here; for all others one comparison of memory takes the place of reading, for
 * many messages at once. A cache of reading and no more: each delivery is counted and checked at its own receiver.
 */

import { Buffer } from "node:buffer";
import type { Mark } from "./mark.ts";

const MIN_BYTES = 16 * 1024;
/** Who is further behind than this reads for itself. */
const MAX_BYTES = 4 * 1024 * 1024;
const MIN_MESSAGES = 64;
/** Messages of a stream that can be found again by their number. */
const FINDABLE = 256;
/** Far more than it takes to grow from the least size to the most, and to drop half of it then. */
const MAX_TRIES = 64;

/** A member's place in the reference: the index of the message that it expects next. */
export interface Reader {
  readonly next: number;
}

export class Reference {
  bytes = Buffer.allocUnsafe(MIN_BYTES);
  /** By index less `first`: where it begins in `bytes`; one more for the end of the last. */
  starts = new Int32Array(MIN_MESSAGES + 1);
  streams = new Int32Array(MIN_MESSAGES);
  numbers = new Int32Array(MIN_MESSAGES);
  intendedUs = new Float64Array(MIN_MESSAGES);
  seqs = new Float64Array(MIN_MESSAGES);
  /** The index of the oldest message that is kept; indices count from 0 and are never used again. */
  first = 0;
  /** The index that the next one gets. */
  end = 0;
  /** By stream of the group and number modulo `FINDABLE`. */
  readonly #indices: Int32Array;
  readonly #streamsPerGroup: number;
  readonly #readers: Reader[] = [];

  constructor(streamsPerGroup: number) {
    this.#streamsPerGroup = streamsPerGroup;
    this.#indices = new Int32Array(streamsPerGroup * FINDABLE).fill(-1);
  }

  add(reader: Reader): void {
    this.#readers.push(reader);
  }

  /** Keeps the message that stands in `bytes` from `from` to `to`. */
  append(bytes: Uint8Array, from: number, to: number, mark: Mark, seq: number): void {
    const length = to - from;
    if (length > MAX_BYTES / 4) return;
    this.#ensureRoom(length);
    const at = this.end - this.first;
    const start = this.starts[at]!;
    this.bytes.set(bytes.subarray(from, to), start);
    this.starts[at + 1] = start + length;
    this.streams[at] = mark.stream;
    this.numbers[at] = mark.number;
    this.intendedUs[at] = mark.intendedUs;
    this.seqs[at] = seq;
    this.#indices[this.#place(mark.stream, mark.number)] = this.end++;
  }

  /** The index of a message, or -1 where it is not kept. */
  find(stream: number, number: number): number {
    const index = this.#indices[this.#place(stream, number)]!;
    const at = index - this.first;
    if (at < 0) return -1;
    return this.streams[at] === stream && this.numbers[at] === number ? index : -1;
  }

  /** The index after the last message from `index` on that ends within so many bytes of its start. */
  endWithin(index: number, length: number): number {
    const limit = this.starts[index - this.first]! + length;
    let [low, high] = [index - this.first, this.end - this.first];
    if (this.starts[high]! <= limit) return this.end;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.starts[middle]! <= limit) low = middle;
      else high = middle;
    }
    return low + this.first;
  }

  #ensureRoom(length: number): void {
    for (let tries = 0; !this.#hasRoom(length); tries++) {
      if (tries === MAX_TRIES) throw new Error("the reference finds no room for a message");
      this.#makeRoom(length);
    }
  }

  #hasRoom(length: number): boolean {
    const at = this.end - this.first;
    return at < this.streams.length && this.starts[at]! + length <= this.bytes.length;
  }

  /** Drops what all have passed; grows where that is less than half, and at its limit drops the older half. */
  #makeRoom(length: number): void {
    const half = this.first + Math.ceil((this.end - this.first) / 2);
    const passed = this.#readers.reduce((least, { next }) => Math.min(least, next), this.end);
    if (passed >= half && passed > this.first && length <= this.bytes.length) this.#drop(passed);
    else if (this.bytes.length < MAX_BYTES) this.#grow();
    else this.#drop(half);
  }

  #drop(index: number): void {
    const from = index - this.first;
    const to = this.end - this.first;
    const start = this.starts[from]!;
    this.bytes.copyWithin(0, start, this.starts[to]!);
    for (let at = from; at <= to; at++) this.starts[at - from] = this.starts[at]! - start;
    for (const column of [this.streams, this.numbers, this.intendedUs, this.seqs]) {
      column.copyWithin(0, from, to);
    }
    this.first = index;
  }

  #grow(): void {
    const bytes = Buffer.allocUnsafe(this.bytes.length * 2);
    bytes.set(this.bytes);
    this.bytes = bytes;
    this.starts = grown(this.starts, new Int32Array(this.streams.length * 2 + 1));
    this.streams = grown(this.streams, new Int32Array(this.streams.length * 2));
    this.numbers = grown(this.numbers, new Int32Array(this.numbers.length * 2));
    this.intendedUs = grown(this.intendedUs, new Float64Array(this.intendedUs.length * 2));
    this.seqs = grown(this.seqs, new Float64Array(this.seqs.length * 2));
  }

  #place(stream: number, number: number): number {
    return (stream % this.#streamsPerGroup) * FINDABLE + number % FINDABLE;
  }
}

function grown<T extends Int32Array | Float64Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}
