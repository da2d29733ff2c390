/** The receiving end of one client: finds the messages in its bytes and reports each. The hot path of the generator. */

import type { Buffer } from "node:buffer";
import type { Framing } from "./framing.ts";
import { Mark } from "./mark.ts";
import type { Reader, Reference } from "./reference.ts";

export interface MessageEvents {
  /**
   * A message has come to that client.
   * @param seq 0 where the server gives none
   * @returns whether it is one of the group's
   */
  message(client: number, mark: Mark, seq: number): boolean;
  /** The messages of the reference from index `from` to before `to` have come to that client. */
  known(client: number, reference: Reference, from: number, to: number): void;
}

export interface ReceiverOptions {
  readonly client: number;
  readonly framing: Framing;
  readonly events: MessageEvents;
  /** Takes a unit without a mark, from `from` to `to`. */
  readonly other: (bytes: Buffer, from: number, to: number) => void;
  /** Whether messages end in a seq. */
  readonly hasSeq: boolean;
  /** Shared by the group. */
  readonly reference?: Reference;
  /** The streams that do not come to this client: its own, where the server does not echo. Only who hears all adds to the reference. */
  readonly own: ReadonlySet<number>;
}

const MAX_RUN = 1 << 16;
const TILDE = 126;

export class Receiver implements Reader {
  readonly #client: number;
  readonly #framing: Framing;
  readonly #events: MessageEvents;
  readonly #other: ReceiverOptions["other"];
  readonly #hasSeq: boolean;
  readonly #reference: Reference | undefined;
  readonly #own: ReadonlySet<number>;
  readonly #mark = new Mark();
  /** How long the last unit with a mark was, and where in it the mark stood. */
  #length = 0;
  #markAt = 0;
  /** How many messages are compared at once: fewer after a difference, more after none. */
  #run = MAX_RUN;
  /** In the reference. */
  next = 0;

  constructor({ client, framing, events, other, hasSeq, reference, own }: ReceiverOptions) {
    this.#client = client;
    this.#framing = framing;
    this.#events = events;
    this.#hasSeq = hasSeq;
    this.#reference = reference;
    this.#other = other;
    this.#own = own;
    reference?.add(this);
  }

  /** Reads the units that are there in full; returns where the rest begins. */
  read(bytes: Buffer, end: number): number {
    let at = 0;
    while (at < end) {
      const same = this.#readKnown(bytes, at, end);
      at += same;
      if (same > 0) continue;
      const to = this.#readUnit(bytes, at, end);
      if (to <= at) break;
      at = to;
    }
    return at;
  }

  /** Reports the messages that are the same as in the reference; returns how many bytes they are. */
  #readKnown(bytes: Buffer, at: number, end: number): number {
    const reference = this.#reference;
    if (reference === undefined) return 0;
    this.#passOwn(reference);
    const from = this.next;
    if (from < reference.first || from >= reference.end) return 0;
    const start = reference.starts[from - reference.first]!;
    let to = reference.endWithin(from, end - at);
    while (to > from) {
      to = this.#limit(reference, from, to);
      const length = reference.starts[to - reference.first]! - start;
      if (isSame(bytes, at, reference.bytes, start, length)) {
        this.#run = Math.min(MAX_RUN, this.#run * 2);
        this.next = to;
        this.#events.known(this.#client, reference, from, to);
        return length;
      }
      this.#run = (to - from) >> 2;
      to = from + this.#run;
    }
    this.#run = 1;
    return 0;
  }

  /** Own messages are in the reference, but do not come. */
  #passOwn(reference: Reference): void {
    if (this.#own.size === 0) return;
    while (this.next >= reference.first && this.next < reference.end && this.#isOwn(reference, this.next)) {
      this.next++;
    }
  }

  #limit(reference: Reference, from: number, to: number): number {
    const most = Math.min(to, from + this.#run);
    if (this.#own.size === 0) return most;
    let index = from + 1;
    while (index < most && !this.#isOwn(reference, index)) index++;
    return index;
  }

  #isOwn(reference: Reference, index: number): boolean {
    return this.#own.has(reference.streams[index - reference.first]!);
  }

  /** Reports one unit; returns where it ends, or -1 where it is not there in full. */
  #readUnit(bytes: Buffer, from: number, end: number): number {
    // Messages of a run are equally long: where the mark and the end stand as in the one before, nothing has to be looked for.
    let to = from + this.#length;
    if (
      to > end || !this.#framing.isEnd(bytes, from, to) || !this.#mark.read(bytes, from + this.#markAt, to)
    ) {
      to = this.#framing.endOf(bytes, from, end);
      if (to < 0) return -1;
      if (!this.#findMark(bytes, from, to)) {
        this.#other(bytes, from, to);
        return to;
      }
    }
    const seq = this.#hasSeq ? readSeq(bytes, from, to) : 0;
    const isOurs = this.#events.message(this.#client, this.#mark, seq);
    if (isOurs && this.#reference) this.#place(this.#reference, bytes, from, to, seq);
    return to;
  }

  /** Finds its place in the reference again, or makes the message a part of it. */
  #place(reference: Reference, bytes: Buffer, from: number, to: number, seq: number): void {
    const index = reference.find(this.#mark.stream, this.#mark.number);
    if (index >= this.next) this.next = index + 1;
    else if (index < 0 && this.#own.size === 0 && this.next === reference.end) {
      reference.append(bytes, from, to, this.#mark, seq);
      this.next = reference.end;
    }
  }

  #findMark(bytes: Buffer, from: number, to: number): boolean {
    for (let at = from; at < to; at++) {
      if (bytes[at] !== TILDE || !this.#mark.read(bytes, at, to)) continue;
      [this.#length, this.#markAt] = [to - from, at - from];
      return true;
    }
    return false;
  }
}

/** Deno 2.9 wrongly refuses a range that ends beyond the length of the buffer whose method is called, so that is the larger. */
function isSame(a: Buffer, aFrom: number, b: Buffer, bFrom: number, length: number): boolean {
  if (a.length < b.length) return b.compare(a, aFrom, aFrom + length, bFrom, bFrom + length) === 0;
  return a.compare(b, bFrom, bFrom + length, aFrom, aFrom + length) === 0;
}

const ZERO = 48;
const COLON = 58;
const BRACE = 125;
const QUOTE = 34;

/** Parley puts `"seq":N` at a message's end, where its digits can be read without looking for it; 0 where it is not there. */
function readSeq(bytes: Buffer, from: number, to: number): number {
  let at = to - 1;
  while (at > from && bytes[at] !== BRACE) at--;
  let seq = 0;
  for (let scale = 1; --at > from; scale *= 10) {
    const digit = bytes[at]! - ZERO;
    if (!(digit >= 0 && digit <= 9)) break;
    seq += digit * scale;
  }
  return bytes[at] === COLON && bytes[at - 1] === QUOTE ? seq : 0;
}
