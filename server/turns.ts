/** A few places for many: those who wait are let in by turns of their keys, so that no key can keep the others out. */

export class Turns<Key> {
  readonly #places: number;
  readonly #maxWaiting: number;
  #taken = 0;
  /** Who waits, by key; the key whose turn is next comes first. */
  readonly #waiting = new Map<Key, (() => void)[]>();

  /** @param maxWaiting for each key */
  constructor(places: number, maxWaiting: number) {
    this.#places = places;
    this.#maxWaiting = maxWaiting;
  }

  /** Resolves with a place, which is to be given back; null where too many of that key wait. */
  take(key: Key): Promise<void> | null {
    if (this.#taken < this.#places) {
      this.#taken++;
      return Promise.resolve();
    }
    const waiting = this.#waiting.get(key) ?? [];
    if (waiting.length >= this.#maxWaiting) return null;
    this.#waiting.set(key, waiting);
    return new Promise((resolve) => void waiting.push(resolve));
  }

  /** Hands the place to the next in wait: given back in between, a newcomer could take it too. */
  give(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#taken--;
      return;
    }
    const [key, waiting] = next;
    this.#waiting.delete(key);
    const enter = waiting.shift()!;
    if (waiting.length > 0) this.#waiting.set(key, waiting);
    enter();
  }
}
