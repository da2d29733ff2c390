/** When messages are due in an open loop: at a steady rate, whatever the server does. */

export interface ScheduleOptions {
  /** Messages a second, of all senders together. */
  readonly rate: number;
  readonly startUs: number;
  readonly endUs: number;
}

export class Schedule {
  readonly #intervalUs: number;
  readonly #startUs: number;
  /** Messages in all. */
  readonly count: number;

  constructor({ rate, startUs, endUs }: ScheduleOptions) {
    this.#intervalUs = 1e6 / rate;
    this.#startUs = startUs;
    this.count = Math.max(1, Math.round((endUs - startUs) / this.#intervalUs));
  }

  /** The intended send time of message `index`, from 0. */
  timeOf(index: number): number {
    return this.#startUs + index * this.#intervalUs;
  }

  /** How many messages are due at that time: those whose intended time has come. */
  dueBy(nowUs: number): number {
    const due = Math.floor((nowUs - this.#startUs) / this.#intervalUs) + 1;
    return Math.min(this.count, Math.max(0, due));
  }
}
