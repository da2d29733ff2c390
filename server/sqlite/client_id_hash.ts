/**
 * A keyed hash of a sender and the id it gave to a message: HalfSipHash-1-3 (https://github.com/veorq/SipHash), which
 * takes 32-bit operations only. The key is the database's own secret, so nobody can look for ids that collide.
 */

/** Hashes lie between -2^47 and 2^47: the largest integers that SQLite keeps in six bytes. */
const HIGH_FACTOR = 2 ** 32;

export class ClientIdHash {
  readonly #key0: number;
  readonly #key1: number;
  readonly #v = new Int32Array(4);

  /** @param key 16 hexadecimal digits */
  constructor(key: string) {
    this.#key0 = Number.parseInt(key.slice(0, 8), 16) | 0;
    this.#key1 = Number.parseInt(key.slice(8, 16), 16) | 0;
  }

  of(senderId: number, clientId: string): number {
    this.#begin();
    this.#absorb(senderId);
    this.#absorb(Math.floor(senderId / HIGH_FACTOR));
    this.#absorb(clientId.length);
    for (let at = 0; at < clientId.length; at += 2) {
      // Past the end there is NaN, which counts as 0; the length tells such ids apart.
      this.#absorb(clientId.charCodeAt(at) | clientId.charCodeAt(at + 1) << 16);
    }
    return this.#finish();
  }

  #begin(): void {
    const v = this.#v;
    v[0] = this.#key0;
    v[1] = this.#key1 ^ 0xee;
    v[2] = this.#key0 ^ 0x6c796765;
    v[3] = this.#key1 ^ 0x74656462;
  }

  #absorb(word: number): void {
    const v = this.#v;
    v[3]! ^= word;
    mix(v);
    v[0]! ^= word;
  }

  #finish(): number {
    const low = this.#squeeze(2, 0xee) >>> 0;
    const high = this.#squeeze(1, 0xdd) >> 16;
    return high * HIGH_FACTOR + low;
  }

  #squeeze(at: 1 | 2, mark: number): number {
    const v = this.#v;
    v[at]! ^= mark;
    for (let round = 0; round < 3; round++) mix(v);
    return v[1]! ^ v[3]!;
  }
}

/** SipRound, in its half size. */
function mix(v: Int32Array): void {
  let [v0, v1, v2, v3] = [v[0]!, v[1]!, v[2]!, v[3]!];
  v0 = v0 + v1 | 0;
  v1 = (v1 << 5 | v1 >>> 27) ^ v0;
  v0 = v0 << 16 | v0 >>> 16;
  v2 = v2 + v3 | 0;
  v3 = (v3 << 8 | v3 >>> 24) ^ v2;
  v0 = v0 + v3 | 0;
  v3 = (v3 << 7 | v3 >>> 25) ^ v0;
  v2 = v2 + v1 | 0;
  v1 = (v1 << 13 | v1 >>> 19) ^ v2;
  v2 = v2 << 16 | v2 >>> 16;
  [v[0], v[1], v[2], v[3]] = [v0, v1, v2, v3];
}
