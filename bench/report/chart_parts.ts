/** What the plots of a report have in common. */

import type { ChartOption, Size, Theme } from "../chart.ts";
import type { Results, Summary } from "../results.ts";

export interface Chart {
  /** Of its file, without ending. */
  readonly name: string;
  readonly title: string;
  readonly size: Size;
  options(theme: Theme): ChartOption;
}

export const SIZE: Size = { width: 1280, height: 640 };
const LEGEND_TOP = 84;
const LEGEND_ROW = 22;
const BOTTOM = 84;

/** Of a grid: from the chart's left edge. */
export interface Panel {
  readonly title: string;
  readonly left: number;
  readonly width: number;
}

interface Row {
  /** Of the chart. */
  readonly width?: number;
  readonly left?: number;
  readonly gap?: number;
  readonly right?: number;
}

/** Panels beside each other, as wide as there is room. */
export function placed(
  titles: readonly string[],
  { width = SIZE.width, left = 100, gap = 64, right = 56 }: Row = {},
): Panel[] {
  const each = (width - left - right - gap * (titles.length - 1)) / titles.length;
  return titles.map((title, index) => ({ title, width: each, left: left + index * (each + gap) }));
}

export interface Frame {
  readonly title: string;
  readonly subtitle: string;
  readonly panels: readonly Panel[];
  /** Names of series. */
  readonly legend?: readonly string[];
  /** Room below the panels. */
  readonly bottom?: number;
}

/** All but axes and series. */
export function frame(
  theme: Theme,
  { title, subtitle, panels, legend = [], bottom = BOTTOM }: Frame,
): ChartOption {
  const text = (words: string, style: object, place: object) => ({
    text: words,
    ...place,
    textStyle: { color: theme.ink, ...style },
  });
  const rows = rowsOf(legend);
  const top = LEGEND_TOP + LEGEND_ROW * rows.length;
  return {
    animation: false,
    backgroundColor: theme.background,
    textStyle: { fontFamily: theme.font, fontSize: 13, color: theme.ink },
    title: [
      text(title, { fontSize: 24, fontWeight: "bold" }, { left: 40, top: 22 }),
      text(subtitle, { fontSize: 14, fontWeight: "normal", color: theme.faint }, { left: 40, top: 58 }),
      ...panels.map(({ title: words, left }) =>
        text(words, { fontSize: 15, fontWeight: "bold" }, { left: left - 6, top: top + 10 })
      ),
    ],
    legend: rows.map((data, row) => ({
      left: 36,
      top: LEGEND_TOP + row * LEGEND_ROW,
      itemWidth: 18,
      itemHeight: 5,
      itemGap: 36,
      icon: "roundRect",
      textStyle: { color: theme.ink, fontSize: 13 },
      data,
    })),
    grid: panels.map(({ left, width }) => ({ left, width, top: top + 46, bottom })),
  };
}

/** ECharts breaks a legend into rows too, but takes the gap between entries for that between rows. */
function rowsOf(legend: readonly string[]): string[][] {
  const rows: string[][] = [];
  let room = 0;
  for (const words of legend) {
    const width = words.length * 8 + 54;
    if (width > room) {
      rows.push([]);
      room = SIZE.width - 80;
    }
    rows.at(-1)!.push(words);
    room -= width;
  }
  return rows;
}

/** For the legend, each once. */
export function titlesOf({ subjects }: Results, indexes: readonly number[]): string[] {
  return [...new Set(indexes)].sort((a, b) => a - b).map((index) => subjects[index]!.title);
}

export type Points = readonly (readonly [x: number, y: number])[];

interface Line {
  /** Of the subject in the results: it decides the colour. */
  readonly index: number;
  readonly panel: number;
  readonly points: Points;
}

export function line(theme: Theme, { subjects }: Results, { index, panel, points }: Line): object {
  const color = theme.palette[index % theme.palette.length];
  const { id, title } = subjects[index]!;
  return {
    name: title,
    type: "line",
    xAxisIndex: panel,
    yAxisIndex: panel,
    showSymbol: false,
    data: points,
    lineStyle: { width: id.startsWith("parley") ? 3.5 : 2, color },
    itemStyle: { color },
  };
}

interface Spread {
  readonly index: number;
  readonly panel: number;
  readonly points: readonly { readonly x: number; readonly summary: Summary }[];
}

/** The medians as a line with dots, and at each the range from the lowest to the highest. */
export function withSpread(theme: Theme, results: Results, { index, panel, points }: Spread): object[] {
  const color = theme.palette[index % theme.palette.length];
  const medians = points.map(({ x, summary }) => [x, summary.median] as const);
  return [
    {
      ...line(theme, results, { index, panel, points: medians }),
      showSymbol: true,
      symbol: "circle",
      symbolSize: 9,
    },
    {
      type: "custom",
      xAxisIndex: panel,
      yAxisIndex: panel,
      silent: true,
      data: points.map(({ x, summary }) => [x, summary.least, summary.most]),
      renderItem: (_params: unknown, api: CustomApi) => {
        const [from, to] = [1, 2].map((dimension) => api.coord([api.value(0), api.value(dimension)]));
        return {
          type: "line",
          shape: { x1: from![0], y1: from![1], x2: to![0], y2: to![1] },
          style: { stroke: color, lineWidth: 2, opacity: 0.6 },
        };
      },
    },
  ];
}

/** What ECharts gives to a custom series. */
interface CustomApi {
  value(dimension: number): number;
  coord(point: readonly [number, number]): [number, number];
}

export function metricsOf({ scenarios }: Results, scenario: string): string[] {
  return Object.keys(scenarios.find(({ name }) => name === scenario)?.metrics ?? {});
}
