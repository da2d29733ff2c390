/** Who talks to whom: clients in groups of the same size, each group a room or a pair. */

export interface TopologyOptions {
  readonly clients: number;
  /** Clients that send; spread evenly over the groups. */
  readonly senders: number;
  readonly rooms: number;
  /** Pairs that write to each other directly, in the place of rooms. */
  readonly direct: boolean;
}

export class Topology {
  readonly groups: number;
  readonly groupSize: number;
  readonly clients: number;
  /** The clients that send. */
  readonly senders: readonly number[];
  readonly #isDirect: boolean;

  /** @throws RangeError whose message says what does not fit */
  constructor({ clients, senders, rooms, direct }: TopologyOptions) {
    this.groups = direct ? clients / 2 : rooms;
    this.groupSize = clients / this.groups;
    if (!Number.isInteger(this.groupSize) || !Number.isInteger(this.groups)) {
      throw new RangeError(
        direct
          ? `${clients} clients do not form pairs. Give an even number of --clients.`
          : `${clients} clients do not fill ${rooms} rooms evenly. Give --clients as a multiple of --rooms.`,
      );
    }
    if (this.groupSize < 2) throw new RangeError("Each room needs at least two clients.");
    if (senders > clients) throw new RangeError(`There are only ${clients} clients; ${senders} cannot send.`);
    this.clients = clients;
    this.#isDirect = direct;
    this.senders = Array.from(
      { length: senders },
      (_, k) => (k % this.groups) * this.groupSize + Math.floor(k / this.groups),
    );
  }

  groupOf(client: number): number {
    return Math.floor(client / this.groupSize);
  }

  /** Position in its group, from 0. */
  memberOf(client: number): number {
    return client % this.groupSize;
  }

  /** Whether what `sender` says is due at `receiver`. */
  reaches(sender: number, receiver: number): boolean {
    return sender !== receiver && sender < this.clients && this.groupOf(sender) === this.groupOf(receiver);
  }

  /** `#room`, or the other of a pair. */
  destinationOf(client: number, run: string): string {
    if (!this.#isDirect) return this.roomOf(client, run)!;
    return userName(run, client % 2 === 0 ? client + 1 : client - 1);
  }

  /** The room that a client joins; undefined where it is one of a pair. */
  roomOf(client: number, run: string): string | undefined {
    return this.#isDirect ? undefined : `#load-${run}-${String(this.groupOf(client)).padStart(4, "0")}`;
  }
}

/** Names are equally long, so that all lines of a run are. */
export function userName(run: string, client: number): string {
  return `load-${run}-${String(client).padStart(5, "0")}`;
}
