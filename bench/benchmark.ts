/** Runs scenarios against subjects, in turn, and gathers the results. */

import { join } from "node:path";
import { type Cores, coresWords, pinSelf } from "./cores.ts";
import { generate } from "./generator_process.ts";
import { MESSAGE_BYTES } from "./message_size.ts";
import { scenarioText } from "./report/table.ts";
import type { Measurement, Results, Run } from "./results.ts";
import { Past } from "./scenarios/past.ts";
import type { Context, Scenario, Settings } from "./scenarios/scenario.ts";
import type { StatusLine } from "./status_line.ts";
import type { Subject } from "./subject.ts";

/** What is due and does not come for so long is lost. */
const DRAIN_SECONDS = 5;

export interface BenchmarkOptions {
  readonly scenarios: readonly Scenario[];
  readonly subjects: readonly Subject[];
  readonly absent: Results["absent"];
  readonly settings: Settings;
  readonly cores: Cores;
  /** Where large databases are kept for the next time. */
  readonly data?: string | undefined;
  /** Ends it early: what was measured until then is the result. */
  readonly signal: AbortSignal;
}

interface Step {
  readonly scenario: Scenario;
  readonly subject: Subject;
  readonly run: number;
}

export class Benchmark {
  readonly #options: BenchmarkOptions;
  readonly #status: StatusLine;
  readonly #runs: Run[] = [];

  constructor(options: BenchmarkOptions, status: StatusLine) {
    this.#options = options;
    this.#status = status;
  }

  async execute(): Promise<Results> {
    const { cores, data, signal } = this.#options;
    const startedAt = new Date().toISOString();
    await pinSelf(cores.driver);
    await using past = await Past.open(data);
    const steps = stepsOf(this.#options);
    for (const [index, step] of steps.entries()) {
      if (signal.aborted) break;
      await this.#execute(step, { past, donePart: index / steps.length });
      if (steps[index + 1]?.scenario !== step.scenario) this.#show(step.scenario, startedAt);
    }
    return this.#results(startedAt);
  }

  #show(scenario: Scenario, startedAt: string): void {
    const text = scenarioText(this.#results(startedAt), scenario);
    if (text !== "") this.#status.say(`\n${text}\n`);
  }

  async #execute(step: Step, { past, donePart }: { past: Past; donePart: number }): Promise<void> {
    const { scenario, subject, run } = step;
    const words = `${scenario.name}  ${subject.title}  run ${run} of ${
      runsOf(scenario, this.#options.settings)
    }`;
    this.#status.step(words, donePart);
    const measurement = await this.#measure(scenario, this.#context(subject, past));
    if (this.#options.signal.aborted) return;
    for (const problem of measurement.problems) this.#status.say(`  void: ${words}: ${problem}`);
    this.#runs.push({ scenario: scenario.name, subject: subject.id, run, ...measurement });
  }

  /** A run that fails is void, and the others go on. */
  async #measure(scenario: Scenario, context: Context): Promise<Measurement> {
    try {
      return await scenario.measure(context);
    } catch (error) {
      return { figures: {}, problems: [error instanceof Error ? error.message : String(error)] };
    }
  }

  #context(subject: Subject, past: Past): Context {
    const { settings, cores, signal } = this.#options;
    const { warmupSeconds, durationSeconds } = settings;
    return {
      ...{ subject, settings, cores, past, signal },
      tell: (words) => this.#status.detail(words),
      start: (data) => subject.start({ core: cores.server, data }),
      generate: (target, topology, load, times) =>
        generate({
          ...{ target, topology, load, warmupSeconds, durationSeconds },
          size: subject.messageBytes ?? MESSAGE_BYTES,
          drainSeconds: DRAIN_SECONDS,
          ...times,
        }, { core: cores.generator, signal, tell: (words) => this.#status.progress(words) }),
    };
  }

  #results(startedAt: string): Results {
    const { settings, cores, scenarios, subjects, absent } = this.#options;
    const measured = new Set(this.#runs.map(({ subject }) => subject));
    return {
      startedAt,
      machine: machineWords(),
      software: `Deno ${Deno.version.deno}, V8 ${Deno.version.v8}`,
      cores: coresWords(cores),
      settings: { ...settings, messageBytes: MESSAGE_BYTES },
      scenarios: scenarios.map(({ name, title, metrics }) => ({ name, title, metrics })),
      subjects: subjects.filter(({ id }) => measured.has(id)).map(({ id, title }) => ({ id, title })),
      absent,
      runs: this.#runs,
    };
  }
}

/** In each round every subject has its turn, so that a disturbance hits all of them. */
export function stepsOf({ scenarios, subjects, settings }: BenchmarkOptions): Step[] {
  return scenarios.flatMap((scenario) => {
    const able = subjects.filter((subject) => isMeasured(scenario, subject));
    return Array.from(
      { length: runsOf(scenario, settings) },
      (_, run) => able.map((subject) => ({ scenario, subject, run: run + 1 })),
    )
      .flat();
  });
}

function runsOf({ isSlow = false }: Scenario, { runs, slowRuns }: Settings): number {
  return isSlow ? slowRuns : runs;
}

function isMeasured(scenario: Scenario, { id, abilities }: Subject): boolean {
  const isParley = abilities.includes("parley");
  return isParley ? (scenario.parley as readonly string[]).includes(id) : abilities.includes(scenario.needs);
}

function machineWords(): string {
  const { os, arch } = Deno.build;
  return `${cpuName() ?? arch}, ${navigator.hardwareConcurrency} cores, ${os} ${Deno.osRelease()}`;
}

/** Linux tells it. */
function cpuName(): string | undefined {
  try {
    return /^model name\s*:\s*(.+)$/m.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1];
  } catch {
    return undefined;
  }
}

/** `bench/results/2026-11-21T10-00-00`, made. */
export async function resultsFolder(startedAt: string, out: string): Promise<string> {
  const folder = join(out, startedAt.slice(0, 19).replaceAll(":", "-"));
  await Deno.mkdir(folder, { recursive: true });
  return folder;
}
