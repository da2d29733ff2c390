/** The chart of a device's readings: drawn once its code is there, read point by point with the pointer or the arrow keys. */

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { gapsIn, type Reading } from "../../state/services/reading_values.ts";
import type { Chart, ChartData } from "./chart.ts";
import { momentWords } from "./reading_words.ts";
import { visible } from "../text/visible_text.ts";

interface ReadingChartProps {
  name: string;
  /** Those that are shown, with a number each, oldest first. */
  readings: readonly Reading[];
  /** Milliseconds since 1970. */
  from: number;
  to: number;
  /** What the chart shows, in words. */
  summary: string;
}

export function ReadingChart({ name, readings, from, to, summary }: ReadingChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart | null>(null);
  /** The seq of the reading that is pointed at. */
  const pointed = useSignal<number | undefined>(undefined);
  const { data, indexes } = dataOf(readings, from, to);
  const latest = useRef({ data, indexes, readings });
  latest.current = { data, indexes, readings };
  const current = placeOf(readings, pointed.value);

  useEffect(() => {
    let isGone = false;
    void import("./chart.ts").then(({ drawChart }) => {
      if (isGone) return;
      chart.current = drawChart(place.current!, latest.current.data, (index) => {
        const { indexes, readings } = latest.current;
        pointed.value = index === undefined ? undefined : readings[indexes.indexOf(index)]?.seq;
      });
    }, () => {});
    return () => {
      isGone = true;
      chart.current?.close();
    };
  }, []);
  useEffect(() => {
    chart.current?.show(data);
    chart.current?.point(current === undefined ? undefined : indexes[current]);
  }, [readings.at(-1)?.seq, readings.length, from, to]);

  const at = current === undefined ? undefined : readings[current];
  const point = (index: number) => {
    const next = Math.max(0, Math.min(readings.length - 1, index));
    pointed.value = readings[next]!.seq;
    chart.current?.point(indexes[next]);
  };
  const leave = () => {
    pointed.value = undefined;
    chart.current?.point(undefined);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    // Keys can be faster than the drawing of the page.
    const here = placeOf(readings, pointed.value) ?? readings.length;
    const target = TARGETS[event.key]?.(here, readings.length);
    if (target !== undefined) {
      event.preventDefault();
      point(target);
    } else if (event.key === "Escape" && current !== undefined) {
      event.stopPropagation();
      leave();
    }
  };
  const shown = at ?? readings.at(-1);
  return (
    <figure class="chart">
      <div
        class="chart-plot"
        ref={place}
        role="slider"
        tabIndex={0}
        aria-label={`Chart of ${name}`}
        aria-orientation="horizontal"
        aria-valuemin={1}
        aria-valuemax={readings.length}
        aria-valuenow={(current ?? readings.length - 1) + 1}
        aria-valuetext={shown && `${visible(shown.text)}, ${momentWords(shown.at)}`}
        onKeyDown={onKeyDown}
        onBlur={leave}
      />
      <figcaption class="chart-words quiet">
        {at
          ? (
            <>
              <strong class="chart-value">{visible(at.text)}</strong> {momentWords(at.at)}
            </>
          )
          : summary}
      </figcaption>
    </figure>
  );
}

function placeOf(readings: readonly Reading[], wanted: number | undefined): number | undefined {
  const place = readings.findIndex(({ seq }) => seq === wanted);
  return place < 0 ? undefined : place;
}

const TARGETS: Readonly<Record<string, (current: number, count: number) => number>> = {
  ArrowLeft: (current) => current - 1,
  ArrowRight: (current) => current + 1,
  ArrowDown: (current) => current - 1,
  ArrowUp: (current) => current + 1,
  PageDown: (current) => current - 10,
  PageUp: (current) => current + 10,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** The readings as the chart takes them, with a hole before each that came after a gap; `indexes` says where each stands. */
function dataOf(
  readings: readonly Reading[],
  from: number,
  to: number,
): { data: ChartData; indexes: readonly number[] } {
  const gaps = gapsIn(readings);
  const times: number[] = [];
  const values: (number | null)[] = [];
  const indexes: number[] = [];
  for (const reading of readings) {
    const time = reading.at / 1000;
    if (gaps.has(reading)) {
      times.push((times.at(-1)! + time) / 2);
      values.push(null);
    }
    indexes.push(times.length);
    times.push(time);
    values.push(reading.value!);
  }
  const numbers = readings.map(({ value }) => value!);
  const low = numbers.reduce((a, b) => Math.min(a, b));
  const high = numbers.reduce((a, b) => Math.max(a, b));
  return { data: { times, values, from: from / 1000, to: to / 1000, low, high }, indexes };
}
