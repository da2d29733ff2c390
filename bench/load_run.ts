/** One run against one server: connect, warm up, measure, wait for what is still on its way, count. */

import { LatencyRecorder, type Percentiles, type Span } from "./latency.ts";
import { LoadClient, type LoadEvents } from "./load_client.ts";
import { digits, markedText } from "./load_message.ts";
import type { Target } from "./load_wire.ts";
import { Schedule, sleepUntil, turn } from "./schedule.ts";
import { Tally } from "./tally.ts";
import { Topology, type TopologyOptions, userName } from "./topology.ts";

export interface LoadSettings extends TopologyOptions {
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

export type Phase = "connecting" | "warming up" | "measuring" | "draining";

export interface Progress {
  readonly phase: Phase;
  /** Clients that are logged in. */
  readonly connected: number;
  readonly elapsedSeconds: number;
  readonly sent: number;
  readonly delivered: number;
  readonly outstanding: number;
}

export interface LoadResult {
  readonly settings: LoadSettings & { transport: string };
  readonly latency_ms: Percentiles;
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
  readonly generator_late_ms: Percentiles;
  /** What went wrong, each kind once. */
  readonly problems: readonly string[];
  readonly spans: readonly Span[];
}

/** Connections that are opened at the same time. */
const CONNECTING = 32;
const MAX_PROBLEMS = 10;
const WAKE_MS = 100;

/** Whether the run counts: nothing lost, duplicated, out of order, refused or left without its reply. */
export function isClean({ deliveries, messages, problems }: LoadResult): boolean {
  return deliveries.lost === 0 && deliveries.duplicated === 0 && deliveries.out_of_order === 0 &&
    messages.refused === 0 && messages.unacknowledged === 0 && problems.length === 0;
}

export class LoadRun implements LoadEvents {
  readonly #target: Target;
  readonly #settings: LoadSettings;
  /** Makes names and ids those of this run alone. */
  readonly #run = Math.random().toString(36).slice(2, 8).padEnd(6, "0");
  readonly #topology: Topology;
  readonly #tally: Tally;
  readonly #clients: LoadClient[];
  readonly #problems = new Set<string>();
  readonly #stop: AbortSignal | undefined;
  #phase: Phase = "connecting";
  #connected = 0;
  #startMs = 0;
  #measureFromMs = Infinity;
  #measureToMs = Infinity;
  /** The time at which what is being read arrived. */
  #nowMs = 0;
  #isMeasuring = false;
  #measuredDeliveries = 0;
  #measuredMessages = 0;
  #latency: LatencyRecorder;
  #late: LatencyRecorder;
  #window: Window | undefined;

  /** @param stop ends sending early; what was sent is still waited for and counted */
  constructor(target: Target, settings: LoadSettings, stop?: AbortSignal) {
    this.#target = target;
    this.#settings = settings;
    this.#stop = stop;
    this.#topology = new Topology(settings);
    this.#tally = new Tally(this.#topology);
    this.#clients = Array.from(
      { length: settings.clients },
      (_, index) => new LoadClient(index, userName(this.#run, index), this),
    );
    this.#latency = new LatencyRecorder(0, 1, 1);
    this.#late = this.#latency;
  }

  get progress(): Progress {
    return {
      phase: this.#phase,
      connected: this.#connected,
      elapsedSeconds: this.#phase === "connecting" ? 0 : (performance.now() - this.#startMs) / 1000,
      sent: this.#tally.sent,
      delivered: this.#tally.delivered,
      outstanding: this.#tally.lost,
    };
  }

  /** Latencies that were kept, for the data file. */
  get latencies(): LatencyRecorder {
    return this.#latency;
  }

  /** Rejects where the clients cannot connect, log in or join. */
  async execute(): Promise<LoadResult> {
    try {
      await this.#connect();
      this.#start();
      if (this.#settings.window === undefined) await this.#sendOpen(this.#settings.rate ?? 1);
      else await this.#sendClosed(this.#settings.window);
      this.#phase = "draining";
      await this.#drain();
      return this.#result();
    } finally {
      for (const client of this.#clients) client.close();
    }
  }

  async #connect(): Promise<void> {
    const waiting = this.#clients.values();
    const connectNext = async () => {
      for (const client of waiting) {
        await client.login(this.#target);
        const room = this.#topology.roomOf(client.index, this.#run);
        if (room !== undefined) await client.join(room);
        this.#connected++;
      }
    };
    await Promise.all(Array.from({ length: CONNECTING }, connectNext));
    await Promise.all(this.#clients.map((client) => client.ping()));
  }

  #start(): void {
    const { warmupSeconds, durationSeconds } = this.#settings;
    this.#phase = "warming up";
    this.#startMs = performance.now();
    this.#measureFromMs = this.#startMs + warmupSeconds * 1000;
    this.#measureToMs = this.#measureFromMs + durationSeconds * 1000;
    this.#latency = new LatencyRecorder(this.#measureFromMs, durationSeconds * 1000);
    this.#late = new LatencyRecorder(this.#measureFromMs, durationSeconds * 1000, 1);
  }

  async #sendOpen(rate: number): Promise<void> {
    const durationMs = this.#measureToMs - this.#startMs;
    const schedule = new Schedule({ rate, startMs: this.#startMs, durationMs });
    const { senders } = this.#topology;
    for (let sent = 0; sent < schedule.count && !this.#isStopped;) {
      await sleepUntil(schedule.timeOf(sent));
      const due = schedule.dueBy(performance.now());
      for (; sent < due; sent++) this.#say(senders[sent % senders.length]!, schedule.timeOf(sent));
      this.#flush();
    }
  }

  async #sendClosed(size: number): Promise<void> {
    const window = new Window(this.#topology, size);
    this.#window = window;
    // Where everything is stuck, time goes on.
    const waker = setInterval(() => window.wake(), WAKE_MS);
    while (performance.now() < this.#measureToMs && !this.#isStopped) {
      const now = performance.now();
      window.takeReady((sender) => this.#say(sender, now));
      this.#flush();
      await window.someReady();
      await turn();
    }
    clearInterval(waker);
    this.#window = undefined;
  }

  get #isStopped(): boolean {
    return this.#stop?.aborted === true || this.#problems.size >= MAX_PROBLEMS;
  }

  #say(sender: number, intendedMs: number): void {
    const number = this.#tally.countSent(sender);
    const client = this.#clients[sender]!;
    const text = markedText(sender, number, Math.ceil(intendedMs * 1000), this.#settings.size);
    const id = `${client.name}-${digits(number, 8)}`;
    client.say(id, this.#topology.destinationOf(sender, this.#run), text);
    this.#window?.sent(sender, number);
    if (this.#isMeasured(intendedMs)) this.#late.record(intendedMs, performance.now() - intendedMs);
    if (this.#phase === "warming up" && intendedMs >= this.#measureFromMs) this.#phase = "measuring";
  }

  #flush(): void {
    for (const sender of this.#topology.senders) this.#clients[sender]!.flush();
  }

  async #drain(): Promise<void> {
    let last = -1;
    let lastMs = performance.now();
    while (this.#open > 0) {
      if (this.#open !== last) [last, lastMs] = [this.#open, performance.now()];
      if (performance.now() - lastMs > this.#settings.drainSeconds * 1000) return;
      await sleepUntil(performance.now() + 10);
    }
    // What would come twice comes before the answer to this.
    await Promise.allSettled(this.#clients.map((client) => client.ping()));
  }

  /** Deliveries and replies that are still due. */
  get #open(): number {
    return this.#tally.lost + this.#unacknowledged;
  }

  get #unacknowledged(): number {
    return this.#tally.sent - this.#tally.acknowledged - this.#tally.refused;
  }

  #isMeasured(timeMs: number): boolean {
    return timeMs >= this.#measureFromMs && timeMs < this.#measureToMs;
  }

  arrived(): void {
    this.#nowMs = performance.now();
    this.#isMeasuring = this.#isMeasured(this.#nowMs);
  }

  message(client: LoadClient, sender: number, number: number, intendedUs: number, seq: number): void {
    if (this.#tally.countDelivered(client.index, sender, number, seq) !== "new") return;
    this.#window?.finished(sender, number);
    if (this.#isMeasuring) this.#measuredDeliveries++;
    const intendedMs = intendedUs / 1000;
    if (this.#isMeasured(intendedMs)) this.#latency.record(intendedMs, this.#nowMs - intendedMs);
  }

  stored(client: LoadClient, id: string, seq: number): void {
    this.#tally.countAcknowledged(client.index, seq);
    if (this.#isMeasuring) this.#measuredMessages++;
    this.#window?.finished(client.index, numberOf(id));
  }

  refused(client: LoadClient, _id: string, problem: string): void {
    this.#tally.countRefused(client.index);
    this.#note(problem);
  }

  broken(_client: LoadClient, problem: string): void {
    this.#note(problem);
  }

  #note(problem: string): void {
    if (this.#problems.size < MAX_PROBLEMS) this.#problems.add(problem);
  }

  #result(): LoadResult {
    const { durationSeconds } = this.#settings;
    const tally = this.#tally;
    return {
      settings: { ...this.#settings, transport: this.#target.transport },
      latency_ms: this.#latency.percentiles(),
      throughput: {
        messages_per_second: Math.round(this.#measuredMessages / durationSeconds),
        deliveries_per_second: Math.round(this.#measuredDeliveries / durationSeconds),
      },
      messages: {
        sent: tally.sent,
        acknowledged: tally.acknowledged,
        unacknowledged: this.#unacknowledged,
        refused: tally.refused,
      },
      deliveries: {
        expected: tally.expected,
        delivered: tally.delivered,
        lost: tally.lost,
        duplicated: tally.duplicated,
        out_of_order: tally.outOfOrder,
      },
      generator_late_ms: this.#late.percentiles(),
      problems: [...this.#problems],
      spans: this.#latency.spans(),
    };
  }
}

/** An id ends in the message's number. */
function numberOf(id: string): number {
  return Number(id.slice(-8));
}

/** The closed loop: each sender has so many messages on their way; a message is done when all have it and it is acknowledged. */
class Window {
  readonly #size: number;
  readonly #groupSize: number;
  /** By sender and number modulo the window: what is still due of that message. */
  readonly #due: Int32Array;
  /** Senders that may send, once for each message. */
  #ready: number[] = [];
  #wake = () => {};

  constructor({ clients, groupSize, senders }: Topology, size: number) {
    this.#size = size;
    this.#groupSize = groupSize;
    this.#due = new Int32Array(clients * size);
    for (let i = 0; i < size; i++) this.#ready.push(...senders);
  }

  takeReady(send: (sender: number) => void): void {
    const ready = this.#ready;
    this.#ready = [];
    for (const sender of ready) send(sender);
  }

  /** Resolves when a sender may send, or when `wake` is called. */
  async someReady(): Promise<void> {
    if (this.#ready.length === 0) await new Promise<void>((resolve) => this.#wake = resolve);
  }

  wake(): void {
    this.#wake();
  }

  sent(sender: number, number: number): void {
    this.#due[this.#place(sender, number)] = this.#groupSize;
  }

  /** One receiver has it, or its reply has come. */
  finished(sender: number, number: number): void {
    if (--this.#due[this.#place(sender, number)]! > 0) return;
    this.#ready.push(sender);
    this.#wake();
  }

  #place(sender: number, number: number): number {
    return sender * this.#size + number % this.#size;
  }
}
