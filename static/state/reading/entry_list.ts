/**
 * The entries of a timeline in their order. What comes live goes to the end in place: a message costs the same however
 * many are there already.
 */

import type { Entry } from "./entry.ts";

export class EntryList {
  #all: Entry[] = [];

  /** The same array while it grows: whoever keeps it sees what comes later. */
  get all(): readonly Entry[] {
    return this.#all;
  }

  /** The place of the stored message `seq`; -1 where it is not here. */
  indexOfSeq(seq: number): number {
    const at = lowerBound(this.#all, seq);
    return this.#all[at]?.order === seq ? at : -1;
  }

  /** The last entry that has no place in the log yet and for which `test` holds: these stand at the end. */
  findUnplaced(test: (entry: Entry) => boolean): Entry | undefined {
    for (let at = this.#all.length - 1; at >= 0; at--) {
      const entry = this.#all[at]!;
      if (entry.order !== Infinity) return undefined;
      if (test(entry)) return entry;
    }
    return undefined;
  }

  get lastSeq(): number {
    return this.#all.findLast((entry) => entry.seq !== undefined)?.seq ?? 0;
  }

  /** After all that stands at the same place already. */
  insert(entry: Entry): void {
    const last = this.#all.at(-1);
    if (!last || last.order <= entry.order) this.#all.push(entry);
    else this.#all.splice(upperBound(this.#all, entry.order), 0, entry);
  }

  insertAll(entries: readonly Entry[]): void {
    if (entries.length < 2) return entries.forEach((entry) => this.insert(entry));
    const last = this.#all.at(-1);
    if (!last || last.order <= entries[0]!.order) { for (const entry of entries) this.#all.push(entry); }
    else this.reset([...this.#all, ...entries]);
  }

  /** Puts `entry` in the place of `known`, or where its own order says. */
  replace(known: Entry, entry: Entry): void {
    const at = indexOfEntry(this.#all, known);
    if (at < 0) return;
    if (known.order === entry.order) this.#all[at] = entry;
    else {
      this.#all.splice(at, 1);
      this.insert(entry);
    }
  }

  /** Sorting is stable: what has no place yet keeps the order in which it came. */
  reset(entries: Entry[]): void {
    this.#all = entries.sort((a, b) => a.order === b.order ? 0 : a.order - b.order);
  }
}

/** By its order, and by its key among those that have the same order; -1 where it is not there. */
export function indexOfEntry(all: readonly Entry[], { key, order }: Pick<Entry, "key" | "order">): number {
  for (let at = lowerBound(all, order); all[at]?.order === order; at++) {
    if (all[at]!.key === key) return at;
  }
  return -1;
}

/** The first place whose order is not before `order`. */
export function lowerBound(all: readonly Entry[], order: number): number {
  return firstWhere(all, (entry) => entry.order >= order);
}

function upperBound(all: readonly Entry[], order: number): number {
  return firstWhere(all, (entry) => entry.order > order);
}

/** By halving: once `test` holds, it holds for all that follow. */
function firstWhere(all: readonly Entry[], test: (entry: Entry) => boolean): number {
  let from = 0;
  let to = all.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (test(all[middle]!)) to = middle;
    else from = middle + 1;
  }
  return from;
}
