/**
 * Who talks to whom. Clients form groups that hear the same; each group has streams, and a stream is what one sender says
 * to one destination, numbered from 0: the unit in which order is checked.
 */

import { MAX_STREAMS } from "./mark.ts";
import type { Topology } from "./plan.ts";

/** Where a stream goes: a room, by its number in the run, or another client. */
export type Destination = { readonly room: number } | { readonly client: number };

export class Cast {
  readonly clients: number;
  readonly groupSize: number;
  readonly streamsPerGroup: number;
  readonly streams: number;
  /** The order in which streams take turns in an open loop: through the groups, then the senders, then their rooms. */
  readonly turns: readonly number[];
  readonly isAlone: boolean;
  readonly #topology: Topology;
  readonly #hasDirect: boolean;

  /**
   * @param hasDirect whether the server can say something to one client; a pair is a room of two where it cannot
   * @throws RangeError whose message says what does not fit
   */
  constructor(topology: Topology, hasDirect: boolean) {
    const { groups, size, streams } = shapeOf(topology);
    if (groups * streams > MAX_STREAMS) throw new RangeError(`At most ${MAX_STREAMS} senders times rooms.`);
    this.#topology = topology;
    this.#hasDirect = hasDirect;
    this.clients = groups * size;
    this.groupSize = size;
    this.streamsPerGroup = streams;
    this.streams = groups * streams;
    this.isAlone = topology.kind === "alone";
    this.turns = Array.from(
      { length: sendingOf(topology) ?? this.streams },
      (_, turn) => (turn % groups) * streams + Math.floor(turn / groups),
    );
  }

  get groups(): number {
    return this.clients / this.groupSize;
  }

  groupOf(client: number): number {
    return Math.floor(client / this.groupSize);
  }

  senderOf(stream: number): number {
    const group = Math.floor(stream / this.streamsPerGroup);
    return group * this.groupSize + this.#memberOf(stream % this.streamsPerGroup);
  }

  /** The stream in which the same sender says its next message: where it has several rooms, they take turns. */
  nextOf(stream: number): number {
    return this.#topology.kind === "shared" ? (stream + this.#topology.senders) % this.streams : stream;
  }

  /** The stream with which each sender begins. */
  get firstStreams(): readonly number[] {
    return this.#topology.kind === "shared" ? this.turns.slice(0, this.#topology.senders) : this.turns;
  }

  /** What a client says. */
  streamsOf(client: number): number[] {
    const first = this.groupOf(client) * this.streamsPerGroup;
    const member = client % this.groupSize;
    return Array.from({ length: this.streamsPerGroup }, (_, stream) => stream)
      .filter((stream) => this.#memberOf(stream) === member)
      .map((stream) => first + stream);
  }

  destinationOf(stream: number): Destination {
    const group = Math.floor(stream / this.streamsPerGroup);
    const topology = this.#topology;
    if (topology.kind === "pairs" && this.#hasDirect) return { client: this.senderOf(stream) ^ 1 };
    if (topology.kind !== "shared") return { room: group };
    return { room: Math.floor(stream / topology.senders) };
  }

  /** The rooms that a client joins. */
  roomsOf(client: number): readonly number[] {
    const topology = this.#topology;
    if (topology.kind === "pairs" && this.#hasDirect) return [];
    if (topology.kind !== "shared") return [this.groupOf(client)];
    return Array.from({ length: topology.rooms }, (_, room) => room);
  }

  /** The position in its group of who says a stream. */
  #memberOf(streamInGroup: number): number {
    return this.#topology.kind === "shared" ? streamInGroup % this.#topology.senders : streamInGroup;
  }
}

/** Streams in which something is said, where these are not all. */
function sendingOf(topology: Topology): number | undefined {
  return topology.kind === "rooms" || topology.kind === "pairs" ? topology.senders : undefined;
}

function shapeOf(topology: Topology): { groups: number; size: number; streams: number } {
  switch (topology.kind) {
    case "rooms": {
      const { rooms, members, sendersPerRoom } = topology;
      if (members < 2) throw new RangeError("A room needs at least two members.");
      if (sendersPerRoom > members) {
        throw new RangeError(`A room has only ${members} members; ${sendersPerRoom} cannot send.`);
      }
      return { groups: rooms, size: members, streams: sendersPerRoom };
    }
    case "shared": {
      const { rooms, clients, senders } = topology;
      if (senders > clients) {
        throw new RangeError(`There are only ${clients} clients; ${senders} cannot send.`);
      }
      return { groups: 1, size: clients, streams: rooms * senders };
    }
    case "pairs":
      return { groups: topology.pairs, size: 2, streams: 2 };
    case "alone":
      return { groups: topology.clients, size: 1, streams: 1 };
  }
}
