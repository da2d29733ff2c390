/** The latency plot: over time, and as a distribution. ECharts draws it as SVG, resvg makes a PNG of it. */

import {
  axisStyle,
  type ChartOption,
  LIGHT,
  logAxisStyle,
  nines,
  percentileWords,
  roundDown,
  roundUp,
  toPng,
  toSvg,
} from "./chart.ts";
import type { LoadResult } from "./load/load.ts";
import type { Sample } from "./load/sample.ts";

export interface LatencyPlot {
  readonly title: string;
  readonly subtitle: string;
  readonly result: LoadResult;
  readonly sample: readonly Sample[];
  readonly distribution: readonly (readonly [percentile: number, ms: number])[];
}

const SIZE = { width: 1280, height: 720 };
/** Dots in the background; more would only make it black. */
const DOTS = 6000;
/** A logarithmic axis has no zero. */
const LEAST_MS = 0.01;
const { ink: INK, faint: FAINT, font: FONT } = LIGHT;
const COLORS = { max: "#d1495b", p99: "#edae49", p50: "#00798c", dots: "#9ca3af" };

/** A PNG. */
export async function plotLatency(plot: LatencyPlot): Promise<Uint8Array> {
  return await toPng(toSvg(options(plot), SIZE));
}

function options(plot: LatencyPlot): ChartOption {
  const { latency_ms: latency, settings } = plot.result;
  const [low, high] = bounds(plot);
  const valueAxis = { ...logAxisStyle(LIGHT), min: low, max: high };
  const timeAxis = {
    type: "value",
    min: 0,
    max: settings.durationSeconds,
    name: "seconds of measuring",
    ...axisStyle(LIGHT),
  };
  return {
    animation: false,
    backgroundColor: "#ffffff",
    textStyle: { fontFamily: FONT, fontSize: 13, color: INK },
    title: [
      { text: plot.title, left: 40, top: 22, textStyle: { fontSize: 24, fontWeight: "bold", color: INK } },
      {
        text: plot.subtitle,
        left: 40,
        top: 58,
        textStyle: { fontSize: 14, fontWeight: "normal", color: FAINT },
      },
      { text: "Over time", left: 40, top: 96, textStyle: { fontSize: 16, fontWeight: "bold", color: INK } },
      {
        text: "Distribution",
        left: 720,
        top: 96,
        textStyle: { fontSize: 16, fontWeight: "bold", color: INK },
      },
      {
        text: footer(plot.result),
        left: 40,
        bottom: 14,
        textStyle: { fontSize: 13, fontWeight: "normal", color: FAINT },
      },
    ],
    legend: {
      left: 200,
      top: 98,
      itemWidth: 18,
      itemGap: 22,
      itemHeight: 5,
      textStyle: { color: INK, fontSize: 13 },
      data: [
        { name: "highest", icon: "circle" },
        { name: "p99", icon: "roundRect" },
        { name: "p50", icon: "roundRect" },
        { name: "single deliveries", icon: "circle" },
      ],
    },
    grid: [{ left: 92, top: 140, width: 540, bottom: 110 }, { left: 780, top: 140, width: 450, bottom: 110 }],
    xAxis: [timeAxis, { gridIndex: 1, ...percentileAxis(plot) }],
    yAxis: [
      { ...valueAxis, name: "latency, ms", nameLocation: "middle", nameGap: 58 },
      { ...valueAxis, gridIndex: 1 },
    ],
    series: [...timeSeries(plot), distributionSeries(plot, latency)],
  };
}

/** Round figures around what is drawn. */
function bounds({ result, distribution }: LatencyPlot): [number, number] {
  const [, lowest = LEAST_MS] = distribution.find(([percentile]) => percentile >= 10) ?? [];
  const low = Math.max(LEAST_MS, lowest / 4);
  return [roundDown(low), roundUp(Math.max(result.latency_ms.max * 1.2, low * 10))];
}

function timeSeries({ result, sample }: LatencyPlot): object[] {
  const step = Math.max(1, Math.ceil(sample.length / DOTS));
  const dots = sample.filter((_, i) => i % step === 0).map((
    { second, ms },
  ) => [second, Math.max(LEAST_MS, ms)]);
  const line = (name: string, key: "p50" | "p99" | "max", color: string, width: number) => ({
    name,
    type: "line",
    showSymbol: false,
    data: result.spans.map((span) => [span.second, Math.max(LEAST_MS, span[key])]),
    lineStyle: { width, color },
    itemStyle: { color },
  });
  return [
    {
      name: "single deliveries",
      type: "scatter",
      symbolSize: 2.5,
      data: dots,
      itemStyle: { color: COLORS.dots, opacity: 0.35 },
    },
    line("p99", "p99", COLORS.p99, 3),
    line("p50", "p50", COLORS.p50, 3),
    {
      name: "highest",
      type: "scatter",
      symbolSize: 6,
      data: result.spans.map((span) => [span.second, Math.max(LEAST_MS, span.max)]),
      itemStyle: { color: COLORS.max },
    },
  ];
}

function percentileAxis({ distribution }: LatencyPlot): object {
  const last = Math.max(2, nines(distribution.at(-1)?.[0] ?? 99));
  return {
    type: "value",
    min: 0,
    max: last,
    interval: 1,
    name: "percentile of all deliveries",
    ...axisStyle(LIGHT),
    axisLabel: { color: INK, formatter: percentileWords, showMaxLabel: Number.isInteger(last) },
  };
}

function distributionSeries({ distribution }: LatencyPlot, latency: LoadResult["latency_ms"]): object {
  const marks = ([["p50", 50], ["p90", 90], ["p99", 99], ["p99_9", 99.9]] as const).map((
    [key, percentile],
  ) => ({
    coord: [nines(percentile), Math.max(LEAST_MS, latency[key])],
    value: `p${percentile} ${shortMs(latency[key])}`,
  }));
  return {
    type: "line",
    xAxisIndex: 1,
    yAxisIndex: 1,
    showSymbol: false,
    data: distribution.map(([percentile, ms]) => [nines(percentile), Math.max(LEAST_MS, ms)]),
    lineStyle: { width: 3, color: COLORS.p50 },
    areaStyle: { color: COLORS.p50, opacity: 0.08 },
    markPoint: {
      symbol: "circle",
      symbolSize: 9,
      itemStyle: { color: COLORS.p50 },
      label: { position: [12, 10], color: INK, fontSize: 12, fontWeight: "bold", formatter: "{c}" },
      data: marks,
    },
  };
}

function shortMs(value: number): string {
  return `${Number(value.toPrecision(3))} ms`;
}

function footer({ deliveries, throughput, latency_ms: latency }: LoadResult): string {
  const number = (value: number) => value.toLocaleString("en-US");
  return `${number(latency.count)} deliveries measured, ${
    number(throughput.deliveries_per_second)
  } a second; ` +
    `${deliveries.lost} lost, ${deliveries.duplicated} duplicated, ${deliveries.out_of_order} out of order; ` +
    `highest ${shortMs(latency.max)}`;
}
