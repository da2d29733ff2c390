/** Counts each message at each receiver: lost, duplicated, out of order. */

import type { Topology } from "./topology.ts";

/** What the tally makes of a delivery. */
export type Verdict = "new" | "duplicate" | "foreign";

export class Tally {
  readonly #topology: Topology;
  /** By receiver and sender: the highest number that came, plus one. */
  readonly #next: Int32Array;
  /** By the same place: numbers below `#next` that have not come. Empty in a run without faults. */
  readonly #missing = new Map<number, Set<number>>();
  /** By receiver: the highest seq that came. */
  readonly #lastSeq: Float64Array;
  /** By client: messages it sent, and those of them that the server refused. */
  readonly #sent: Int32Array;
  readonly #refused: Int32Array;
  delivered = 0;
  duplicated = 0;
  /** Deliveries that came after a later one of the same sender, or with a lower seq than the one before. */
  outOfOrder = 0;
  sent = 0;
  acknowledged = 0;
  refused = 0;

  constructor(topology: Topology) {
    this.#topology = topology;
    this.#next = new Int32Array(topology.clients * topology.groupSize);
    this.#lastSeq = new Float64Array(topology.clients);
    this.#sent = new Int32Array(topology.clients);
    this.#refused = new Int32Array(topology.clients);
  }

  /** Notes that `sender` sends its next message, and returns that message's number, from 0. */
  countSent(sender: number): number {
    this.sent++;
    return this.#sent[sender]!++;
  }

  countRefused(sender: number): void {
    this.refused++;
    this.#refused[sender]!++;
  }

  /** @param seq of the `stored` reply: it has its place in the order of what a connection gets */
  countAcknowledged(sender: number, seq: number): void {
    this.acknowledged++;
    if (!this.#isInOrder(sender, seq)) this.outOfOrder++;
  }

  /** @param seq 0 where the server gave none: then only the numbers of each sender tell the order */
  countDelivered(receiver: number, sender: number, number: number, seq: number): Verdict {
    if (!this.#topology.reaches(sender, receiver)) return "foreign";
    const place = this.#place(receiver, sender);
    const expected = this.#next[place]!;
    const isInOrder = this.#isInOrder(receiver, seq);
    if (number < expected) return this.#countEarlier(place, number);
    if (number > expected) this.#noteMissing(place, expected, number);
    this.#next[place] = number + 1;
    if (!isInOrder) this.outOfOrder++;
    this.delivered++;
    return "new";
  }

  /** Deliveries that are due for what was sent and not refused. */
  get expected(): number {
    let total = 0;
    for (const sender of this.#topology.senders) {
      total += (this.#sent[sender]! - this.#refused[sender]!) * (this.#topology.groupSize - 1);
    }
    return total;
  }

  /** Deliveries that have not come (yet). */
  get lost(): number {
    return this.expected - this.delivered;
  }

  #countEarlier(place: number, number: number): Verdict {
    if (!this.#missing.get(place)?.delete(number)) {
      this.duplicated++;
      return "duplicate";
    }
    this.outOfOrder++;
    this.delivered++;
    return "new";
  }

  #noteMissing(place: number, from: number, to: number): void {
    const missing = this.#missing.get(place) ?? new Set();
    for (let number = from; number < to; number++) missing.add(number);
    this.#missing.set(place, missing);
  }

  #isInOrder(client: number, seq: number): boolean {
    if (seq === 0) return true;
    if (seq <= this.#lastSeq[client]!) return false;
    this.#lastSeq[client] = seq;
    return true;
  }

  #place(receiver: number, sender: number): number {
    return receiver * this.#topology.groupSize + this.#topology.memberOf(sender);
  }
}
