/** What a soak has shown: figures, as JSON and as a table for docs/reliability.md. */

import { print } from "../../bench/progress.ts";
import type { Sample } from "./server_sample.ts";
import type { SoakOptions, SoakResult } from "./soak.ts";
import { countsOf, type Suite } from "./suites.ts";

const REPORT = new URL("../../build/torture/", import.meta.url);

/** Until here caches fill. */
const WARM_UP = 0.2;
const GOALS = { growth: 1, latency: 1.2 };
/** A shorter one says nothing: until then the collector's heaps and SQLite's caches grow. */
const LEAST_MINUTES = { growth: 60, latency: 10 };

export interface SoakFigures {
  readonly minutes: number;
  readonly said: number;
  readonly delivered: number;
  readonly cameAndWent: number;
  readonly cut: number;
  readonly residentMiB: { readonly first: number; readonly last: number; readonly per10Minutes: number };
  readonly heapMiB: { readonly first: number; readonly last: number; readonly per10Minutes: number };
  readonly descriptors: { readonly before: number; readonly highest: number; readonly after: number };
  /** Of each tenth of the time: what slows the machine for a while shows as that, and a leak as a rise. */
  readonly p99Ms: readonly number[];
}

export function soakSuite(soak: (options: SoakOptions) => Promise<SoakResult>, minutes: number): Suite {
  return {
    name: "soak",
    title: `500 clients for ${minutes} minutes`,
    async run({ seed, progress }) {
      const result = await soak({ minutes, seed, progress });
      const figures = figuresOf(result);
      const markdown = soakTable(figures);
      await Deno.mkdir(REPORT, { recursive: true });
      await Deno.writeTextFile(new URL("soak.json", REPORT), JSON.stringify(figures, null, 2) + "\n");
      await Deno.writeTextFile(new URL("soak.md", REPORT), markdown);
      print(markdown);
      return {
        done: `${minutes} min, ${result.said} said, ${result.delivered} delivered`,
        counts: countsOf(result.verdict),
        problems: [...result.verdict.isClean ? [] : [result.verdict.words], ...problemsOf(figures)],
      };
    },
  };
}

export function figuresOf(result: SoakResult): SoakFigures {
  const { samples, before, after, latenciesMs } = result;
  const warm = samples.slice(Math.floor(samples.length * WARM_UP));
  return {
    minutes: result.minutes,
    said: result.said,
    delivered: result.delivered,
    cameAndWent: result.churned,
    cut: result.cut,
    residentMiB: growthOf(warm, ({ residentMiB }) => residentMiB),
    heapMiB: growthOf(warm, ({ heapMiB }) => heapMiB),
    descriptors: {
      before: before.descriptors,
      highest: Math.max(...samples.map(({ descriptors }) => descriptors)),
      after: after.descriptors,
    },
    p99Ms: latenciesMs.map(p99),
  };
}

/** The slope of the straight line that fits best. */
export function growthOf(samples: readonly Sample[], value: (sample: Sample) => number) {
  const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
  const [at, is] = [mean(samples.map(({ atMs }) => atMs)), mean(samples.map(value))];
  const covariance = mean(samples.map((sample) => (sample.atMs - at) * (value(sample) - is)));
  const variance = mean(samples.map(({ atMs }) => (atMs - at) ** 2));
  return {
    first: value(samples[0]!),
    last: value(samples.at(-1)!),
    per10Minutes: covariance / variance * 600_000,
  };
}

export function problemsOf({ minutes, residentMiB, descriptors, p99Ms }: SoakFigures): string[] {
  const problems: string[] = [];
  if (descriptors.after > descriptors.before) {
    problems.push(
      `${descriptors.after} descriptors are open after all have gone, ${descriptors.before} were before`,
    );
  }
  if (minutes >= LEAST_MINUTES.growth && residentMiB.per10Minutes > GOALS.growth) {
    problems.push(`memory grows by ${residentMiB.per10Minutes.toFixed(2)} MiB in 10 minutes`);
  }
  const [first, last] = [p99Ms[0]!, p99Ms.at(-1)!];
  if (minutes >= LEAST_MINUTES.latency && last > first * GOALS.latency) {
    problems.push(`p99 went from ${first.toFixed(2)} to ${last.toFixed(2)} ms`);
  }
  return problems;
}

function soakTable(figures: SoakFigures): string {
  const { residentMiB, heapMiB, descriptors, p99Ms } = figures;
  const rows = [
    ["time", `${figures.minutes} min`],
    ["said, delivered", `${figures.said}, ${figures.delivered}`],
    ["came and went, cut", `${figures.cameAndWent}, ${figures.cut}`],
    [
      "memory after warm-up, at the end",
      `${residentMiB.first.toFixed(1)}, ${residentMiB.last.toFixed(1)} MiB`,
    ],
    ["memory in 10 minutes", `${signed(residentMiB.per10Minutes)} MiB`],
    ["heap in 10 minutes", `${signed(heapMiB.per10Minutes)} MiB`],
    [
      "descriptors before, at most, after",
      `${descriptors.before}, ${descriptors.highest}, ${descriptors.after}`,
    ],
    ["p99 of each tenth", `${p99Ms.map((each) => each.toFixed(1)).join(", ")} ms`],
  ];
  return [["", ""], ["---", "---"], ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n") + "\n";
}

function p99(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.floor(sorted.length * 0.99)] ?? 0;
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
}
