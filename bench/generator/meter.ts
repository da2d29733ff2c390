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
  #startedAt: { us: number; cpuUs: number; idleUs: number } | undefined;
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

  /** The generator kept its core busy for so long, but with waiting. */
  idled(us: number): void {
    this.#idleUs += us;
  }

  startCpu(): void {
    this.#startedAt = { us: nowUs(), cpuUs: ownCpuUs(), idleUs: this.#idleUs };
  }

  stopCpu(): void {
    if (this.#startedAt === undefined) return;
    const { us, cpuUs, idleUs } = this.#startedAt;
    const busyUs = ownCpuUs() - cpuUs - (this.#idleUs - idleUs);
    this.#cpu = Math.max(0, busyUs / (nowUs() - us));
  }

  /** Its part of a core, of all its threads; waiting left out. */
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

function ownCpuUs(): number {
  const { user, system } = cpuUsage();
  return user + system;
}
