/** Parley and the others, as bars. */

import { axisStyle, type Theme } from "../chart.ts";
import { type Results, summarize, type Summary } from "../results.ts";
import { type Chart, frame, placed } from "./chart_parts.ts";
import { boundedWords, figureWords } from "./words.ts";

const BARS = [
  { scenario: "fan-out-100", title: "100 receivers, deliveries/s" },
  { scenario: "fan-out-1000", title: "1,000 receivers, deliveries/s" },
  { scenario: "pairs", title: "200 pairs, messages/s" },
];

const SUBTITLE =
  "Parley stores every message on disk before anyone sees it; the others store nothing, or keep it in memory";
const WIDTH = 1480;
/** Room for the names of servers, and for the figure after the longest bar. */
const NAMES = 214;
const FIGURES = 96;

interface Bars {
  readonly title: string;
  readonly bars: readonly { readonly server: string; readonly index: number; readonly summary: Summary }[];
}

/** Where others than Parley were measured. */
export function peersChart(results: Results): Chart | undefined {
  const panels = barsOf(results);
  const measured = panels.flatMap(({ bars }) => bars.map(({ index }) => results.subjects[index]!.id));
  if (measured.every((id) => id.startsWith("parley"))) return undefined;
  const rows = Math.max(...panels.map(({ bars }) => bars.length));
  const places = placed(panels.map(({ title }) => title), {
    width: WIDTH,
    left: NAMES,
    gap: NAMES + FIGURES / 3,
    right: FIGURES,
  });
  const title = "The maximum, measured in turn in one run";
  return {
    name: "peers",
    title,
    size: { width: WIDTH, height: 170 + rows * 40 },
    options: (theme) => ({
      ...frame(theme, { title, subtitle: SUBTITLE, panels: places, bottom: 30 }),
      xAxis: places.map((_, gridIndex) => ({ gridIndex, type: "value", show: false, min: 0 })),
      yAxis: panels.map(({ bars }, gridIndex) => ({
        ...axisStyle(theme),
        gridIndex,
        type: "category",
        data: bars.map(({ server }) => server),
        axisTick: { show: false },
        axisLabel: { color: theme.ink, fontSize: 13 },
      })),
      series: panels.map(({ bars }, panel) => ({
        type: "bar",
        xAxisIndex: panel,
        yAxisIndex: panel,
        barCategoryGap: "34%",
        data: bars.map(({ summary, index }) => ({
          value: summary.median,
          label: { formatter: boundedWords(figureWords(summary.median), summary.bound) },
          itemStyle: { color: colorOfBar(theme, results, index), borderRadius: 2 },
        })),
        label: {
          show: true,
          position: "right",
          color: theme.ink,
          fontSize: 13,
        },
      })),
    }),
  };
}

function barsOf(results: Results): Bars[] {
  return BARS.flatMap(({ scenario, title }) => {
    const bars = results.subjects.flatMap(({ id: subject, title: server }, index) => {
      const summary = summarize(results, { scenario, metric: "max", subject });
      return summary ? [{ server, index, summary }] : [];
    });
    return bars.length === 0
      ? []
      : [{ title, bars: bars.sort((a, b) => a.summary.median - b.summary.median) }];
  });
}

/** Parley stands out. */
function colorOfBar({ palette, faint }: Theme, { subjects }: Results, index: number): string {
  return subjects[index]!.id.startsWith("parley") ? palette[0]! : faint;
}
