/** Latency as a percentile curve for each server. */

import { axisStyle, logAxisStyle, nines, percentileWords, roundDown, roundUp, type Theme } from "../chart.ts";
import { type Distribution, distributionOf, type Results } from "../results.ts";
import { type Chart, frame, line, placed, type Points, SIZE, titlesOf } from "./chart_parts.ts";

/** A logarithmic axis has no zero. */
const LEAST_MS = 0.01;
const LATENCIES = [
  { metric: "half", title: "At half of each one's own maximum" },
  { metric: "fixed", title: "At 500 messages/s" },
];

const TITLE = "Latency of delivery, one room of 100";
const SUBTITLE = "From the time at which a message was due to its receipt, by percentile of all deliveries";

interface Curve {
  readonly index: number;
  readonly points: Points;
}

interface CurvePanel {
  readonly title: string;
  readonly curves: readonly Curve[];
}

export function latencyChart(results: Results): Chart | undefined {
  const panels = panelsOf(results);
  if (panels.length === 0) return undefined;
  const curves = panels.flatMap((panel) => panel.curves);
  const places = placed(panels.map(({ title }) => title));
  return {
    name: "latency",
    title: TITLE,
    size: SIZE,
    options: (theme) => ({
      ...frame(theme, {
        title: TITLE,
        subtitle: SUBTITLE,
        panels: places,
        legend: titlesOf(results, curves.map(({ index }) => index)),
      }),
      ...axes(theme, panels.length, curves),
      series: panels.flatMap(({ curves }, panel) =>
        curves.map(({ index, points }) => line(theme, results, { index, panel, points }))
      ),
    }),
  };
}

function panelsOf(results: Results): CurvePanel[] {
  return LATENCIES.flatMap(({ metric, title }) => {
    const curves = results.subjects.flatMap(({ id: subject }, index): Curve[] => {
      const distribution = distributionOf(results, { scenario: "fan-out-100", metric, subject });
      return distribution.length === 0 ? [] : [{ index, points: percentileCurve(distribution) }];
    });
    return curves.length === 0 ? [] : [{ title, curves }];
  });
}

/** The same for all panels. */
function axes(theme: Theme, panels: number, curves: readonly Curve[]): object {
  const values = curves.flatMap(({ points }) => points.map(([, ms]) => ms));
  const last = Math.max(2, ...curves.map(({ points }) => points.at(-1)![0]));
  const percentiles = {
    ...axisStyle(theme),
    type: "value",
    min: 0,
    max: last,
    interval: 1,
    name: "percentile",
    axisLabel: { color: theme.ink, formatter: percentileWords, showMaxLabel: Number.isInteger(last) },
  };
  const latencies = {
    ...logAxisStyle(theme),
    min: roundDown(Math.min(...values)),
    max: roundUp(Math.max(...values)),
  };
  const indexes = Array.from({ length: panels }, (_, gridIndex) => gridIndex);
  return {
    xAxis: indexes.map((gridIndex) => ({ ...percentiles, gridIndex })),
    yAxis: indexes.map((gridIndex) => ({
      ...latencies,
      gridIndex,
      ...(gridIndex === 0 ? { name: "ms", nameGap: 54 } : {}),
    })),
  };
}

/** Percentile (in nines) and milliseconds; the last point is the one latency that none exceeds. */
export function percentileCurve(distribution: Distribution): [nines: number, ms: number][] {
  const total = distribution.reduce((sum, [, count]) => sum + count, 0);
  let below = 0;
  return distribution.map(([upToMs, count]) => {
    const at = nines(100 * below / total);
    below += count;
    return [at, Math.max(LEAST_MS, upToMs)];
  });
}
