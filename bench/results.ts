/** What `results.json` holds, and what is read from it: medians and spreads of the runs that count. */

import { median } from "./median.ts";

export interface Metric {
  readonly title: string;
  /** `deliveries/s`, `ms`, … */
  readonly unit: string;
  readonly better: "more" | "less";
}

/** What one run of a scenario gave; the keys are those of the scenario's metrics. */
export interface Measurement {
  readonly figures: Readonly<Record<string, number>>;
  /** Of its core, while that figure was measured: near 1 the generator may be what limits. */
  readonly generatorCpu?: Readonly<Record<string, number>>;
  /** Latencies behind that figure, as [upper bound in ms, count], ascending. */
  readonly distributions?: Readonly<Record<string, Distribution>>;
  /** What was observed over time, as [x, y]. */
  readonly series?: readonly Point[];
  /** A run is void unless this is empty. */
  readonly problems: readonly string[];
}

export type Distribution = readonly (readonly [upToMs: number, count: number])[];
export type Point = readonly [x: number, y: number];

export interface Run extends Measurement {
  readonly scenario: string;
  readonly subject: string;
  /** From 1. */
  readonly run: number;
}

export interface ScenarioInfo {
  readonly name: string;
  readonly title: string;
  readonly metrics: Readonly<Record<string, Metric>>;
}

export interface SubjectInfo {
  readonly id: string;
  readonly title: string;
}

export interface Results {
  readonly startedAt: string;
  readonly machine: string;
  readonly software: string;
  /** Who ran on which core. */
  readonly cores: string;
  readonly settings: Readonly<Record<string, number | string>>;
  readonly scenarios: readonly ScenarioInfo[];
  readonly subjects: readonly SubjectInfo[];
  /** Servers that could not be measured, and why. */
  readonly absent: readonly { readonly title: string; readonly reason: string }[];
  readonly runs: readonly Run[];
}

/** Of the runs that count. */
export interface Summary {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly runs: number;
  readonly generatorCpu: number | undefined;
  /** What the server itself can do is at least or at most that, where the generator limited it; exact where it did not. */
  readonly bound: Bound;
}

export type Bound = "exact" | "at least" | "at most" | "unknown";

/** From so busy a core on, the generator is taken for what limited. */
const LIMITING_CPU = 0.9;

/** Where a figure is found. */
export interface Place {
  readonly scenario: string;
  readonly metric: string;
  readonly subject: string;
}

export function isVoid({ problems }: Measurement): boolean {
  return problems.length > 0;
}

export function voidRuns(results: Results): readonly Run[] {
  return results.runs.filter(isVoid);
}

/** Undefined where no run that counts gave this figure. */
export function summarize(results: Results, { scenario, metric, subject }: Place): Summary | undefined {
  const runs = validRuns(results, scenario, subject).filter(({ figures }) => figures[metric] !== undefined);
  if (runs.length === 0) return undefined;
  const values = runs.map(({ figures }) => figures[metric]!);
  const cpu = runs.flatMap(({ generatorCpu }) => generatorCpu?.[metric] ?? []);
  return {
    median: median(values),
    least: Math.min(...values),
    most: Math.max(...values),
    runs: runs.length,
    generatorCpu: cpu.length === 0 ? undefined : median(cpu),
    bound: median(cpu) >= LIMITING_CPU ? boundOf(results, { scenario, metric }) : "exact",
  };
}

/** A generator that has no time makes every figure worse. */
function boundOf({ scenarios }: Results, { scenario, metric }: Pick<Place, "scenario" | "metric">): Bound {
  const info = scenarios.find(({ name }) => name === scenario);
  return info?.metrics[metric]?.better === "less" ? "at most" : "at least";
}

const OPPOSITE = {
  "exact": "exact",
  "at least": "at most",
  "at most": "at least",
  "unknown": "unknown",
} as const;

/** Of a quotient: a divisor that may be higher makes it lower. */
export function quotientBound({ bound }: Summary, divisor: Summary): Bound {
  const other = OPPOSITE[divisor.bound];
  if (bound === "exact") return other;
  return other === "exact" || other === bound ? bound : "unknown";
}

/** All figures that the generator limited. */
export function limitedFigures(results: Results): (Place & { bound: Bound })[] {
  return results.scenarios.flatMap(({ name: scenario, metrics }) =>
    Object.keys(metrics).flatMap((metric) =>
      results.subjects.flatMap(({ id: subject }) => {
        const place = { scenario, metric, subject };
        const bound = summarize(results, place)?.bound ?? "exact";
        return bound === "exact" ? [] : [{ ...place, bound }];
      })
    )
  );
}

/** The latencies of all runs that count, together. */
export function distributionOf(results: Results, { scenario, metric, subject }: Place): Distribution {
  const counts = new Map<number, number>();
  for (const { distributions } of validRuns(results, scenario, subject)) {
    for (const [upToMs, count] of distributions?.[metric] ?? []) {
      counts.set(upToMs, (counts.get(upToMs) ?? 0) + count);
    }
  }
  return [...counts].sort(([a], [b]) => a - b);
}

export function validRuns(results: Results, scenario: string, subject: string): readonly Run[] {
  return results.runs.filter((run) => run.scenario === scenario && run.subject === subject && !isVoid(run));
}
