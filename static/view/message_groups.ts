/** Which messages stand together under one head: those of one sender within a few minutes of the first. */

import type { Entry } from "../state/entry.ts";
import { dayOf } from "./time.ts";

const GROUP_WITHIN_MS = 5 * 60_000;

/** The entry with which the group of each entry begins, so that a group is gone through once. */
const firsts = new WeakMap<Entry, Entry>();

/** Whether the entry stands under the head of one before it. */
export function isGrouped(entries: readonly Entry[], index: number): boolean {
  return index > 0 && belongsTogether(entries[index - 1]!, entries[index]!) &&
    firstOf(entries, index) !== entries[index];
}

export function beginsDay(entries: readonly Entry[], index: number): boolean {
  return index === 0 || dayOf(entries[index - 1]!.time) !== dayOf(entries[index]!.time);
}

function firstOf(entries: readonly Entry[], index: number): Entry {
  let at = index;
  while (at > 0 && !firsts.has(entries[at]!) && belongsTogether(entries[at - 1]!, entries[at]!)) at -= 1;
  let first = firsts.get(entries[at]!) ?? entries[at]!;
  for (; at <= index; at++) {
    const entry = entries[at]!;
    if (!firsts.has(entry)) {
      if (Date.parse(entry.time) - Date.parse(first.time) >= GROUP_WITHIN_MS) first = entry;
      firsts.set(entry, first);
    }
  }
  return first;
}

function belongsTogether(previous: Entry, entry: Entry): boolean {
  return previous.sender === entry.sender && previous.kind === entry.kind && entry.sender !== "" &&
    previous.stored === entry.stored && previous.state === entry.state &&
    dayOf(previous.time) === dayOf(entry.time);
}
