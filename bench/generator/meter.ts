/** What is measured in the measured time: deliveries, acknowledgements, latencies, and the generator's own share of its core. */

import { cpuUsage } from "node:process";
import { nowUs } from "./clock.ts";
import { Histogram } from "./histogram.ts";

/** Is told the latencies of all deliveries, beside the histogram. */
export interface LatencySink {
  /**
   * @param sinceUs when they were due, from the start of the measured time
   * @param count deliveries with that latency
   */
  record(sinceUs: number, latencyUs: number, count: number): void;
}

export class Meter {
  readonly latency = new Histogram();
  /** How late the generator sent. */
  readonly late = new Histogram();
  /** Pieces of what the server sent. */
  arrivals = 0;
  deliveries = 0;
  acknowledgements = 0;
  fromUs = Infinity;
  toUs = Infinity;
  /** When what is being read arrived. */
  nowUs = 0;
  readonly #sink: LatencySink | undefined;
  #isNow = false;
  #idleUs = 0;
  #asleep: Usage = NO_USAGE;
  /** When the sleep that is under way began. */
  #sleepingFrom: Usage | undefined;
  #startedAt: Usage = NO_USAGE;
  #cpu = 0;

  constructor(sink?: LatencySink) {
    this.#sink = sink;
  }

  /** Something has arrived. */
  arrived(): void {
    this.arrivals++;
    this.nowUs = nowUs();
    this.#isNow = this.isMeasured(this.nowUs);
  }

  isMeasured(us: number): boolean {
    return us >= this.fromUs && us < this.toUs;
  }

  /** So many messages that were due at the same time have come. */
  delivered(intendedUs: number, count: number): void {
    if (this.#isNow) this.deliveries += count;
    if (count > 0 && this.isMeasured(intendedUs)) this.#record(intendedUs, count);
  }

  /** @param intendedUs of a message that is done when it is acknowledged; undefined where its deliveries are measured */
  acknowledged(intendedUs: number | undefined): void {
    if (this.#isNow) this.acknowledgements++;
    if (intendedUs !== undefined && this.isMeasured(intendedUs)) this.#record(intendedUs, 1);
  }

  /** The generator turned for so long, as the clock has it, but only waited. */
  idled(us: number): void {
    this.#idleUs += us;
  }

  /** The generator waits for a timer, and does not turn. */
  async asleep(timer: Promise<void>): Promise<void> {
    this.#sleepingFrom = usage();
    await timer;
    this.#asleep = plus(this.#asleep, since(this.#sleepingFrom));
    this.#sleepingFrom = undefined;
  }

  startCpu(): void {
    this.#startedAt = usage();
    this.#asleep = NO_USAGE;
    this.#idleUs = 0;
    if (this.#sleepingFrom) this.#sleepingFrom = this.#startedAt;
  }

  stopCpu(): void {
    const { us, cpuUs } = since(this.#startedAt);
    const awakeUs = us - this.#asleep.us;
    const awakeCpuUs = cpuUs - this.#asleep.cpuUs;
    // Others may have had the core meanwhile, so a turn that waited cost less processor time than the clock says.
    const idleCpuUs = awakeUs > 0 ? awakeCpuUs * Math.min(1, this.#idleUs / awakeUs) : 0;
    this.#cpu = us > 0 ? (cpuUs - idleCpuUs) / us : 0;
  }

  /** Its part of a core, of all its threads; turns that only waited are left out. */
  get cpu(): number {
    return this.#cpu;
  }

  get seconds(): number {
    return (this.toUs - this.fromUs) / 1e6;
  }

  #record(intendedUs: number, count: number): void {
    const us = this.nowUs - intendedUs;
    this.latency.record(us, count);
    this.#sink?.record(intendedUs - this.fromUs, us, count);
  }
}

/** Of the clock and of the processor. */
interface Usage {
  readonly us: number;
  readonly cpuUs: number;
}

const NO_USAGE: Usage = { us: 0, cpuUs: 0 };

function usage(): Usage {
  const { user, system } = cpuUsage();
  return { us: nowUs(), cpuUs: user + system };
}

function since({ us, cpuUs }: Usage): Usage {
  const now = usage();
  return { us: now.us - us, cpuUs: now.cpuUs - cpuUs };
}

function plus(one: Usage, other: Usage): Usage {
  return { us: one.us + other.us, cpuUs: one.cpuUs + other.cpuUs };
}
