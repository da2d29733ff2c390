/** From the options of a benchmark to its report and exit code. */

import { join } from "node:path";
import type { ChosenSettings } from "./bench_options.ts";
import { settingsOf } from "./bench_options.ts";
import { Benchmark, resultsFolder, stepsOf } from "./benchmark.ts";
import { chooseCores, coresWords } from "./cores.ts";
import { judge } from "./goals.ts";
import { print } from "./progress.ts";
import { closingText } from "./report/table.ts";
import { writeReport } from "./report/write_report.ts";
import { type Results, voidRuns } from "./results.ts";
import { allScenarios } from "./scenarios/all.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { StatusLine } from "./status_line.ts";
import type { Subject } from "./subject.ts";

export interface Chosen extends ChosenSettings {
  readonly only?: readonly string[] | undefined;
  readonly list: boolean;
  readonly data?: string | undefined;
  readonly out: string;
}

export interface Competition {
  readonly title: string;
  readonly subjects: readonly Subject[];
  readonly absent: Results["absent"];
  /** Of all scenarios, those that make sense here. */
  readonly takes: (scenario: Scenario) => boolean;
}

/**
 * @param prepare is called only where something is to be measured
 * @returns the exit code: 1 where a run is void, 130 where it was interrupted
 */
export async function runBenchmark(chosen: Chosen, prepare: () => Promise<Competition>): Promise<number> {
  const settings = settingsOf(chosen);
  const all = allScenarios(settings);
  if (chosen.list) {
    print(all.map(({ name, title }) => `${name.padEnd(14)}${title}`).join("\n"));
    return 0;
  }
  const { title, subjects, absent, takes } = await prepare();
  const scenarios = all.filter((scenario) =>
    takes(scenario) && (chosen.only?.includes(scenario.name) ?? true)
  );
  const cores = chooseCores();
  const signal = interruption();
  const options = { scenarios, subjects, absent, settings, cores, data: chosen.data, signal };
  print(`${title}: ${stepsOf(options).length} runs; ${coresWords(cores)}.`);
  for (const { title, reason } of absent) print(`Left out: ${title}: ${reason}`);
  const results = await measure(options);
  await report(results, { title, out: chosen.out });
  if (signal.aborted) return 130;
  return voidRuns(results).length > 0 || results.runs.length === 0 ? 1 : 0;
}

async function measure(options: ConstructorParameters<typeof Benchmark>[0]): Promise<Results> {
  using status = new StatusLine();
  return await new Benchmark(options, status).execute();
}

async function report(results: Results, { title, out }: { title: string; out: string }): Promise<void> {
  if (results.runs.length === 0) return print("Nothing was measured.");
  const closing = closingText(results, judge(results));
  if (closing !== "") print(`${closing}\n`);
  const folder = await resultsFolder(results.startedAt, out);
  const files = await writeReport(folder, title, results);
  print(`Written: ${files.map((file) => join(folder, file)).join(", ")}`);
}

/** Ctrl-C ends the measuring; what was measured is reported. A second one ends the program. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  Deno.addSignalListener("SIGINT", () => {
    if (controller.signal.aborted) Deno.exit(130);
    print("\nStopping; press Ctrl-C again to end at once.");
    controller.abort(new Error("interrupted"));
  });
  return controller.signal;
}
