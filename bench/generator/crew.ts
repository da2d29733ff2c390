/** All simulated clients of a run: made, connected, and each with its place in the cast. */

import type { Cast, Destination } from "./cast.ts";
import { Client, type ClientEvents } from "./client.ts";
import type { Target } from "./plan.ts";
import { Reference } from "./reference.ts";
import type { Wire } from "./wires/wire.ts";

/** Connections that are opened at the same time, where a server does not take fewer. */
const CONNECTING = 32;

export class Crew {
  readonly #wire: Wire;
  readonly #cast: Cast;
  readonly #clients: readonly Client[];
  /** By stream. */
  readonly #senders: readonly Client[];
  /** Those who have something to send in this turn. */
  readonly #unsent = new Set<Client>();
  /** Makes names those of this run alone. */
  readonly #run = Math.random().toString(36).slice(2, 8).padEnd(6, "0");
  #connected = 0;

  constructor(wire: Wire, cast: Cast, events: ClientEvents) {
    this.#wire = wire;
    this.#cast = cast;
    // Where only two are in a group, nobody gets what somebody else has read.
    const references = Array.from(
      { length: cast.groupSize > 2 ? cast.groups : 0 },
      () => new Reference(cast.streamsPerGroup),
    );
    this.#clients = Array.from({ length: cast.clients }, (_, index) => {
      const reference = references[cast.groupOf(index)];
      const own = new Set(wire.echoes ? [] : cast.streamsOf(index));
      return new Client(index, wire, events, { ...(reference && { reference }), own });
    });
    this.#senders = Array.from(
      { length: cast.streams },
      (_, stream) => this.#clients[cast.senderOf(stream)]!,
    );
  }

  /** Clients that are logged in. */
  get connected(): number {
    return this.#connected;
  }

  /**
   * Connects, logs in, joins, and makes ready for texts of `size` bytes.
   * @throws Error (rejects) where a client cannot
   */
  async connect(target: Target, size: number): Promise<void> {
    const waiting = this.#clients.entries();
    const connectNext = async () => {
      for (const [index, client] of waiting) {
        await client.open(target, this.#wire.userName(this.#run, index));
        for (const room of this.#cast.roomsOf(index)) await client.join(this.#wire.roomName(this.#run, room));
        this.#connected++;
      }
    };
    await Promise.all(Array.from({ length: this.#wire.connecting ?? CONNECTING }, connectNext));
    await Promise.all(this.#clients.map((client) => client.settle()));
    this.#senders.forEach((sender, stream) => {
      sender.prepare(stream, this.#nameOf(this.#cast.destinationOf(stream)), size);
    });
  }

  isSender(client: number, stream: number): boolean {
    return this.#senders[stream] === this.#clients[client];
  }

  /** Goes out with the next `flush`. */
  say(stream: number, number: number, intendedUs: number): void {
    const sender = this.#senders[stream]!;
    sender.say(stream, number, intendedUs);
    this.#unsent.add(sender);
  }

  flush(): void {
    for (const sender of this.#unsent) sender.flush();
    this.#unsent.clear();
  }

  /** Resolves when all that the server had sent has come, as far as it can be asked. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#clients.map((client) => client.settle()));
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }

  #nameOf(destination: Destination): string {
    return "room" in destination
      ? this.#wire.roomName(this.#run, destination.room)
      : this.#wire.userName(this.#run, destination.client);
  }
}
