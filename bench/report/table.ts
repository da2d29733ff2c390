/** Tables of a benchmark: their rows, for any output, and as text. */

import { boundWords, type Verdict } from "../goals.ts";
import {
  limitedFigures,
  quotientBound,
  type Results,
  type ScenarioInfo,
  summarize,
  type Summary,
  voidRuns,
} from "../results.ts";
import { boundedWords, figureWords, percentWords, ratioWords } from "./words.ts";

/** Its cells are words; the first row is the head. */
export type Table = readonly (readonly string[])[];

/** What the others are compared with. */
const REFERENCE = "parley-tcp";
const COLUMNS = ["", "", "median", "lowest – highest", "generator"];

/** One row for each metric and server that it was measured on; empty where none was. */
export function scenarioTable(results: Results, scenario: ScenarioInfo): Table {
  const rows = Object.keys(scenario.metrics).flatMap((metric) => metricRows(results, scenario, metric));
  if (rows.length === 0) return [];
  const hasRatios = rows.some((row) => row.at(-1) !== "");
  const table = [[...COLUMNS, "Parley ÷ it"], ...rows];
  return hasRatios ? table : table.map((row) => row.slice(0, -1));
}

function metricRows(results: Results, scenario: ScenarioInfo, metric: string): string[][] {
  const place = { scenario: scenario.name, metric };
  const reference = summarize(results, { ...place, subject: REFERENCE });
  const { title, unit } = scenario.metrics[metric]!;
  const rows = results.subjects.flatMap(({ id, title: server }) => {
    const summary = summarize(results, { ...place, subject: id });
    if (!summary) return [];
    const figure = boundedWords(figureWords(summary.median), summary.bound);
    const ratio = reference && id !== REFERENCE ? quotientWords(reference, summary) : "";
    return [[server, figure, spreadWords(summary), cpuWords(summary), ratio]];
  });
  return rows.map((row, index) => [index === 0 ? `${title}, ${unit}` : "", ...row]);
}

function quotientWords(one: Summary, divisor: Summary): string {
  return boundedWords(ratioWords(one.median / divisor.median), quotientBound(one, divisor));
}

function spreadWords({ least, most, runs }: Summary): string {
  return runs < 2 ? "one run" : `${figureWords(least)} – ${figureWords(most)}`;
}

function cpuWords({ generatorCpu }: Summary): string {
  return percentWords(generatorCpu);
}

const OUTCOMES = {
  "met": "met",
  "not met": "NOT met",
  "open": "open: the generator limited it",
  "compared": "",
} as const;

export function goalTable(verdicts: readonly Verdict[]): Table {
  if (verdicts.length === 0) return [];
  const rows = verdicts.map((verdict) => {
    const { goal, value, bound } = verdict;
    const words = goal.by ? ratioWords(value) : `${figureWords(value)} ${goal.unit ?? ""}`.trimEnd();
    return [goal.name, boundedWords(words, bound), boundWords(goal), OUTCOMES[verdict.outcome]];
  });
  return [["goal", "measured", "bound", ""], ...rows];
}

const LIMITED =
  "≥ and ≤: the generator's core was busy for 90 % or more, so the server can do better than that figure; " +
  "a ratio with such a figure is a bound too (≈: both are such, and it can go either way).";

/** What limits the figures, what does not count, and who is not there. */
export function remarks(results: Results): string[] {
  const titles = new Map(results.subjects.map(({ id, title }) => [id, title]));
  const limited = limitedFigures(results).length;
  return [
    ...(limited === 0 ? [] : [LIMITED]),
    ...results.absent.map(({ title, reason }) => `Not measured: ${title}: ${reason}`),
    ...voidRuns(results).map(({ scenario, subject, run, problems }) =>
      `Void: ${scenario}, ${titles.get(subject) ?? subject}, run ${run}: ${problems.join("; ")}`
    ),
  ];
}

/** Columns of words are aligned to the left, the others to the right. */
export function textOf(table: Table, wordColumns: number): string {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const cell = (text: string, column: number) =>
    column < wordColumns ? text.padEnd(widths[column]!) : text.padStart(widths[column]!);
  return table.map((row) => `  ${row.map(cell).join("  ")}`.trimEnd()).join("\n");
}

/** For the terminal; empty where nothing of it was measured. */
export function scenarioText(results: Results, scenario: ScenarioInfo): string {
  const table = scenarioTable(results, scenario);
  return table.length === 0 ? "" : `${scenario.title}  (${scenario.name})\n${textOf(table, 2)}`;
}

/** What follows the tables of all scenarios. */
export function closingText(results: Results, verdicts: readonly Verdict[]): string {
  const goals = verdicts.length === 0 ? [] : [`Goals\n${textOf(goalTable(verdicts), 1)}`];
  return [...goals, ...remarks(results)].join("\n\n");
}
