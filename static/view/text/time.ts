/** Times as the reader's own place and language write them. */

import { onDemand } from "./on_demand.ts";

const clock = formatter({ hour: "numeric", minute: "2-digit" });
const day = formatter({ weekday: "long", day: "numeric", month: "long" });
const dayAndYear = formatter({ dateStyle: "long" });
const full = formatter({ dateStyle: "full", timeStyle: "medium" });

let lastShort = { minute: "", text: "" };
let lastFull = { second: "", text: "" };

/** The days of the minutes that were asked for. */
const days = new Map<string, string>();
const MOST_DAYS = 5_000;

export function clockTime(time: string): string {
  return format(clock, time);
}

/** Without AM or PM, for where there is little room and the times around it are known. Messages of one minute share it. */
export function shortTime(time: string): string {
  const minute = time.slice(0, 16);
  if (lastShort.minute !== minute) lastShort = { minute, text: makeShortTime(time) };
  return lastShort.text;
}

function makeShortTime(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return "";
  const parts = clock().formatToParts(date).filter(({ type }) => type !== "dayPeriod");
  return parts.map(({ value }) => value).join("").trim();
}

/** Messages of one second share it. */
export function fullTime(time: string): string {
  const second = time.slice(0, 19);
  if (lastFull.second !== second) lastFull = { second, text: format(full, time) };
  return lastFull.text;
}

export function dayName(time: string): string {
  const then = new Date(time);
  const today = new Date();
  const yesterday = new Date(today);
  yesterday.setDate(today.getDate() - 1);
  if (then.toDateString() === today.toDateString()) return "Today";
  if (then.toDateString() === yesterday.toDateString()) return "Yesterday";
  return format(then.getFullYear() === today.getFullYear() ? day : dayAndYear, time);
}

/** What all times of one day, where the reader is, have in common. Asked for every message each time one comes, so kept. */
export function dayOf(time: string): string {
  const minute = time.slice(0, 16);
  const known = days.get(minute);
  if (known !== undefined) return known;
  if (days.size > MOST_DAYS) days.clear();
  const day = new Date(time).toDateString();
  days.set(minute, day);
  return day;
}

function formatter(options: Intl.DateTimeFormatOptions): () => Intl.DateTimeFormat {
  return onDemand(() => new Intl.DateTimeFormat(undefined, options));
}

/** A time that is none (it comes from outside) shows as nothing. */
function format(formatter: () => Intl.DateTimeFormat, time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? "" : formatter().format(date);
}
