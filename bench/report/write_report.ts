/** Writes what a benchmark leaves behind: `results.json`, `report.html`, and a PNG of each plot. */

import { join } from "node:path";
import { DARK, LIGHT, type Theme, toPng, toSvg } from "../chart.ts";
import { judge } from "../goals.ts";
import { limitedFigures, type Results } from "../results.ts";
import type { Chart } from "./chart_parts.ts";
import { chartsOf } from "./charts.ts";
import { reportPage } from "./html.ts";

/** A page uses the font of its reader's system. */
const PAGE_FONT = "system-ui, sans-serif";

/** @returns the names of the files */
export async function writeReport(folder: string, title: string, results: Results): Promise<string[]> {
  const charts = chartsOf(results);
  await Deno.writeTextFile(join(folder, "results.json"), resultsJson(results));
  const page = reportPage({
    title,
    results,
    verdicts: judge(results),
    charts: charts.map((chart) => ({
      title: chart.title,
      light: draw(chart, { ...LIGHT, font: PAGE_FONT }),
      dark: draw(chart, { ...DARK, font: PAGE_FONT }),
    })),
  });
  await Deno.writeTextFile(join(folder, "report.html"), page);
  for (const chart of charts) {
    await Deno.writeFile(join(folder, `${chart.name}.png`), await toPng(draw(chart, LIGHT)));
  }
  return ["results.json", "report.html", ...charts.map(({ name }) => `${name}.png`)];
}

function resultsJson(results: Results): string {
  return JSON.stringify({ ...results, limitedByGenerator: limitedFigures(results) }, null, 1) + "\n";
}

function draw(chart: Chart, theme: Theme): string {
  return toSvg(chart.options(theme), chart.size);
}
