/** Draws charts: ECharts makes an SVG, resvg a PNG of it. And what the charts of this project look like. */

import { initWasm, Resvg } from "@resvg/resvg-wasm";
// Deno installs only packages that some module imports; the font files are read from this one.
import "dejavu-fonts-ttf/package.json" with { type: "json" };
import * as echarts from "echarts";

export type ChartOption = echarts.EChartsCoreOption;

export interface Theme {
  readonly ink: string;
  readonly faint: string;
  readonly grid: string;
  readonly background: string;
  readonly font: string;
  /** For series, in this order. */
  readonly palette: readonly string[];
}

/** The font that a PNG is drawn with. */
const FONT = "DejaVu Sans";

export const LIGHT: Theme = {
  ink: "#1f2937",
  faint: "#6b7280",
  grid: "#e5e7eb",
  background: "#ffffff",
  font: FONT,
  palette: [
    ...["#00798c", "#d1495b", "#c98a12", "#6a4c93", "#3a7d44", "#1d6fd1", "#a4508b", "#8a5a44", "#5c6672"],
    ...["#0b525b", "#b23a48", "#6b705c"],
  ],
};

export const DARK: Theme = {
  ink: "#e5e7eb",
  faint: "#9ca3af",
  grid: "#374151",
  background: "transparent",
  font: FONT,
  palette: [
    ...["#4cc9d6", "#f2788a", "#f0be58", "#b79be0", "#7fc98b", "#74b0ff", "#dd93c7", "#c9997f", "#aeb6c2"],
    ...["#8ed1d9", "#e58b97", "#b7bd9f"],
  ],
};

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Twice the size, so that it stays sharp on a projector. */
const PNG_SCALE = 2;

export function toSvg(option: ChartOption, { width, height }: Size): string {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption(option);
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

let wasm: Promise<void> | undefined;

export async function toPng(svg: string): Promise<Uint8Array> {
  wasm ??= readAsset("@resvg/resvg-wasm/index_bg.wasm").then((bytes) => initWasm(bytes));
  await wasm;
  const fontBuffers = await Promise.all([
    readAsset("dejavu-fonts-ttf/ttf/DejaVuSans.ttf"),
    readAsset("dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf"),
  ]);
  const image = new Resvg(svg, {
    font: { fontBuffers, loadSystemFonts: false, defaultFontFamily: FONT },
    fitTo: { mode: "zoom", value: PNG_SCALE },
  });
  try {
    return image.render().asPng();
  } finally {
    image.free();
  }
}

/** What the axes have in common. */
export function axisStyle({ ink, faint, grid }: Theme) {
  return {
    nameLocation: "middle",
    nameGap: 34,
    nameTextStyle: { color: ink, fontSize: 14 },
    axisLabel: { color: ink },
    axisLine: { show: true, lineStyle: { color: faint } },
    splitLine: { lineStyle: { color: grid } },
  };
}

export function logAxisStyle(theme: Theme) {
  return {
    ...axisStyle(theme),
    type: "log",
    axisLabel: { color: theme.ink, formatter: tickWords },
    minorTick: { show: true, splitNumber: 9 },
    minorSplitLine: { show: false },
  };
}

export function tickWords(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** Where `percentile` stands: each step to the right is ten times nearer to 100 %. */
export function nines(percentile: number): number {
  return -Math.log10(1 - percentile / 100);
}

export function percentileWords(value: number): string {
  return value === 0 ? "0 %" : `${(100 * (1 - 10 ** -value)).toFixed(Math.max(0, value - 2))} %`;
}

export function roundDown(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return decade * (value >= 5 * decade ? 5 : value >= 2 * decade ? 2 : 1);
}

export function roundUp(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return decade * (value <= 2 * decade ? 2 : value <= 5 * decade ? 5 : 10);
}

/** A file of a package. */
function readAsset(specifier: string): Promise<Uint8Array<ArrayBuffer>> {
  return Deno.readFile(new URL(import.meta.resolve(specifier)));
}
