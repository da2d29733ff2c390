/** A chart of readings over time, drawn by uPlot in the colours of the theme. Loaded only where it is shown. */

import uPlot from "uplot";
import { chartRange } from "../state/reading_values.ts";

export interface ChartData {
  /** Seconds since 1970, rising. */
  readonly times: number[];
  /** null where no reading came: the line has a gap there. */
  readonly values: (number | null)[];
  /** What is shown, in seconds since 1970. */
  readonly from: number;
  readonly to: number;
}

export interface Chart {
  show(data: ChartData): void;
  /** Marks one point, or none. */
  point(index: number | undefined): void;
  close(): void;
}

/** Below this many pixels for each, single readings are marked. */
const DOT_SPACE_PX = 14;
const hours = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const seconds = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit", second: "2-digit" });
const days = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

/** @param onPoint called with the reading that is pointed at */
export function drawChart(
  place: HTMLElement,
  first: ChartData,
  onPoint: (index: number | undefined) => void,
): Chart {
  let data = first;
  let chart = make();
  let pointed: number | undefined;
  const redraw = () => {
    chart.destroy();
    chart = make();
    point(pointed);
  };
  const leave = () => onPoint(undefined);
  place.addEventListener("pointerleave", leave);
  const resized = new ResizeObserver(() => chart.setSize(sizeOf(place)));
  resized.observe(place);
  const stopWatching = watchTheme(redraw);

  function make(): uPlot {
    return new uPlot(optionsOf(place, () => data, onPoint), [data.times, data.values], place);
  }

  function point(index: number | undefined): void {
    pointed = index;
    const x = index === undefined ? undefined : data.times[index];
    const y = index === undefined ? undefined : data.values[index];
    const isShown = x !== undefined && typeof y === "number";
    chart.setCursor({
      left: isShown ? chart.valToPos(x, "x") : -10,
      top: isShown ? chart.valToPos(y, "y") : -10,
    }, false);
  }

  return {
    show(next) {
      data = next;
      chart.setData([data.times, data.values]);
    },
    point,
    close() {
      place.removeEventListener("pointerleave", leave);
      resized.disconnect();
      stopWatching();
      chart.destroy();
    },
  };
}

function optionsOf(
  place: HTMLElement,
  data: () => ChartData,
  onPoint: (index: number | undefined) => void,
): uPlot.Options {
  const line = colour(place, "--reading");
  const ink = colour(place, "--ink-soft");
  const grid = { stroke: colour(place, "--line"), width: 1 };
  const { fontFamily } = getComputedStyle(place);
  const axis = { stroke: ink, grid, ticks: { show: false }, font: `11px ${fontFamily}` };
  return {
    ...sizeOf(place),
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: { size: 9, width: 2, stroke: () => line, fill: () => colour(place, "--surface") },
    },
    scales: {
      x: { time: true, range: () => [data().from, data().to] },
      y: { range: (_, low, high) => chartRange(low, high) },
    },
    axes: [
      {
        ...axis,
        size: 28,
        space: 70,
        values: (_, splits, __, ___, step) => splits.map((at) => timeLabel(at, step)),
      },
      { ...axis, size: 44, space: 34, gap: 4 },
    ],
    series: [{}, {
      stroke: line,
      width: 2,
      fill: colour(place, "--reading-tint"),
      spanGaps: false,
      points: {
        size: 5,
        fill: line,
        show: (chart) => chart.bbox.width / devicePixelRatio / Math.max(1, countShown(data())) > DOT_SPACE_PX,
      },
    }],
    hooks: {
      setCursor: [({ cursor }) => {
        const isPointer = (cursor.left ?? -1) >= 0 && cursor.event !== undefined;
        if (isPointer) onPoint(nearest(data(), cursor.idx));
      }],
    },
  };
}

/** The value beside a gap, where the gap itself is pointed at. */
function nearest({ values }: ChartData, index: number | null | undefined): number | undefined {
  if (index === null || index === undefined) return undefined;
  return [index, index - 1, index + 1].find((at) => typeof values[at] === "number");
}

function countShown({ times, from }: ChartData): number {
  return times.filter((time) => time >= from).length;
}

function timeLabel(at: number, stepSeconds: number): string {
  const format = stepSeconds < 60 ? seconds : stepSeconds < 86_400 ? hours : days;
  return format.format(at * 1000);
}

function sizeOf(place: HTMLElement): { width: number; height: number } {
  return { width: Math.max(1, place.clientWidth), height: Math.max(1, place.clientHeight) };
}

/** A custom property, as the colour that it means here and now. */
function colour(place: HTMLElement, property: string): string {
  const probe = document.createElement("i");
  probe.style.color = `var(${property})`;
  place.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** The theme is what the system has, or what the root element's attributes choose. */
function watchTheme(changed: () => void): () => void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const root = new MutationObserver(changed);
  root.observe(document.documentElement, { attributes: true });
  dark.addEventListener("change", changed);
  return () => {
    root.disconnect();
    dark.removeEventListener("change", changed);
  };
}
