/** Throughput against the number of receivers. */

import { logAxisStyle, roundDown, roundUp } from "../chart.ts";
import { type Results, summarize } from "../results.ts";
import { type Chart, frame, metricsOf, placed, SIZE, titlesOf, withSpread } from "./chart_parts.ts";
import { tickWords } from "./words.ts";

export function throughputChart(results: Results): Chart | undefined {
  const metrics = metricsOf(results, "receivers");
  const curves = results.subjects.flatMap(({ id: subject }, index) => {
    const points = metrics.flatMap((metric) => {
      const summary = summarize(results, { scenario: "receivers", metric, subject });
      return summary ? [{ x: Number(metric), summary }] : [];
    });
    return points.length === 0 ? [] : [{ index, points }];
  });
  if (curves.length === 0) return undefined;
  const values = curves.flatMap(({ points }) =>
    points.flatMap(({ summary }) => [summary.least, summary.most])
  );
  const places = placed([""]);
  const title = "Throughput against receivers";
  return {
    name: "throughput",
    title,
    size: SIZE,
    options: (theme) => ({
      ...frame(theme, {
        title,
        subtitle: "One room, four of them send, closed loop; median and spread of the runs",
        panels: places,
        legend: titlesOf(results, curves.map(({ index }) => index)),
      }),
      xAxis: [{
        ...logAxisStyle(theme),
        name: "receivers",
        min: Number(metrics[0]),
        max: Number(metrics.at(-1)),
      }],
      yAxis: [{
        ...logAxisStyle(theme),
        name: "deliveries a second",
        nameGap: 84,
        min: roundDown(Math.min(...values)),
        max: roundUp(Math.max(...values)),
        axisLabel: { color: theme.ink, formatter: tickWords },
      }],
      series: curves.flatMap(({ index, points }) => withSpread(theme, results, { index, panel: 0, points })),
    }),
  };
}
