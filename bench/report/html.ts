/** The report as one page that needs nothing from elsewhere: tables, and the plots as SVG, light and dark. */

import type { Verdict } from "../goals.ts";
import type { Results } from "../results.ts";
import { goalTable, remarks, scenarioTable, type Table } from "./table.ts";

export interface DrawnChart {
  readonly title: string;
  /** SVG. */
  readonly light: string;
  readonly dark: string;
}

export interface Page {
  readonly title: string;
  readonly results: Results;
  readonly verdicts: readonly Verdict[];
  readonly charts: readonly DrawnChart[];
}

export function reportPage({ title, results, verdicts, charts }: Page): string {
  const { startedAt, machine, software, cores, scenarios } = results;
  const goals = goalTable(verdicts);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title)}</title>
<style>${STYLE}</style>
<main>
<h1>${escape(title)}</h1>
<p class="facts">${[startedAt, machine, software, cores, settingsWords(results)].map(escape).join("<br>")}</p>
${charts.map(figure).join("\n")}
${goals.length === 0 ? "" : `<h2>Goals</h2>\n${tableHtml(goals, 1)}`}
${
    scenarios.map((scenario) => {
      const table = scenarioTable(results, scenario);
      return table.length === 0 ? "" : `<h2>${escape(scenario.title)}</h2>\n${tableHtml(table, 2)}`;
    }).join("\n")
  }
${remarks(results).map((remark) => `<p class="remark">${escape(remark)}</p>`).join("\n")}
<p class="facts">${escape(METHOD)}</p>
</main>
</html>
`;
}

/** Fit for text and attributes. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const METHOD =
  "Figures are medians of the runs, with the lowest and the highest beside them. Every message is counted at " +
  "every receiver: a run in which one was lost, doubled or out of order is void. Latency counts from the time at which a " +
  "message was due. “generator” is how busy the core of the load generator was: from 90 % on the figure is a bound, marked with ≥ or ≤.";

function settingsWords({ settings }: Results): string {
  const { runs, durationSeconds, warmupSeconds, messageBytes } = settings;
  return `${runs} ${
    runs === 1 ? "run" : "runs"
  } of each, measured for ${durationSeconds} s after ${warmupSeconds} s of warm-up, texts of ${messageBytes} bytes`;
}

function figure({ title, light, dark }: DrawnChart): string {
  return `<figure role="img" aria-label="${escape(title)}">
<div class="light">${light}</div><div class="dark">${dark}</div></figure>`;
}

function tableHtml([head = [], ...rows]: Table, wordColumns: number): string {
  const cells = (row: readonly string[], tag: "th" | "td") =>
    row.map((text, column) => `<${tag}${column < wordColumns ? "" : ' class="n"'}>${escape(text)}</${tag}>`)
      .join("");
  const body = rows.map((row) => `<tr${rowClass(row)}>${cells(row, "td")}</tr>`).join("\n");
  return `<div class="wide"><table>\n<tr>${cells(head, "th")}</tr>\n${body}\n</table></div>`;
}

/** The first of a metric, and a goal that is not met. */
function rowClass(row: readonly string[]): string {
  if (row.at(-1) === "NOT met") return ' class="missed"';
  return row[0] === "" ? "" : ' class="first"';
}

const STYLE = `
:root { --ink: #1f2937; --faint: #6b7280; --line: #e5e7eb; --back: #fff; --missed: #b3261e; }
body { margin: 0; background: var(--back); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: 1.7rem; } h2 { font-size: 1.15rem; margin: 2.5rem 0 .5rem; }
.facts { color: var(--faint); } .remark, .missed { color: var(--missed); }
figure { margin: 2rem 0; } figure svg { display: block; max-width: 100%; height: auto; }
.dark { display: none; } .wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
td, th { padding: .2rem .9rem .2rem 0; text-align: left; white-space: nowrap; }
th { color: var(--faint); font-weight: normal; } .n { text-align: right; }
tr.first td, tr.missed td { border-top: 1px solid var(--line); }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e5e7eb; --faint: #9ca3af; --line: #374151; --back: #111827; --missed: #ff8a80; }
  .light { display: none; } .dark { display: block; }
}
`;
