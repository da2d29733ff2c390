/** A simulated temperature sensor: a daily rise and fall, and a random walk around it, within fixed bounds. */

/** The sensor gives nothing below or above these, in °C. */
export const LOWEST_CELSIUS = 12;
export const HIGHEST_CELSIUS = 30;

const DAY_MS = 24 * 60 * 60 * 1000;
const MEAN_CELSIUS = 21;
/** Between the coldest and the warmest hour, without the walk: twice this. */
const DAILY_SWING_CELSIUS = 3;
/** The warmest hour: 15:00 UTC. */
const WARMEST_MS = 15 * 60 * 60 * 1000;
/** The walk goes this far in one minute, on average, and half of it is gone after about an hour. */
const STEP_CELSIUS = 0.15;
const DECAY_PER_MS = Math.LN2 / (60 * 60 * 1000);
/** A walk that stood still for longer than this has forgotten where it was. */
const MEMORY_MS = 6 * 60 * 60 * 1000;

export interface Measured {
  readonly celsius: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export class TemperatureSensor {
  readonly #random: () => number;
  /** How far the walk is from the daily curve. */
  #offset = 0;
  #at: number;

  /**
   * @param random uniform from 0 to 1
   * @param last where the walk goes on; none for a sensor that is switched on
   */
  constructor(random: () => number, now: number, last?: Measured) {
    this.#random = random;
    this.#at = now;
    if (last && now - last.at < MEMORY_MS) {
      this.#at = Math.min(last.at, now);
      this.#offset = last.celsius - daily(last.at);
    }
  }

  /** The temperature at that time, in °C with one decimal. Time that goes back counts as standing still. */
  measure(now: number): number {
    const passed = Math.max(0, now - this.#at);
    this.#at = Math.max(this.#at, now);
    const step = STEP_CELSIUS * Math.sqrt(passed / 60_000) * gaussian(this.#random);
    this.#offset = this.#offset * Math.exp(-DECAY_PER_MS * passed) + step;
    const celsius = Math.min(HIGHEST_CELSIUS, Math.max(LOWEST_CELSIUS, daily(now) + this.#offset));
    this.#offset = celsius - daily(now);
    return Math.round(celsius * 10) / 10;
  }
}

function daily(at: number): number {
  return MEAN_CELSIUS + DAILY_SWING_CELSIUS * Math.cos(2 * Math.PI * (at - WARMEST_MS) / DAY_MS);
}

/** Normally distributed around 0 with deviation 1 (Box and Muller, 1958). */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
