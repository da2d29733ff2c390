/** Counts each message at each receiver: lost, duplicated, out of order. */

import type { Cast } from "./cast.ts";

/** Numbers that a gap leaves to be remembered; of those beyond, one that comes late counts as duplicated. */
const MAX_GAP = 100_000;

export class Tally {
  readonly #streamsPerGroup: number;
  readonly #groupSize: number;
  /** By receiver and stream of its group, then by stream for the answers to its sender: the highest number that came, plus one. */
  readonly #next: Int32Array;
  /** Where the answers begin in it. */
  readonly #answers: number;
  /** By the same place: numbers below `#next` that have not come. Empty in a run without faults. */
  readonly #missing = new Map<number, Set<number>>();
  /** By client: the highest seq that came, of servers that number what they send. */
  readonly #lastSeq: Float64Array;
  /** By stream: messages sent. */
  readonly #sent: Int32Array;
  /** To how many a message is due. */
  readonly receivers: number;
  readonly #cast: Cast;
  readonly #echoes: boolean;
  delivered = 0;
  duplicated = 0;
  /** Deliveries that came after a later one of the same stream, or with a lower seq than the one before. */
  outOfOrder = 0;
  sent = 0;
  acknowledged = 0;
  refused = 0;

  /** @param echoes whether a sender gets its own messages */
  constructor(cast: Cast, echoes: boolean) {
    const { clients, groupSize, streams, streamsPerGroup } = cast;
    this.#cast = cast;
    this.#echoes = echoes;
    this.#groupSize = groupSize;
    this.#streamsPerGroup = streamsPerGroup;
    this.#answers = clients * streamsPerGroup;
    this.#next = new Int32Array(this.#answers + streams);
    this.#lastSeq = new Float64Array(clients);
    this.#sent = new Int32Array(streams);
    this.receivers = groupSize - (echoes ? 0 : 1);
  }

  /** Notes that the next message of a stream is sent, and returns its number, from 0. */
  countSent(stream: number): number {
    this.sent++;
    return this.#sent[stream]!++;
  }

  isSent(stream: number, number: number): boolean {
    return number < (this.#sent[stream] ?? 0);
  }

  /** Whether there is such a message, and that client is to hear it. */
  isDue(receiver: number, stream: number, number: number): boolean {
    const first = Math.floor(receiver / this.#groupSize) * this.#streamsPerGroup;
    if (stream < first || stream >= first + this.#streamsPerGroup || !this.isSent(stream, number)) {
      return false;
    }
    return this.#echoes || this.#cast.senderOf(stream) !== receiver;
  }

  /**
   * A message that is due at the receiver has come.
   * @param seq 0 where the server gave none: then only the numbers of each stream tell the order
   * @returns whether it came for the first time
   */
  countDelivered(receiver: number, stream: number, number: number, seq: number): boolean {
    const place = receiver * this.#streamsPerGroup + stream % this.#streamsPerGroup;
    if (!this.#count(place, number, receiver, seq)) return false;
    this.delivered++;
    return true;
  }

  /**
   * @param seq of the reply: it has its place in the order of what a connection gets
   * @returns whether it was the first answer to that message
   */
  countAcknowledged(sender: number, stream: number, number: number, seq: number): boolean {
    if (!this.#count(this.#answers + stream, number, sender, seq)) return false;
    this.acknowledged++;
    return true;
  }

  /** The server will not store or deliver a message. */
  countRefused(stream: number, number: number): void {
    if (this.#count(this.#answers + stream, number, 0, 0)) this.refused++;
  }

  /** Deliveries that have not come (yet). */
  get lost(): number {
    return (this.sent - this.refused) * this.receivers - this.delivered;
  }

  get unanswered(): number {
    return this.sent - this.refused - this.acknowledged;
  }

  /** Notes that a number has come to its place; returns whether for the first time. */
  #count(place: number, number: number, client: number, seq: number): boolean {
    const expected = this.#next[place]!;
    if (number < expected) return this.#countLate(place, number, client, seq);
    if (number > expected) this.#noteMissing(place, expected, number);
    this.#next[place] = number + 1;
    if (seq !== 0) this.#checkSeq(client, seq);
    return true;
  }

  #countLate(place: number, number: number, client: number, seq: number): boolean {
    if (!this.#missing.get(place)?.delete(number)) {
      this.duplicated++;
      return false;
    }
    if (seq > this.#lastSeq[client]!) this.#lastSeq[client] = seq;
    this.outOfOrder++;
    return true;
  }

  #noteMissing(place: number, from: number, to: number): void {
    const missing = this.#missing.get(place) ?? new Set();
    const end = Math.min(to, from + MAX_GAP);
    for (let number = from; number < end; number++) missing.add(number);
    this.#missing.set(place, missing);
  }

  #checkSeq(client: number, seq: number): void {
    if (seq <= this.#lastSeq[client]!) this.outOfOrder++;
    else this.#lastSeq[client] = seq;
  }
}
