/** When messages are sent: at a steady rate whatever the server does, or as soon as earlier ones have been delivered. */

import { setTimeout as delay } from "node:timers/promises";
import { nowUs, turn } from "./clock.ts";
import type { Meter } from "./meter.ts";
import { Schedule } from "./schedule.ts";
import type { Window } from "./window.ts";

export interface PaceOptions {
  /** Says when measuring ends, and is told how long the generator waited. */
  readonly meter: Meter;
  readonly say: (stream: number, intendedUs: number) => void;
  readonly flush: () => void;
  readonly isStopped: () => boolean;
}

const WAKE_MS = 100;
/** After a stall so many are said in one turn; between turns, what has come is read. */
const MAX_BURST = 10_000;
/** A timer of Deno's is up to this late; nearer than this to the time, turns of the event loop are counted instead. */
const TIMER_US = 4000;

export class Pace {
  readonly #options: PaceOptions;
  readonly #meter: Meter;
  #wake = () => {};

  constructor(options: PaceOptions) {
    this.#options = options;
    this.#meter = options.meter;
  }

  /**
   * Who is late has more that is due: the times stay what they are.
   * @param rate messages a second, which go to the streams in turn
   */
  async openLoop(rate: number, turns: readonly number[], startUs: number): Promise<void> {
    const { say, flush, isStopped } = this.#options;
    const schedule = new Schedule({ rate, startUs, endUs: this.#meter.toUs });
    for (let sent = 0; sent < schedule.count && !isStopped();) {
      await this.#sleepUntil(schedule.timeOf(sent));
      const due = Math.min(schedule.dueBy(nowUs()), sent + MAX_BURST);
      for (; sent < due; sent++) say(turns[sent % turns.length]!, schedule.timeOf(sent));
      flush();
    }
    if (!isStopped()) await this.#sleepUntil(this.#meter.toUs);
  }

  async closedLoop(window: Window): Promise<void> {
    const { say, flush, isStopped } = this.#options;
    // Where everything is stuck, time goes on.
    const waker = setInterval(() => this.#wake(), WAKE_MS);
    while (nowUs() < this.#meter.toUs && !isStopped()) {
      const now = nowUs();
      window.takeReady((stream) => say(stream, now));
      flush();
      await new Promise<void>((resolve) => this.#wake = resolve);
      await turn();
    }
    clearInterval(waker);
  }

  /** The window has room; it is used at the end of the turn. */
  wake(): void {
    this.#wake();
  }

  /** Resolves at that time to within a turn of the event loop. */
  async #sleepUntil(us: number): Promise<void> {
    const waitUs = us - nowUs();
    if (waitUs > TIMER_US) await this.#meter.asleep(delay((waitUs - TIMER_US) / 1000));
    do await this.#turn(); while (nowUs() < us);
  }

  /** A turn in which nothing arrived was waiting, although it kept the core busy. */
  async #turn(): Promise<void> {
    const [before, arrivals] = [nowUs(), this.#meter.arrivals];
    await turn();
    if (arrivals === this.#meter.arrivals) this.#meter.idled(nowUs() - before);
  }
}
