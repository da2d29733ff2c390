/** Which messages stand together under one head: those of one sender within the same ten minutes of the clock. */

import type { Entry } from "../../state/reading/entry.ts";
import { dayOf } from "../text/time.ts";

/** By the clock and not by the first message: what is loaded before a message later gives it no head, and takes none from it. */
const SPAN_MS = 10 * 60_000;

/** Whether the entry stands under the head of one before it. */
export function isGrouped(entries: readonly Entry[], index: number): boolean {
  return index > 0 && belongsTogether(entries[index - 1]!, entries[index]!);
}

export function beginsDay(entries: readonly Entry[], index: number): boolean {
  return index === 0 || dayOf(entries[index - 1]!.time) !== dayOf(entries[index]!.time);
}

function belongsTogether(previous: Entry, entry: Entry): boolean {
  return previous.sender === entry.sender && previous.kind === entry.kind && entry.sender !== "" &&
    previous.stored === entry.stored && previous.state === entry.state &&
    spanOf(previous) === spanOf(entry) && dayOf(previous.time) === dayOf(entry.time);
}

function spanOf({ time }: Entry): number {
  return Math.floor(Date.parse(time) / SPAN_MS);
}
