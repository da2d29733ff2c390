/** Long messages are folded: which are, and which the reader has opened. It stays so while a row is out of view. */

import { Recent } from "../text/recent.ts";

/** What is higher is folded, in lines; to fewer, so that unfolding is worth it. The style sheet has the number of those. */
const FOLD_ABOVE_LINES = 26;
/** Shorter texts cannot be so high, and need not be measured. */
const MEASURE_FROM = { characters: 600, lines: 18 };
const MOST_KEPT = 2_000;

/** `none`: it is not high enough. */
export type Fold = "none" | "folded" | "open";

/** By the key of the entry. */
export const folds = new Recent<Fold>(MOST_KEPT);

export function mayBeTall(text: string): boolean {
  if (text.length > MEASURE_FROM.characters) return true;
  return text.split("\n", MEASURE_FROM.lines + 1).length > MEASURE_FROM.lines;
}

export function isTall(body: HTMLElement): boolean {
  return body.scrollHeight > FOLD_ABOVE_LINES * parseFloat(getComputedStyle(body).lineHeight);
}

/** The Tab key does not lead to what the fold hides; it is read aloud all the same. */
export function skipHidden(body: HTMLElement, isFolded: boolean): void {
  const bottom = body.getBoundingClientRect().bottom;
  for (const control of body.querySelectorAll<HTMLElement>("a, button, [tabindex]")) {
    if (isFolded && control.getBoundingClientRect().top >= bottom) control.tabIndex = -1;
    else if (control.tabIndex < 0) control.tabIndex = 0;
  }
}
