/** Readings in words: when, how long, how much. */

import { digitsOf, type Reading, type Summary, type Trend } from "../../state/services/reading_values.ts";
import { onDemand } from "../text/on_demand.ts";
import { visible } from "../text/visible_text.ts";

const time = onDemand(() =>
  new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit", second: "2-digit" })
);
const dayAndTime = onDemand(() =>
  new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" })
);

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `at 12:31:05`, with the day where that is not today. */
export function momentWords(at: number): string {
  const isToday = new Date(at).toDateString() === new Date().toDateString();
  return isToday ? `at ${time().format(at)}` : `on ${dayAndTime().format(at)}`;
}

export function timeWords(at: number): string {
  return time().format(at);
}

export function durationWords(ms: number): string {
  for (const [unit, words] of [[DAY_MS, "day"], [HOUR_MS, "hour"], [MINUTE_MS, "minute"]] as const) {
    if (ms >= 1.5 * unit || unit === MINUTE_MS && ms >= unit) return counted(Math.round(ms / unit), words);
  }
  return counted(Math.max(1, Math.round(ms / SECOND_MS)), "second");
}

export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

/** A number as the device writes its own. */
function valueWords(value: number, readings: readonly Reading[]): string {
  const unit = readings.at(-1)?.unit ?? "";
  return `${value.toFixed(digitsOf(readings))}${unit === "" ? "" : `\u00a0${visible(unit)}`}`;
}

export function summaryWords(summary: Summary, readings: readonly Reading[]): string {
  const { count, lowest, highest, gaps, first, last } = summary;
  const gapWords = gaps === 0 ? "" : ` Nothing came in ${gaps === 1 ? "1 gap" : `${gaps} gaps`}.`;
  const span = count === 1 ? "" : ` in ${durationWords(last.at - first.at)}`;
  return `${counted(count, "reading")}${span}: from ${valueWords(lowest, readings)} to ${
    valueWords(highest, readings)
  }.${gapWords}`;
}

export function trendWords({ direction, change, overMs }: Trend, readings: readonly Reading[]): string {
  if (direction === "steady") return "steady";
  const sign = change > 0 ? "+" : "\u2212";
  return `${direction}, ${sign}${valueWords(Math.abs(change), readings)} in ${durationWords(overMs)}`;
}
