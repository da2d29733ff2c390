/** Counts durations, to within 0.8 %, in a few nanoseconds each: 128 steps for each power of two. */

import type { Percentiles } from "./plan.ts";

const STEP_BITS = 7;
const STEPS = 1 << STEP_BITS;
/** Durations below this are counted by the microsecond. */
const EXACT_US = 2 * STEPS;
/** The highest that can be told apart: half an hour. */
const HIGHEST_US = 2 ** 31 - 1;
const BUCKETS = (31 - STEP_BITS + 1) * STEPS;

export class Histogram {
  /** A run can put more than 2^31 into one, so these are no 32-bit numbers. */
  readonly #counts = new Float64Array(BUCKETS);
  #count = 0;
  #totalUs = 0;
  #maxUs = 0;

  /**
   * @param us whole microseconds or not; below zero counts as zero
   * @param count how often
   */
  record(us: number, count = 1): void {
    const value = us > 0 ? us < HIGHEST_US ? us | 0 : HIGHEST_US : 0;
    this.#counts[bucketOf(value)]! += count;
    this.#count += count;
    this.#totalUs += value * count;
    if (value > this.#maxUs) this.#maxUs = value;
  }

  get count(): number {
    return this.#count;
  }

  get meanMs(): number {
    return this.#count === 0 ? 0 : this.#totalUs / this.#count / 1000;
  }

  get maxMs(): number {
    return this.#maxUs / 1000;
  }

  /** The duration, in milliseconds, that so large a part (0 to 1) does not exceed. */
  quantileMs(part: number): number {
    const rank = Math.max(1, Math.ceil(part * this.#count));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket]!;
      if (seen >= rank && seen > 0) return Math.min(upperUs(bucket), this.#maxUs) / 1000;
    }
    return this.maxMs;
  }

  percentiles(): Percentiles {
    const [p50, p90, p99, p999] = [0.5, 0.9, 0.99, 0.999].map((part) => this.quantileMs(part));
    return { count: this.#count, p50: p50!, p90: p90!, p99: p99!, p999: p999!, max: this.maxMs };
  }

  /** Upper bound in milliseconds and count of each bucket that is not empty, ascending. */
  buckets(): [number, number][] {
    const filled: [number, number][] = [];
    this.#counts.forEach((count, bucket) => {
      if (count > 0) filled.push([upperUs(bucket) / 1000, count]);
    });
    return filled;
  }
}

function bucketOf(us: number): number {
  if (us < EXACT_US) return us;
  const shift = 31 - STEP_BITS - Math.clz32(us);
  return (shift << STEP_BITS) + (us >> shift);
}

/** The highest duration that is counted there. */
function upperUs(bucket: number): number {
  if (bucket < EXACT_US) return bucket;
  const shift = (bucket >> STEP_BITS) - 1;
  return (((bucket - (shift << STEP_BITS)) + 1) * 2 ** shift) - 1;
}
