/** The load generator as a user has it: clients, rooms and pairs of Parley, and all that a report needs. */

import type { Histogram } from "../generator/histogram.ts";
import type { Plan, Topology, WireName } from "../generator/plan.ts";
import { type Progress, Run } from "../generator/run.ts";
import { LatencySample, type Span } from "./sample.ts";

/** `ws` takes several envelopes in a frame (`parley.v1.lines`), `ws-frames` one. */
export const TRANSPORTS = ["tcp", "ws", "ws-frames"] as const;
export type Transport = (typeof TRANSPORTS)[number];

export interface LoadTarget {
  readonly hostname: string;
  readonly port: number;
  readonly transport: Transport;
}

export interface LoadSettings {
  readonly clients: number;
  /** Clients that send; spread evenly over the rooms or pairs. */
  readonly senders: number;
  readonly rooms: number;
  /** Pairs that write to each other directly, in the place of rooms. */
  readonly direct: boolean;
  /** Open loop: messages a second in all. Left out where `window` is set. */
  readonly rate?: number;
  /** Closed loop: messages that each sender keeps on their way to some receiver. */
  readonly window?: number;
  readonly warmupSeconds: number;
  readonly durationSeconds: number;
  /** After sending has ended, the wait for what is due ends when nothing came for so long. */
  readonly drainSeconds: number;
  /** Bytes of text in a message. */
  readonly size: number;
}

export interface LoadPercentiles {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p99_9: number;
  readonly max: number;
}

export interface LoadResult {
  readonly settings: LoadSettings & { transport: Transport };
  readonly latency_ms: LoadPercentiles;
  readonly throughput: { messages_per_second: number; deliveries_per_second: number };
  readonly messages: { sent: number; acknowledged: number; unacknowledged: number; refused: number };
  readonly deliveries: {
    expected: number;
    delivered: number;
    lost: number;
    duplicated: number;
    out_of_order: number;
  };
  /** How late the generator itself was with its sends: a part of the latency that is not the server's. */
  readonly generator_late_ms: LoadPercentiles;
  /** What went wrong, each kind once. */
  readonly problems: readonly string[];
  readonly spans: readonly Span[];
}

const WIRES: Readonly<Record<Transport, WireName>> = {
  tcp: "parley-tcp",
  ws: "parley-lines",
  "ws-frames": "parley-frames",
};

/** Whether the run counts: nothing lost, duplicated, out of order, refused or left without its reply. */
export function isClean({ deliveries, messages, problems }: LoadResult): boolean {
  return deliveries.lost === 0 && deliveries.duplicated === 0 && deliveries.out_of_order === 0 &&
    messages.refused === 0 && messages.unacknowledged === 0 && problems.length === 0;
}

/** @throws RangeError whose message says what does not fit */
export function topologyOf({ clients, senders, rooms, direct }: LoadSettings): Topology {
  if (senders > clients) throw new RangeError(`There are only ${clients} clients; ${senders} cannot send.`);
  if (direct) {
    if (clients % 2 === 0) return { kind: "pairs", pairs: clients / 2, senders };
    throw new RangeError(`${clients} clients do not form pairs. Give an even number of --clients.`);
  }
  if (clients % rooms !== 0) {
    throw new RangeError(
      `${clients} clients do not fill ${rooms} rooms evenly. Give --clients as a multiple of --rooms.`,
    );
  }
  return {
    kind: "rooms",
    rooms,
    members: clients / rooms,
    sendersPerRoom: Math.ceil(senders / rooms),
    senders,
  };
}

export class Load {
  readonly sample: LatencySample;
  readonly #settings: LoadSettings;
  readonly #transport: Transport;
  readonly #run: Run;

  /**
   * @param stop ends sending early; what was sent is still waited for and counted
   * @throws RangeError whose message says what does not fit
   */
  constructor(target: LoadTarget, settings: LoadSettings, stop?: AbortSignal) {
    this.#settings = settings;
    this.#transport = target.transport;
    this.sample = new LatencySample(settings.durationSeconds);
    this.#run = new Run(planOf(target, settings), { ...(stop && { stop }), latencies: this.sample });
  }

  get progress(): Progress {
    return this.#run.progress;
  }

  /** Of all latencies. */
  get latency(): Histogram {
    return this.#run.meter.latency;
  }

  /** Rejects where the clients cannot connect, log in or join. */
  async execute(): Promise<LoadResult> {
    const {
      problems,
      acknowledgementsPerSecond,
      deliveriesPerSecond,
      lost,
      duplicated,
      outOfOrder,
      refused,
    } = await this.#run.execute();
    const { tally, meter } = this.#run;
    return {
      settings: { ...this.#settings, transport: this.#transport },
      latency_ms: percentilesOf(meter.latency),
      throughput: {
        messages_per_second: Math.round(acknowledgementsPerSecond),
        deliveries_per_second: Math.round(deliveriesPerSecond),
      },
      messages: {
        sent: tally.sent,
        acknowledged: tally.acknowledged,
        unacknowledged: tally.unanswered,
        refused,
      },
      deliveries: {
        expected: tally.delivered + lost,
        delivered: tally.delivered,
        ...{ lost, duplicated },
        out_of_order: outOfOrder,
      },
      generator_late_ms: percentilesOf(meter.late),
      problems,
      spans: this.sample.spans(),
    };
  }
}

function planOf({ hostname, port, transport }: LoadTarget, settings: LoadSettings): Plan {
  const { rate = 1, window, size, warmupSeconds, durationSeconds, drainSeconds } = settings;
  return {
    target: { wire: WIRES[transport], host: hostname, port },
    topology: topologyOf(settings),
    load: window === undefined ? { rate } : { window },
    ...{ size, warmupSeconds, durationSeconds, drainSeconds },
  };
}

function percentilesOf(histogram: Histogram): LoadPercentiles {
  const { p999, ...others } = histogram.percentiles();
  return { ...others, p99_9: p999, mean: Math.round(histogram.meanMs * 1000) / 1000 };
}
