/** A chart of readings over time, drawn by uPlot in the colours of the theme. Loaded only where it is shown. */

import uPlot from "uplot";
import { chartRange } from "../../state/services/reading_values.ts";

export interface ChartData {
  /** Seconds since 1970, rising. */
  readonly times: number[];
  /** null where no reading came: the line has a gap there. */
  readonly values: (number | null)[];
  /** What is shown, in seconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** The lowest and the highest value that is shown. */
  readonly low: number;
  readonly high: number;
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
  let pointed: number | undefined;
  let chart = make();
  const redraw = () => {
    chart.destroy();
    chart = make();
  };
  const leave = () => {
    pointed = undefined;
    onPoint(undefined);
  };
  place.addEventListener("pointerleave", leave);
  const resized = new ResizeObserver(() => chart.setSize(sizeOf(place)));
  resized.observe(place);
  const stopWatching = watchTheme(redraw);

  function make(): uPlot {
    const byPointer = (index: number | undefined) => {
      pointed = undefined;
      onPoint(index);
    };
    const options = optionsOf(place, () => data, byPointer);
    // Where a point stands is known once its axes are drawn, each time anew.
    const draw = [...options.hooks?.draw ?? [], () => pointed !== undefined && point(pointed)];
    return new uPlot({ ...options, hooks: { ...options.hooks, draw } }, [data.times, data.values], place);
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
  const fontSize = lengthOf(place, "--text-2xs");
  const axis = { stroke: ink, grid, ticks: { show: false }, font: `${fontSize}px ${fontFamily}` };
  return {
    ...sizeOf(place),
    padding: [8, 2 * fontSize, 0, 0],
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
        size: 2.5 * fontSize,
        space: 6.5 * fontSize,
        values: (_, splits, __, ___, step) => splits.map((at) => timeLabel(at, step)),
      },
      { ...axis, size: 4 * fontSize, space: 2.2 * fontSize, gap: 4 },
    ],
    series: [{}, {
      stroke: line,
      fill: ({ ctx, bbox }) => fade(ctx, line, bbox),
      width: 2,
      spanGaps: false,
      points: {
        size: 5,
        fill: line,
        show: (chart) => chart.bbox.width / devicePixelRatio / Math.max(1, countShown(data())) > DOT_SPACE_PX,
      },
    }],
    hooks: {
      drawClear: [(chart) => drawRange(chart, data(), line)],
      draw: [(chart) => drawLatest(chart, data(), { line, rim: colour(place, "--surface") })],
      setCursor: [({ cursor }) => {
        const isPointer = (cursor.left ?? -1) >= 0 && Boolean(cursor.event);
        if (isPointer) onPoint(nearest(data(), cursor.idx));
      }],
    },
  };
}

/** @param line as the browser computes it: `rgb(…)` */
function fade(ctx: CanvasRenderingContext2D, line: string, { top, height }: uPlot.BBox): CanvasGradient {
  const gradient = ctx.createLinearGradient(0, top, 0, top + height);
  for (const [at, alpha] of [[0, 0.28], [1, 0.02]] as const) {
    gradient.addColorStop(at, line.replace(/^rgb\((.+)\)$/, `rgba($1, ${alpha})`));
  }
  return gradient;
}

/** Where the line has come to. */
function drawLatest(
  { ctx, valToPos }: uPlot,
  { times, values }: ChartData,
  { line, rim }: { line: string; rim: string },
): void {
  const [time, value] = [times.at(-1), values.at(-1)];
  if (time === undefined || typeof value !== "number") return;
  ctx.save();
  ctx.beginPath();
  ctx.arc(valToPos(time, "x", true), valToPos(value, "y", true), 4 * devicePixelRatio, 0, 2 * Math.PI);
  ctx.fillStyle = line;
  ctx.fill();
  ctx.strokeStyle = rim;
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.stroke();
  ctx.restore();
}

/** From the lowest to the highest value. */
function drawRange({ ctx, bbox, valToPos }: uPlot, { low, high }: ChartData, edge: string): void {
  const top = valToPos(high, "y", true);
  const bottom = valToPos(low, "y", true);
  ctx.save();
  ctx.strokeStyle = edge;
  ctx.globalAlpha = 0.5;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([2 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  for (const y of [top, bottom]) {
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
  }
  ctx.stroke();
  ctx.restore();
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

/** A custom property, as the length in pixels that it means here and now. */
function lengthOf(place: HTMLElement, property: string): number {
  const probe = document.createElement("i");
  probe.style.fontSize = `var(${property})`;
  place.append(probe);
  const { fontSize } = getComputedStyle(probe);
  probe.remove();
  return parseFloat(fontSize);
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
  // A theme's own font comes when it is first used.
  document.fonts.addEventListener("loadingdone", changed);
  return () => {
    root.disconnect();
    document.fonts.removeEventListener("loadingdone", changed);
    dark.removeEventListener("change", changed);
  };
}
