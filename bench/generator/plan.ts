/** What the generator is told to do and what it answers: one JSON document each, on its stdin and stdout. */

/** How a server is spoken to. Each has its file in `wires/`. */
export type WireName =
  /** Parley, JSON lines over TCP. */
  | "parley-tcp"
  /** Parley over WebSocket with `parley.v1.lines`: several envelopes in a frame. */
  | "parley-lines"
  /** Parley over WebSocket without it: one envelope in a frame. */
  | "parley-frames"
  /** `JOIN` and `PRIVMSG`, over TCP. */
  | "irc"
  /** The same, to a server that lets in once a second whoever has logged in until then. */
  | "irc-by-second"
  /** Engine.IO 4 over WebSocket, event `say`. */
  | "socketio"
  /** `J room` and `room text` as WebSocket text frames: the `ws` and Bun servers of `peers/`. */
  | "plain-websocket"
  /** The same as lines over TCP: the C limit, and the naive server. */
  | "plain-tcp";

export interface Target {
  readonly wire: WireName;
  readonly host: string;
  readonly port: number;
}

/** Who hears whom. */
export type Topology =
  /** `rooms` rooms of `members` clients each, every client in one of them. */
  | {
    readonly kind: "rooms";
    readonly rooms: number;
    readonly members: number;
    readonly sendersPerRoom: number;
    /** Where fewer than that send: so many in all, spread over the rooms. */
    readonly senders?: number;
  }
  /** `clients` clients who are all in the same `rooms` rooms; the senders take turns through the rooms. */
  | { readonly kind: "shared"; readonly rooms: number; readonly clients: number; readonly senders: number }
  /** `pairs` direct conversations (a room of two where the server has none), both sides send, or `senders` of all clients. */
  | { readonly kind: "pairs"; readonly pairs: number; readonly senders?: number }
  /** `clients` clients alone in a room each: a message is done when its acknowledgement is there (else its own echo). */
  | { readonly kind: "alone"; readonly clients: number };

/** Closed loop: each sender keeps `window` messages undelivered. Open loop: `rate` messages a second in all. */
export type Load = { readonly window: number } | { readonly rate: number };

export interface Plan {
  readonly target: Target;
  readonly topology: Topology;
  readonly load: Load;
  /** Bytes of text in a message. */
  readonly size: number;
  readonly warmupSeconds: number;
  readonly durationSeconds: number;
  /** After sending has ended, the wait for what is due ends when nothing came for so long. */
  readonly drainSeconds: number;
}

export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export interface Result {
  readonly plan: Plan;
  /** Within the measured time. */
  readonly deliveriesPerSecond: number;
  readonly messagesPerSecond: number;
  readonly acknowledgementsPerSecond: number;
  /** From the intended send time to the receipt at each receiver, ms. */
  readonly latencyMs: Percentiles;
  /** The same as [upper bound in ms, count], ascending, empty ones left out: for plots. */
  readonly latencyHistogram: readonly (readonly [number, number])[];
  /** How late the generator itself sent, ms. */
  readonly lateMs: Percentiles;
  /** Over the whole run, warm-up and drain included. A run is void unless these and `problems` are empty. */
  readonly lost: number;
  readonly duplicated: number;
  readonly outOfOrder: number;
  readonly refused: number;
  /** What went wrong, each kind once. */
  readonly problems: readonly string[];
  /** Of its core, in the measured time: near 1 the generator may be what limits. */
  readonly generatorCpu: number;
}
