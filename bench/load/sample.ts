/** A fair sample of the latencies of a run, for the plot and the data file, and the highest of all over time. */

import type { LatencySink } from "../generator/meter.ts";

/** Latencies that are kept singly: 8 MB. Past it they are a uniform random sample of all. */
export const SAMPLE_SIZE = 1_000_000;
const SPANS = 80;

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

export class LatencySample implements LatencySink {
  readonly #ms: Float32Array;
  /** Seconds from the start of measuring. */
  readonly #at: Float32Array;
  readonly #spanMax = new Float64Array(SPANS);
  readonly #durationUs: number;
  #sorted: Sample[] | undefined;
  #count = 0;
  #kept = 0;
  /** The index of the next delivery to be kept. */
  #next = 0;
  #weight = 1;

  constructor(durationSeconds: number, size = SAMPLE_SIZE) {
    this.#durationUs = durationSeconds * 1e6;
    this.#ms = new Float32Array(size);
    this.#at = new Float32Array(size);
  }

  record(sinceUs: number, latencyUs: number, count: number): void {
    const span = this.#spanOf(sinceUs);
    this.#spanMax[span] = Math.max(this.#spanMax[span]!, latencyUs / 1000);
    this.#count += count;
    while (this.#next < this.#count) this.#keep(sinceUs / 1e6, latencyUs / 1000);
  }

  /** In the order in which the messages were due. Asked for when all are recorded. */
  sorted(): readonly Sample[] {
    return this.#sorted ??= this.#sort();
  }

  spans(): Span[] {
    const bySpan = Array.from({ length: SPANS }, (): number[] => []);
    for (const { second, ms } of this.sorted()) bySpan[this.#spanOf(second * 1e6)]!.push(ms);
    return bySpan.flatMap((values, span) => {
      if (values.length === 0) return [];
      values.sort((a, b) => a - b);
      const at = (part: number) => values[Math.min(values.length - 1, Math.floor(part * values.length))]!;
      const second = (span + 0.5) * this.#durationUs / SPANS / 1e6;
      return [{ second, p50: at(0.5), p99: at(0.99), max: this.#spanMax[span]! }];
    });
  }

  /** Reservoir sampling that skips (Li 1994, algorithm L): past the first million nearly every latency costs one comparison. */
  #keep(second: number, ms: number): void {
    const size = this.#ms.length;
    const place = this.#kept < size ? this.#kept++ : Math.floor(Math.random() * size);
    this.#ms[place] = ms;
    this.#at[place] = second;
    this.#next++;
    if (this.#kept < size) return;
    this.#weight *= Math.exp(Math.log(randomAboveZero()) / size);
    this.#next += Math.floor(Math.log(randomAboveZero()) / Math.log1p(-this.#weight));
  }

  #sort(): Sample[] {
    const sample = Array.from({ length: this.#kept }, (_, i) => ({ second: this.#at[i]!, ms: this.#ms[i]! }));
    return sample.sort((a, b) => a.second - b.second);
  }

  #spanOf(sinceUs: number): number {
    return Math.min(SPANS - 1, Math.max(0, Math.floor(sinceUs / this.#durationUs * SPANS)));
  }
}

/** Its logarithm is a number, so that `#next` never goes back. */
function randomAboveZero(): number {
  return 1 - Math.random();
}
