/** How high each row of a timeline is: measured where it was drawn, guessed from its text until then. */

import type { Entry } from "../../state/reading/entry.ts";

/** Guesses, in pixels. They decide only how long the scroll bar is. */
const GUESS = { row: 30, line: 22, charactersInLine: 90, mostLines: 20 };

export class RowHeights {
  #keys: string[] = [];
  #heights: number[] = [];
  /** Where each row begins; right for the first `#summed` of them, and one more for the end. */
  #tops: number[] = [0];
  #summed = 0;

  get total(): number {
    return this.top(this.#keys.length);
  }

  /**
   * Takes the rows that there are now. How many were put in front of those that were there; undefined where more has
   * changed than that and what was added at the end.
   */
  sync(entries: readonly Entry[]): number | undefined {
    const shift = this.#keys.length === 0 ? 0 : entries.findIndex(({ key }) => key === this.#keys[0]);
    const end = shift + this.#keys.length;
    if (shift < 0 || end > entries.length || end > 0 && entries[end - 1]!.key !== this.#keys.at(-1)) {
      this.#rebuild(entries);
      return undefined;
    }
    if (shift > 0) this.#prepend(entries.slice(0, shift));
    for (let at = end; at < entries.length; at++) this.#append(entries[at]!);
    return shift;
  }

  /** Where the row begins, in pixels after the beginning of the first. */
  top(index: number): number {
    for (; this.#summed < index; this.#summed++) {
      this.#tops[this.#summed + 1] = this.#tops[this.#summed]! + this.#heights[this.#summed]!;
    }
    return this.#tops[index] ?? 0;
  }

  /** The row that covers this place. */
  indexAt(top: number): number {
    this.top(this.#keys.length);
    let from = 0;
    let to = this.#keys.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.#tops[middle + 1]! > top) to = middle;
      else from = middle + 1;
    }
    return Math.max(0, Math.min(from, this.#keys.length - 1));
  }

  measured(index: number, height: number): void {
    if (this.#heights[index] === height || index >= this.#heights.length) return;
    this.#heights[index] = height;
    this.#summed = Math.min(this.#summed, index);
  }

  #append(entry: Entry): void {
    this.#keys.push(entry.key);
    this.#heights.push(guess(entry));
  }

  #prepend(entries: readonly Entry[]): void {
    this.#keys = [...entries.map(({ key }) => key), ...this.#keys];
    this.#heights = [...entries.map(guess), ...this.#heights];
    this.#summed = 0;
  }

  #rebuild(entries: readonly Entry[]): void {
    const known = new Map(this.#keys.map((key, at) => [key, this.#heights[at]!]));
    this.#keys = entries.map(({ key }) => key);
    this.#heights = entries.map((entry) => known.get(entry.key) ?? guess(entry));
    this.#summed = 0;
  }
}

function guess({ text }: Entry): number {
  const lines = Math.ceil(text.length / GUESS.charactersInLine);
  return GUESS.row + GUESS.line * Math.min(Math.max(0, lines - 1), GUESS.mostLines);
}
