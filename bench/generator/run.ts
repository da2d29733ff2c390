/** One run against one server: connect, warm up, measure, wait for what is still on its way, count. */

import { setTimeout as delay } from "node:timers/promises";
import { Cast } from "./cast.ts";
import type { ClientEvents } from "./client.ts";
import { nowUs } from "./clock.ts";
import { Crew } from "./crew.ts";
import { checkFits } from "./fit.ts";
import { type Mark, readId } from "./mark.ts";
import { type LatencySink, Meter } from "./meter.ts";
import { Pace } from "./pace.ts";
import type { Plan, Result } from "./plan.ts";
import type { Reference } from "./reference.ts";
import { Tally } from "./tally.ts";
import { Window } from "./window.ts";
import type { Wire } from "./wires/wire.ts";
import { WIRES } from "./wires/wires.ts";

export type Phase = "connecting" | "warming up" | "measuring" | "draining";

export interface Progress {
  readonly phase: Phase;
  /** Clients that are logged in. */
  readonly connected: number;
  readonly elapsedSeconds: number;
  readonly sent: number;
  readonly delivered: number;
  /** Deliveries that have not come yet. */
  readonly outstanding: number;
}

export interface RunOptions {
  /** Ends sending early; what was sent is still waited for and counted. */
  readonly stop?: AbortSignal;
  readonly latencies?: LatencySink;
}

const MAX_PROBLEMS = 10;
const DRAIN_MS = 10;
/** Where a server cannot be asked whether all has come, it counts as so when nothing came for so long. */
const QUIET_US = 100_000;

export class Run implements ClientEvents {
  readonly #plan: Plan;
  readonly #wire: Wire;
  readonly #cast: Cast;
  readonly #tally: Tally;
  readonly #meter: Meter;
  readonly #window: Window | undefined;
  readonly #crew: Crew;
  readonly #pace: Pace;
  /** When messages were due that are done when acknowledged; by message. */
  readonly #intended: Map<number, number> | undefined;
  readonly #problems = new Set<string>();
  #startUs = Infinity;
  #isDraining = false;

  /** @throws RangeError whose message says what of the plan does not fit */
  constructor(plan: Plan, { stop, latencies }: RunOptions = {}) {
    this.#plan = plan;
    this.#meter = new Meter(latencies);
    this.#wire = WIRES[plan.target.wire];
    this.#cast = new Cast(plan.topology, this.#wire.hasDirect);
    checkFits(plan, this.#wire);
    this.#tally = new Tally(this.#cast, this.#wire.echoes);
    const due = this.#tally.receivers + (this.#wire.acknowledges ? 1 : 0);
    this.#window = "window" in plan.load ? new Window(this.#cast, plan.load.window, due) : undefined;
    this.#intended = plan.topology.kind === "alone" && this.#wire.acknowledges ? new Map() : undefined;
    this.#crew = new Crew(this.#wire, this.#cast, this);
    this.#pace = new Pace({
      meter: this.#meter,
      say: (stream, intendedUs) => this.#say(stream, intendedUs),
      flush: () => this.#crew.flush(),
      isStopped: () => stop?.aborted === true || this.#problems.size >= MAX_PROBLEMS,
    });
  }

  get progress(): Progress {
    return {
      phase: this.#phase,
      connected: this.#crew.connected,
      elapsedSeconds: Math.max(0, (nowUs() - this.#startUs) / 1e6),
      sent: this.#tally.sent,
      delivered: this.#tally.delivered,
      outstanding: this.#tally.lost,
    };
  }

  get tally(): Tally {
    return this.#tally;
  }

  get meter(): Meter {
    return this.#meter;
  }

  /** Rejects where the clients cannot connect, log in or join. */
  async execute(): Promise<Result> {
    try {
      await this.#connect();
      await this.#load();
      await this.#drain();
      return this.#result();
    } finally {
      this.#crew.close();
    }
  }

  get #phase(): Phase {
    if (this.#isDraining) return "draining";
    if (this.#startUs === Infinity) return "connecting";
    return nowUs() < this.#meter.fromUs ? "warming up" : "measuring";
  }

  /** What a server said before it refused tells more than that it did. */
  async #connect(): Promise<void> {
    try {
      await this.#crew.connect(this.#plan.target, this.#plan.size);
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      throw new Error([...new Set([words, ...this.#problems])].join("; "), { cause: error });
    }
  }

  async #load(): Promise<void> {
    const { warmupSeconds, durationSeconds, load } = this.#plan;
    this.#startUs = nowUs();
    this.#meter.fromUs = this.#startUs + warmupSeconds * 1e6;
    this.#meter.toUs = this.#meter.fromUs + durationSeconds * 1e6;
    const start = setTimeout(() => this.#meter.startCpu(), warmupSeconds * 1000);
    if ("rate" in load) await this.#pace.openLoop(load.rate, this.#cast.turns, this.#startUs);
    else await this.#pace.closedLoop(this.#window!);
    clearTimeout(start);
    this.#meter.stopCpu();
    this.#meter.toUs = Math.min(this.#meter.toUs, Math.max(this.#meter.fromUs, nowUs()));
  }

  #say(stream: number, intendedUs: number): void {
    const number = this.#tally.countSent(stream);
    this.#crew.say(stream, number, Math.ceil(intendedUs));
    this.#window?.sent(stream, number);
    this.#intended?.set(keyOf(stream, number), intendedUs);
    if (this.#meter.isMeasured(intendedUs)) this.#meter.late.record(nowUs() - intendedUs);
  }

  async #drain(): Promise<void> {
    this.#isDraining = true;
    if (!await this.#allCame()) return;
    // What would come twice comes before the answer to this.
    await this.#crew.settle();
    if (this.#wire.settle) return;
    while (nowUs() - this.#meter.nowUs < QUIET_US) await delay(DRAIN_MS);
  }

  /** Waits for what is due; resolves with false where it does not come. */
  async #allCame(): Promise<boolean> {
    let [last, lastUs] = [-1, nowUs()];
    for (let open; (open = this.#open) > 0;) {
      if (open !== last) [last, lastUs] = [open, nowUs()];
      if (nowUs() - lastUs > this.#plan.drainSeconds * 1e6) return false;
      await delay(DRAIN_MS);
    }
    return true;
  }

  /** Deliveries and answers that are still due. */
  get #open(): number {
    return this.#tally.lost + (this.#wire.acknowledges ? this.#tally.unanswered : 0);
  }

  arrived(): void {
    this.#meter.arrived();
  }

  digested(): void {
    if (this.#window?.isReady) this.#pace.wake();
  }

  message(client: number, { stream, number, intendedUs }: Mark, seq: number): boolean {
    if (!this.#tally.isDue(client, stream, number)) {
      this.broken("a message came to somebody for whom it was not meant");
      return false;
    }
    if (this.#tally.countDelivered(client, stream, number, seq)) {
      this.#window?.finished(stream, number);
      this.#meter.delivered(intendedUs, 1);
    }
    return true;
  }

  /** Messages that were due at the same time are measured together. */
  known(
    client: number,
    { first, streams, numbers, intendedUs, seqs }: Reference,
    from: number,
    to: number,
  ): void {
    let [due, count] = [intendedUs[from - first]!, 0];
    for (let at = from - first; at < to - first; at++) {
      const [stream, number] = [streams[at]!, numbers[at]!];
      if (!this.#tally.countDelivered(client, stream, number, seqs[at]!)) continue;
      this.#window?.finished(stream, number);
      if (intendedUs[at] !== due) {
        this.#meter.delivered(due, count);
        [due, count] = [intendedUs[at]!, 0];
      }
      count++;
    }
    this.#meter.delivered(due, count);
  }

  acknowledged(client: number, id: string, seq: number): void {
    const { stream, number } = readId(id);
    if (!this.#isOwn(client, stream, number)) return this.broken(`an answer to what was not asked: ${id}`);
    if (!this.#tally.countAcknowledged(client, stream, number, seq)) return;
    this.#window?.finished(stream, number);
    this.#meter.acknowledged(this.#takeIntended(stream, number));
  }

  refused(client: number, id: string, problem: string): void {
    const { stream, number } = readId(id);
    if (!this.#isOwn(client, stream, number)) return this.broken(problem);
    this.#tally.countRefused(stream, number);
    this.#window?.refused(stream, number);
    this.#takeIntended(stream, number);
    this.broken(problem);
  }

  broken(problem: string): void {
    if (this.#problems.size < MAX_PROBLEMS) this.#problems.add(problem);
  }

  #isOwn(client: number, stream: number, number: number): boolean {
    return this.#crew.isSender(client, stream) && this.#tally.isSent(stream, number);
  }

  #takeIntended(stream: number, number: number): number | undefined {
    const key = keyOf(stream, number);
    const intendedUs = this.#intended?.get(key);
    this.#intended?.delete(key);
    return intendedUs;
  }

  #result(): Result {
    const { deliveries, acknowledgements, seconds, latency, late, cpu } = this.#meter;
    const { lost, duplicated, outOfOrder, refused, unanswered } = this.#tally;
    const done = this.#tally.receivers === 0 ? acknowledgements : deliveries / this.#tally.receivers;
    if (this.#wire.acknowledges && unanswered > 0) {
      this.#problems.add(`${unanswered} messages were not answered`);
    }
    return {
      plan: this.#plan,
      deliveriesPerSecond: deliveries / seconds,
      messagesPerSecond: done / seconds,
      acknowledgementsPerSecond: acknowledgements / seconds,
      latencyMs: latency.percentiles(),
      latencyHistogram: latency.buckets(),
      lateMs: late.percentiles(),
      ...{ lost, duplicated, outOfOrder, refused },
      problems: [...this.#problems],
      generatorCpu: cpu,
    };
  }
}

function keyOf(stream: number, number: number): number {
  return stream * 1e8 + number;
}
