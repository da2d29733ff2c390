/** What a device published, as values over time. */

import type { Envelope, Metadata } from "../../../protocol/message.ts";

export interface Reading {
  readonly seq: number;
  /** RFC 3339, UTC. */
  readonly time: string;
  /** The same in milliseconds since 1970. */
  readonly at: number;
  readonly text: string;
  /** Missing where what was published is no number. */
  readonly value: number | undefined;
  readonly unit: string;
}

/** Numbers that say something about others, and are not the value. */
const NOT_THE_VALUE = new Set(["low", "high", "lowest", "highest", "min", "max"]);
const NUMBER_WITH_UNIT = /^\s*([-+\u2212]?\d{1,15}(?:[.,]\d{1,15})?)\s*([^\s\d]{0,8})\s*$/;
const LONGEST_UNIT = 8;
/** Readings that tell how often one comes. */
const RECENT = 50;
/** A reading may be late by so much of the usual time between two, and a few seconds, before there is a gap. */
const LATE = { times: 2.5, ms: 3_000 };
/** The trend is read off so many readings. */
const TREND_READINGS = 6;
/** Less of a change than this part of what was seen is none. */
const STEADY = 0.04;
/** Room above and below the values of a chart, as a part of their span. */
const PADDING = 0.12;
/** A span that is a smaller part of the values is none: their steps are too coarse for marks between them. */
const FINEST = 1e-9;

export function readingOf({ seq = 0, timestamp, message, metadata }: Envelope): Reading {
  const said = NUMBER_WITH_UNIT.exec(message);
  const value = valueIn(metadata) ??
    (said ? Number(said[1]!.replace(",", ".").replace("\u2212", "-")) : undefined);
  const unit = typeof metadata.unit === "string" ? metadata.unit.slice(0, LONGEST_UNIT) : said?.[2] ?? "";
  return { seq, time: timestamp, at: Date.parse(timestamp), text: message, value, unit };
}

/** The one number that there is. */
function valueIn(metadata: Metadata): number | undefined {
  const { value } = metadata;
  if (typeof value === "number") return value;
  const numbers = Object.entries(metadata).filter(([key, each]) =>
    typeof each === "number" && !NOT_THE_VALUE.has(key)
  );
  return numbers.length === 1 ? numbers[0]![1] as number : undefined;
}

/** The usual time between two readings, in milliseconds; undefined where too few are known. */
export function intervalOf(readings: readonly Reading[]): number | undefined {
  const recent = readings.slice(-RECENT);
  const waits = recent.slice(1).map(({ at }, i) => at - recent[i]!.at).sort((a, b) => a - b);
  return waits.length < 2 ? undefined : waits[waits.length >> 1];
}

/** For how long after a reading the next may be waited for, in milliseconds. */
export function patienceOf(intervalMs: number): number {
  return intervalMs * LATE.times + LATE.ms;
}

/** Where nothing came for too long: pairs of the readings before and after. */
export function gapsIn(readings: readonly Reading[]): ReadonlySet<Reading> {
  const interval = intervalOf(readings);
  if (interval === undefined) return new Set();
  const patience = patienceOf(interval);
  return new Set(readings.filter(({ at }, i) => i > 0 && at - readings[i - 1]!.at > patience));
}

export interface Summary {
  readonly count: number;
  readonly lowest: number;
  readonly highest: number;
  readonly mean: number;
  readonly gaps: number;
  readonly first: Reading;
  readonly last: Reading;
}

/** Undefined where there is no number among them. */
export function summaryOf(readings: readonly Reading[]): Summary | undefined {
  const values = readings.flatMap(({ value }) => value ?? []);
  if (values.length === 0) return undefined;
  return {
    count: readings.length,
    lowest: values.reduce((a, b) => Math.min(a, b)),
    highest: values.reduce((a, b) => Math.max(a, b)),
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    gaps: gapsIn(readings).size,
    first: readings[0]!,
    last: readings.at(-1)!,
  };
}

export interface Trend {
  readonly direction: "rising" | "falling" | "steady";
  readonly change: number;
  readonly overMs: number;
}

export function trendOf(readings: readonly Reading[]): Trend | undefined {
  const numbers = readings.slice(-RECENT).filter(({ value }) => value !== undefined);
  const last = numbers.at(-1);
  const before = numbers.at(-Math.min(TREND_READINGS, numbers.length));
  if (!last || !before || before === last) return undefined;
  const values = numbers.map(({ value }) => value!);
  const span = Math.max(...values) - Math.min(...values);
  const change = last.value! - before.value!;
  const isSteady = Math.abs(change) <= span * STEADY;
  return {
    direction: isSteady ? "steady" : change > 0 ? "rising" : "falling",
    change,
    overMs: last.at - before.at,
  };
}

/** As many digits behind the point as the device gives, at most three. */
export function digitsOf(readings: readonly Reading[]): number {
  const digits = readings.slice(-RECENT).map(({ text, value }) => {
    const written = NUMBER_WITH_UNIT.exec(text)?.[1] ?? String(value ?? "");
    return written.split(/[.,]/)[1]?.length ?? 0;
  });
  return Math.min(3, Math.max(0, ...digits));
}

/** What a chart shows of its values, from where to where. A line that never changes stands in the middle. */
export function chartRange(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [0, 1];
  const size = Math.max(Math.abs(low), Math.abs(high));
  const span = high - low;
  const room = span > size * FINEST ? span * PADDING : Math.max(size * 0.01, 0.5);
  return [low - room, high + room];
}
