/** What a scenario is, and what it is given to measure with. */

import type { Cores } from "../cores.ts";
import type { Load, Plan, Result, Target, Topology } from "../generator/plan.ts";
import type { Measurement, Metric } from "../results.ts";
import type { RunningServer, Subject } from "../subject.ts";
import type { Past } from "./past.ts";

export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly metrics: Readonly<Record<string, Metric>>;
  /** Only servers that offer this are measured. */
  readonly needs: Ability;
  /** Which of Parley's transports are measured; each with its own clients. */
  readonly parley: readonly ParleyWire[];
  /** Takes long, and is run less often. */
  readonly isSlow?: boolean;
  /** Rejects, or tells of problems, where the run is void. */
  measure(context: Context): Promise<Measurement>;
}

export type ParleyWire = "parley-tcp" | "parley-lines" | "parley-frames";

/**
 * `shared`: a client may be in several rooms. `durable`: what is answered is on disk. `parley`: what
 * only Parley has. `ceiling`: it only shows what the generator can do.
 */
export type Ability = "rooms" | "shared" | "durable" | "parley" | "ceiling";

export interface Settings {
  readonly runs: number;
  /** Runs of scenarios that take long. */
  readonly slowRuns: number;
  readonly warmupSeconds: number;
  readonly durationSeconds: number;
  /** Messages in the large database. */
  readonly pastMessages: number;
  /** Rooms of five in `rooms`. */
  readonly rooms: number;
  readonly idleConnections: number;
  readonly stormClients: number;
  readonly soakSeconds: number;
  /** Questions of each kind that are asked of the large database. */
  readonly questions: number;
  /** Starts that are timed in one run. */
  readonly starts: number;
  readonly curves: "full" | "few points";
}

export interface Context {
  readonly subject: Subject;
  readonly settings: Settings;
  readonly cores: Cores;
  readonly past: Past;
  /** Ends what is measured, early. */
  readonly signal: AbortSignal;
  /** Shows what is being done. */
  tell(words: string): void;
  /** The subject's server, on a database of its own or the one in `data`. */
  start(data?: string): Promise<RunningServer>;
  generate(target: Target, topology: Topology, load: Load, times?: Times): Promise<Result>;
}

/** Seconds; those of the settings where they are left out. */
export type Times = Partial<Pick<Plan, "warmupSeconds" | "durationSeconds" | "drainSeconds">>;

/** What makes a run of the generator void, in words; empty where nothing does. */
export function problemsOf({ lost, duplicated, outOfOrder, refused, problems }: Result): string[] {
  const counts = { lost, duplicated, "out of order": outOfOrder, refused };
  const wrong = Object.entries(counts).flatMap(([what, count]) => count === 0 ? [] : `${count} ${what}`);
  return [...wrong, ...problems];
}

/**
 * Messages a second at half of what was the maximum.
 * @throws Error where it was nothing
 */
export function halfOf({ messagesPerSecond }: Result): { rate: number } {
  if (!(messagesPerSecond > 0)) throw new Error("at the maximum, nothing was delivered");
  return { rate: messagesPerSecond / 2 };
}

/** Gathers the figures of the loads that make up one run. */
export class Gathering implements Measurement {
  readonly figures: Record<string, number> = {};
  readonly generatorCpu: Record<string, number> = {};
  readonly distributions: Record<string, Result["latencyHistogram"]> = {};
  readonly problems: string[] = [];

  /** Takes the throughput. */
  rate(metric: string, value: number, result: Result): void {
    this.figures[metric] = value;
    this.#note(metric, result);
  }

  /** Takes `NAME p50` and `NAME p99`, and how the latencies are distributed. */
  latency(name: string, result: Result): void {
    this.figures[`${name} p50`] = result.latencyMs.p50;
    this.figures[`${name} p99`] = result.latencyMs.p99;
    this.generatorCpu[`${name} p50`] = result.generatorCpu;
    this.distributions[name] = result.latencyHistogram;
    this.#note(`${name} p99`, result);
    if (result.latencyMs.count === 0) this.problems.push(`${name}: no latency was measured`);
  }

  #note(metric: string, result: Result): void {
    this.generatorCpu[metric] = result.generatorCpu;
    this.problems.push(...problemsOf(result).map((problem) => `${metric}: ${problem}`));
  }
}
