/** How far a client has seen the log, and which log that is. */
export class Cursor {
  #since: number | undefined;
  #epoch: string | undefined;
  /** Positions ahead of the cursor whose message this client knows already, from the reply to a second sending. */
  readonly #known = new Set<number>();

  constructor(resume?: { since: number; epoch: string }) {
    this.#since = resume?.since;
    this.#epoch = resume?.epoch;
  }

  /** Null where nothing was seen yet. */
  get value(): { since: number; epoch: string } | null {
    if (this.#since === undefined || this.#epoch === undefined) return null;
    return { since: this.#since, epoch: this.#epoch };
  }

  /**
   * Takes the epoch of the log that was logged in to. Returns false where the cursor was one of another log: it then
   * stands before the first message of this one, which none of was seen, and the login has to be repeated with it.
   */
  belongsTo(epoch: string): boolean {
    const isOther = this.value !== null && this.#epoch !== epoch;
    this.#epoch = epoch;
    if (!isOther) return true;
    this.#since = 0;
    this.#known.clear();
    return false;
  }

  /** Moves forward to `seq`. Returns whether the message there was not seen before. */
  advance(seq: number): boolean {
    if (this.#since !== undefined && seq <= this.#since) return false;
    this.#since = seq;
    return !this.#known.delete(seq);
  }

  /** Notes that the message at `seq` is known, without moving: earlier ones may still be on their way. */
  know(seq: number): void {
    for (const known of this.#known) if (known <= (this.#since ?? 0)) this.#known.delete(known);
    if (seq > (this.#since ?? 0)) this.#known.add(seq);
  }
}
