/**
 * Which hashes a table of them surely does not hold: a Bloom filter (https://en.wikipedia.org/wiki/Bloom_filter). Nearly every id is
 * new, and to look for it in the table costs more the larger the table is: this costs two bits in memory.
 */

/** Two bits are set for each hash; with this many bits for each, one new hash in twenty is taken for a known one. */
const LEAST_BITS_EACH = 8;
/** There is room for four times as many before it is to be made anew. */
const BITS_EACH = 32;
const LEAST_BITS = 2 ** 20;
/** 16 MiB, which suffice for 16 million hashes. With more it is asked in vain more often, and never wrong. */
const MOST_BITS = 2 ** 27;

export class HashFilter {
  readonly #words: Uint32Array;
  readonly #mask: number;
  #size = 0;

  /** @param expected how many hashes there are about to be */
  constructor(expected: number) {
    const wanted = 2 ** Math.ceil(Math.log2(Math.max(1, expected) * BITS_EACH));
    const bits = Math.min(Math.max(wanted, LEAST_BITS), MOST_BITS);
    this.#words = new Uint32Array(bits / 32);
    this.#mask = bits - 1;
  }

  /** Whether a larger one would answer better. */
  get isFull(): boolean {
    const bits = this.#mask + 1;
    return bits < MOST_BITS && this.#size * LEAST_BITS_EACH > bits;
  }

  get size(): number {
    return this.#size;
  }

  /** @param hash as ClientIdHash makes it */
  add(hash: number): void {
    this.#set(first(hash));
    this.#set(second(hash));
    this.#size++;
  }

  /** False: it was never added. */
  mayHave(hash: number): boolean {
    return this.#isSet(first(hash)) && this.#isSet(second(hash));
  }

  #set(place: number): void {
    const bit = place & this.#mask;
    this.#words[bit >>> 5]! |= 1 << bit;
  }

  #isSet(place: number): boolean {
    const bit = place & this.#mask;
    return (this.#words[bit >>> 5]! >>> bit & 1) === 1;
  }
}

/** Hashes are spread evenly over 48 bits: these are the low ones of them … */
function first(hash: number): number {
  return hash | 0;
}

/** … and these all of them, mixed; the lowest bits of a product are mixed least. */
function second(hash: number): number {
  return Math.imul((hash | 0) ^ Math.floor(hash / 2 ** 32) << 16, 0x9e37_79b1) >>> 3;
}
