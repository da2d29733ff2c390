/** The latency plot: over time, and as a distribution. ECharts draws it as SVG, resvg makes a PNG of it. */

import { initWasm, Resvg } from "@resvg/resvg-wasm";
// Deno installs only packages that some module imports; the font files are read from this one.
import "dejavu-fonts-ttf/package.json" with { type: "json" };
import * as echarts from "echarts";
import type { Sample } from "./latency.ts";
import type { LoadResult } from "./load_run.ts";

export interface LatencyPlot {
  readonly title: string;
  readonly subtitle: string;
  readonly result: LoadResult;
  readonly sample: readonly Sample[];
  readonly distribution: readonly (readonly [percentile: number, ms: number])[];
}

const WIDTH = 1280;
const HEIGHT = 720;
/** Twice the size, so that it stays sharp on a projector. */
const SCALE = 2;
/** Dots in the background; more would only make it black. */
const DOTS = 6000;
/** A logarithmic axis has no zero. */
const LEAST_MS = 0.01;
const FONT = "DejaVu Sans";
const INK = "#1f2937";
const FAINT = "#6b7280";
const GRID = "#e5e7eb";
const COLORS = { max: "#d1495b", p99: "#edae49", p50: "#00798c", dots: "#9ca3af" };

/** A PNG. */
export async function plotLatency(plot: LatencyPlot): Promise<Uint8Array> {
  return await toPng(toSvg(options(plot)));
}

function options(plot: LatencyPlot): echarts.EChartsCoreOption {
  const { latency_ms: latency, settings } = plot.result;
  const [low, high] = bounds(plot);
  const valueAxis = {
    type: "log",
    min: low,
    max: high,
    axisLabel: { color: INK, formatter: tickWords },
    splitLine: { lineStyle: { color: GRID } },
    minorTick: { show: true, splitNumber: 9 },
    minorSplitLine: { show: false },
    axisLine: { show: true, lineStyle: { color: FAINT } },
    nameTextStyle: { color: INK, fontSize: 14 },
  };
  const timeAxis = {
    type: "value",
    min: 0,
    max: settings.durationSeconds,
    name: "seconds of measuring",
    ...axisStyle,
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

const axisStyle = {
  nameLocation: "middle",
  nameGap: 34,
  nameTextStyle: { color: INK, fontSize: 14 },
  axisLabel: { color: INK },
  axisLine: { show: true, lineStyle: { color: FAINT } },
  splitLine: { lineStyle: { color: GRID } },
};

/** Round figures around what is drawn. */
function bounds({ result, distribution }: LatencyPlot): [number, number] {
  const [, lowest = LEAST_MS] = distribution.find(([percentile]) => percentile >= 10) ?? [];
  const low = Math.max(LEAST_MS, lowest / 4);
  return [roundDown(low), roundUp(Math.max(result.latency_ms.max * 1.2, low * 10))];
}

function roundDown(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return decade * (value >= 5 * decade ? 5 : value >= 2 * decade ? 2 : 1);
}

function roundUp(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return decade * (value <= 2 * decade ? 2 : value <= 5 * decade ? 5 : 10);
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

/** Where `percentile` stands: each step to the right is ten times nearer to 100 %. */
function nines(percentile: number): number {
  return -Math.log10(1 - percentile / 100);
}

function percentileAxis({ distribution }: LatencyPlot): object {
  const last = Math.max(2, nines(distribution.at(-1)?.[0] ?? 99));
  return {
    type: "value",
    min: 0,
    max: last,
    interval: 1,
    name: "percentile of all deliveries",
    ...axisStyle,
    axisLabel: { color: INK, formatter: percentileWords, showMaxLabel: Number.isInteger(last) },
  };
}

function percentileWords(value: number): string {
  return value === 0 ? "0 %" : `${(100 * (1 - 10 ** -value)).toFixed(Math.max(0, value - 2))} %`;
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

function tickWords(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function footer({ deliveries, throughput, latency_ms: latency }: LoadResult): string {
  const number = (value: number) => value.toLocaleString("en-US");
  return `${number(latency.count)} deliveries measured, ${
    number(throughput.deliveries_per_second)
  } a second; ` +
    `${deliveries.lost} lost, ${deliveries.duplicated} duplicated, ${deliveries.out_of_order} out of order; ` +
    `highest ${shortMs(latency.max)}`;
}

function toSvg(option: echarts.EChartsCoreOption): string {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height: HEIGHT });
  try {
    chart.setOption(option);
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

let wasm: Promise<void> | undefined;

async function toPng(svg: string): Promise<Uint8Array> {
  wasm ??= readAsset("@resvg/resvg-wasm/index_bg.wasm").then((bytes) => initWasm(bytes));
  await wasm;
  const fontBuffers = await Promise.all([
    readAsset("dejavu-fonts-ttf/ttf/DejaVuSans.ttf"),
    readAsset("dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf"),
  ]);
  const image = new Resvg(svg, {
    font: { fontBuffers, loadSystemFonts: false, defaultFontFamily: FONT },
    fitTo: { mode: "zoom", value: SCALE },
  });
  try {
    return image.render().asPng();
  } finally {
    image.free();
  }
}

/** A file of a package. */
function readAsset(specifier: string): Promise<Uint8Array<ArrayBuffer>> {
  return Deno.readFile(new URL(import.meta.resolve(specifier)));
}
