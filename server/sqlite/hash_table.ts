/**
 * A map of hashes to positions in the log, in two arrays. A Map of as many hashes, each a number of its own on the heap,
 * was a sixth of what storing a message costs the writer.
 */

import type { Seq } from "../store.ts";

/** At most so much of the table is taken: with more, probing takes long. */
const FULL = 0.5;

export class HashTable {
  /** NaN where nothing is. */
  #hashes: Float64Array;
  #seqs: Float64Array;
  size = 0;

  /** @param capacity a power of two; it grows by doubling */
  constructor(capacity: number) {
    this.#hashes = new Float64Array(capacity).fill(NaN);
    this.#seqs = new Float64Array(capacity);
  }

  get(hash: number): Seq | undefined {
    const at = this.#find(hash);
    return this.#hashes[at] === hash ? this.#seqs[at] : undefined;
  }

  has(hash: number): boolean {
    return this.#hashes[this.#find(hash)] === hash;
  }

  /** @param hash one that is not in it */
  add(hash: number, seq: Seq): void {
    if (this.size >= this.#hashes.length * FULL) this.#grow();
    this.#put(hash, seq);
    this.size++;
  }

  /** Ascending. */
  sorted(): Float64Array {
    return this.#hashes.slice().sort().subarray(0, this.size);
  }

  #put(hash: number, seq: Seq): void {
    const at = this.#find(hash);
    this.#hashes[at] = hash;
    this.#seqs[at] = seq;
  }

  /** Where it is, or would be. Hashes are spread evenly, so their low bits are. */
  #find(hash: number): number {
    const hashes = this.#hashes;
    const mask = hashes.length - 1;
    let at = (hash | 0) & mask;
    for (let found = hashes[at]!; !Number.isNaN(found) && found !== hash; found = hashes[at]!) {
      at = (at + 1) & mask;
    }
    return at;
  }

  #grow(): void {
    const [hashes, seqs] = [this.#hashes, this.#seqs];
    this.#hashes = new Float64Array(2 * hashes.length).fill(NaN);
    this.#seqs = new Float64Array(2 * hashes.length);
    hashes.forEach((hash, at) => {
      if (!Number.isNaN(hash)) this.#put(hash, seqs[at]!);
    });
  }
}
