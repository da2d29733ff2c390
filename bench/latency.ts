/** Latencies of a run: a histogram of all, a fair sample for the plot and the data file, and the highest over time. */

import { build } from "hdr-histogram-js";

/** Up to here a latency is counted by the microsecond in an array: 3 ns instead of the histogram's 190. */
const FINE_US = 1 << 17;
const HIGHEST_US = 10 * 60 * 1e6;
/** Latencies that are kept singly: 8 MB. Past it they are a uniform random sample of all. */
export const SAMPLE_SIZE = 1_000_000;
const SPANS = 80;
const STEPS_PER_DECADE = 16;

export interface Percentiles {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p99_9: number;
  readonly max: number;
}

/** A stretch of the measured time; latencies in milliseconds. */
export interface Span {
  /** Its middle, in seconds from the start of measuring. */
  readonly second: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** One delivery: when its message was due, from the start of measuring, and how long it took. */
export interface Sample {
  readonly second: number;
  readonly ms: number;
}

export class LatencyRecorder {
  readonly #fine = new Uint32Array(FINE_US);
  readonly #histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_US,
    numberOfSignificantValueDigits: 3,
    useWebAssembly: false,
  });
  readonly #sampleMs: Float32Array;
  /** Seconds from the start of measuring. */
  readonly #sampleAt: Float32Array;
  readonly #spanMax = new Float64Array(SPANS);
  readonly #fromMs: number;
  readonly #durationMs: number;
  #sorted: Sample[] | undefined;
  #next = 0;
  #weight = 1;
  count = 0;

  constructor(fromMs: number, durationMs: number, sampleSize = SAMPLE_SIZE) {
    this.#fromMs = fromMs;
    this.#durationMs = durationMs;
    this.#sampleMs = new Float32Array(sampleSize);
    this.#sampleAt = new Float32Array(sampleSize);
  }

  /** @param intendedMs when the message was due */
  record(intendedMs: number, latencyMs: number): void {
    const latencyUs = Math.max(0, Math.round(latencyMs * 1000));
    if (latencyUs < FINE_US) this.#fine[latencyUs]!++;
    else this.#histogram.recordValue(Math.min(latencyUs, HIGHEST_US));
    const span = this.#spanOf(intendedMs - this.#fromMs);
    if (latencyMs > this.#spanMax[span]!) this.#spanMax[span] = latencyMs;
    if (this.count++ >= this.#next) this.#sample(intendedMs, latencyMs);
  }

  /** In milliseconds. Called once, at the end. */
  percentiles(): Percentiles {
    this.#fine.forEach((count, latencyUs) => {
      if (count > 0) this.#histogram.recordValueWithCount(latencyUs, count);
    });
    this.#fine.fill(0);
    const max = this.#spanMax.reduce((a, b) => Math.max(a, b), 0);
    const at = (percentile: number) => Math.min(max, this.#histogram.getValueAtPercentile(percentile) / 1000);
    return {
      count: this.count,
      mean: this.count === 0 ? 0 : round(this.#histogram.mean / 1000),
      p50: at(50),
      p90: at(90),
      p99: at(99),
      p99_9: at(99.9),
      max: round(max),
    };
  }

  /** Percentile and milliseconds, ever nearer to 100: what a plot of the distribution shows. */
  distribution(): [percentile: number, ms: number][] {
    const points: [number, number][] = [];
    for (let step = 0; step <= 6 * STEPS_PER_DECADE; step++) {
      const below = 10 ** (-step / STEPS_PER_DECADE);
      if (below * this.count < 1) break;
      const percentile = 100 * (1 - below);
      points.push([percentile, this.#histogram.getValueAtPercentile(percentile) / 1000]);
    }
    return points;
  }

  /** The latencies that were kept, in the order in which the messages were due, in milliseconds. Asked for when all are recorded. */
  sample(): readonly Sample[] {
    return this.#sorted ??= this.#sort();
  }

  #sort(): Sample[] {
    const kept = Math.min(this.count, this.#sampleMs.length);
    const sample = Array.from({ length: kept }, (_, i) => ({
      second: this.#sampleAt[i]!,
      ms: this.#sampleMs[i]!,
    }));
    return sample.sort((a, b) => a.second - b.second);
  }

  spans(): Span[] {
    const bySpan = Array.from({ length: SPANS }, (): number[] => []);
    for (const { second, ms } of this.sample()) bySpan[this.#spanOf(second * 1000)]!.push(ms);
    return bySpan.flatMap((values, span) => {
      if (values.length === 0) return [];
      values.sort((a, b) => a - b);
      const at = (part: number) => values[Math.min(values.length - 1, Math.floor(part * values.length))]!;
      const second = (span + 0.5) * this.#durationMs / SPANS / 1000;
      return [{ second, p50: at(0.5), p99: at(0.99), max: this.#spanMax[span]! }];
    });
  }

  #spanOf(sinceMs: number): number {
    return Math.min(SPANS - 1, Math.max(0, Math.floor(sinceMs / this.#durationMs * SPANS)));
  }

  /** Reservoir sampling that skips (Li 1994, algorithm L): past the first million nearly every latency costs one comparison. */
  #sample(intendedMs: number, latencyMs: number): void {
    const size = this.#sampleMs.length;
    const seen = this.count;
    const place = seen <= size ? seen - 1 : Math.floor(Math.random() * size);
    this.#sampleMs[place] = latencyMs;
    this.#sampleAt[place] = (intendedMs - this.#fromMs) / 1000;
    if (seen < size) this.#next = seen;
    else {
      this.#weight *= Math.exp(Math.log(Math.random()) / size);
      this.#next = seen + Math.floor(Math.log(Math.random()) / Math.log(1 - this.#weight));
    }
  }
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
