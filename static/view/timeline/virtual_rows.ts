/**
 * A long list of which only the rows around the view are in the document. The view stays on what is read: at the end
 * while the reader is there, and otherwise on the row at its top, whatever is added, let go or changes its height. The
 * place is kept by that row itself, so wrong guesses of the heights of other rows move nothing.
 */

import type { Entry } from "../../state/reading/entry.ts";
import { indexOfEntry, lowerBound } from "../../state/reading/entry_list.ts";
import { RowHeights } from "./row_heights.ts";

/** This close to the end counts as being there, in pixels. */
const AT_END_PX = 24;
/** Rows are drawn so far outside of the view, in heights of the view; and drawn anew when less than this is left: a few at a time. */
const AROUND = 1.5;
const LEAST_AROUND = 1.2;
/** While more comes at once than half of the view holds: nobody scrolls back within so short a time. */
const AROUND_IN_HURRY = 0.25;
/** After so long without that the other rows around the view are drawn too. */
const QUIET_MS = 800;
/** While the end is followed, rows above are let go when so many more heights of the view are drawn than have to be. */
const SPARE_AT_END = 1;
/** Until the list is in the document. */
const USUAL_VIEW_PX = 800;

/** Rows from `from` to before `to`, and the height of what is left out before them. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly above: number;
}

type Place = { readonly at: "end" } | {
  readonly at: "row";
  readonly row: Pick<Entry, "key" | "order">;
  /** From the top of the view to that of the row, in pixels. */
  readonly top: number;
};

interface Row {
  readonly index: number;
  readonly entry: Entry;
  readonly top: number;
  readonly bottom: number;
  readonly element: Element;
}

interface Window {
  readonly from: number;
  readonly to: number;
}

interface Elements {
  readonly scroller: HTMLElement;
  /** Its children are spacers, rows (dividers that belong to a row before it), and what stands above all rows. */
  readonly list: HTMLElement;
}

export class VirtualRows {
  readonly #heights = new RowHeights();
  readonly #redraw: () => void;
  #elements: Elements | undefined;
  #resizes: ResizeObserver | undefined;
  #entries: readonly Entry[] = [];
  /** How many entries there were when they were drawn: the array grows in place. */
  #count = 0;
  #drawn: ReadonlyMap<number, Entry> = new Map();
  #place: Place = { at: "end" };
  /** Where the list stood when that was last looked at. */
  #scrollTop = 0;
  /** From when it is planned until it is settled: scripts run for as long, so it is never the reader who scrolls. */
  #isDrawing = false;
  /** Of the view and the list, when the rows were last put in their places. */
  #settledSizes = "";
  /** The next drawing goes to the place, from wherever the list stands. */
  #isOnTheWay = false;
  #window = { from: 0, to: 0 };
  /** Runs while much comes at once. */
  #hurry: ReturnType<typeof setTimeout> | undefined;
  /** What is in the document, as it was last measured. */
  #rows: readonly Row[] = [];

  /** @param redraw has `plan` called again, and what it says drawn */
  constructor(redraw: () => void) {
    this.#redraw = redraw;
  }

  attach(scroller: HTMLElement, list: HTMLElement): void {
    this.#elements = { scroller, list };
    this.#resizes = new ResizeObserver(() => {
      if (this.#sizes() !== this.#settledSizes) this.settle();
    });
    this.#resizes.observe(scroller);
    this.#resizes.observe(list);
  }

  close(): void {
    clearTimeout(this.#hurry);
    this.#resizes?.disconnect();
  }

  get isAtEnd(): boolean {
    return this.#place.at === "end";
  }

  /** Much comes at once: what was drawn is soon replaced. */
  get isHurried(): boolean {
    return this.#hurry !== undefined;
  }

  /** The height of the view, in pixels. */
  get view(): number {
    return this.#elements?.scroller.clientHeight || USUAL_VIEW_PX;
  }

  /** The first row of which something is in view. */
  get firstVisible(): number {
    return this.#rows.find(({ bottom }) => bottom > 0)?.index ?? 0;
  }

  /** The newest message of which the end was in view or above it. */
  get lastSeenSeq(): number {
    const seen = this.#rows.findLast(({ bottom, entry }) =>
      bottom <= this.view + 1 && entry.seq !== undefined
    );
    return seen?.entry.seq ?? 0;
  }

  /** What is to be drawn: the rows around the view, and the one that has the focus. */
  plan(entries: readonly Entry[]): { readonly spans: readonly Span[]; readonly below: number } {
    this.#takeUntoldScroll();
    this.#isDrawing = true;
    this.#entries = entries;
    const shift = this.#heights.sync(entries);
    const kept = shift === undefined ? undefined : {
      from: this.#window.from + shift,
      to: this.#window.to + shift,
    };
    this.#count = entries.length;
    this.#noteHurry(kept);
    this.#window = this.#nextWindow(kept);
    const plan = this.#spans(this.#focused());
    this.#drawn = new Map(
      plan.spans.flatMap(({ from, to }) =>
        entries.slice(from, to).map((entry, at) => [from + at, entry] as const)
      ),
    );
    return plan;
  }

  /** The rows were drawn, or have changed their size: puts the view back to where it was. */
  settle(): void {
    if (!this.#elements) return;
    const { scroller } = this.#elements;
    // Rows that are measured before others have their words make the list shorter, and the browser scrolls.
    if (!this.#isDrawing) this.#takeUntoldScroll();
    this.#isDrawing = false;
    this.#measure();
    const before = scroller.scrollTop;
    if (this.#place.at === "end") scroller.scrollTop = scroller.scrollHeight;
    else {
      const { row: { key }, top } = this.#place;
      const row = this.#rows.find(({ entry }) => entry.key === key);
      if (row && Math.abs(row.top - top) > 0.5) scroller.scrollTop += row.top - top;
    }
    this.#shift(scroller.scrollTop - before);
    if (this.#place.at === "row") this.#remember();
    // No scroll event tells it where nothing scrolls.
    if (this.#allFits()) this.#place = { at: "end" };
    this.#scrollTop = scroller.scrollTop;
    this.#settledSizes = this.#sizes();
    this.#drawWhatIsMissing();
  }

  /** The reader scrolled. */
  scrolled(): void {
    if (!this.#elements) return;
    const { scrollHeight, scrollTop, clientHeight } = this.#elements.scroller;
    // The end was gone to here.
    if (this.isAtEnd && scrollTop === this.#scrollTop) return;
    this.#scrollTop = scrollTop;
    this.#measure();
    const isAtEnd = scrollHeight - scrollTop - clientHeight <= AT_END_PX &&
      this.#window.to === this.#count;
    if (isAtEnd) this.#place = { at: "end" };
    else this.#remember();
    this.#drawWhatIsMissing();
  }

  toEnd(): void {
    this.#place = { at: "end" };
    this.#redraw();
  }

  /** Shows this row so far below the top of the view; to be followed by a drawing. */
  toRow({ key, order }: Entry, top: number): void {
    this.#isOnTheWay = true;
    this.#place = { at: "row", row: { key, order }, top };
  }

  #noteHurry(kept: Window | undefined): void {
    if (!this.isAtEnd || !kept || kept.to === kept.from || this.#focused() >= 0) return;
    const fresh = this.#heights.total - this.#heights.top(kept.to);
    if (fresh < this.view / 2) return;
    clearTimeout(this.#hurry);
    this.#hurry = setTimeout(() => {
      this.#hurry = undefined;
      this.#redraw();
    }, QUIET_MS);
  }

  #windowAtEnd(kept: Window | undefined): Window {
    const to = this.#count;
    const around = this.isHurried ? AROUND_IN_HURRY : AROUND;
    const drawn = kept && this.#heights.total - this.#heights.top(kept.from);
    const isEnough = drawn !== undefined && drawn >= this.view * (1 + around / 2);
    if (kept && isEnough && drawn <= this.view * (1 + around + SPARE_AT_END)) return { from: kept.from, to };
    return { from: this.#heights.indexAt(this.#heights.total - this.view * (1 + around)), to };
  }

  #windowAround(kept: Window | undefined): Window {
    const top = this.#topOfView();
    const isIn = (from: number, to: number, around: number) =>
      (from === 0 || this.#heights.top(from) <= top - around) &&
      (to >= this.#count || this.#heights.top(to) >= top + this.view + around);
    if (kept && kept.to > kept.from && isIn(kept.from, kept.to, this.view * LEAST_AROUND)) return kept;
    return {
      from: this.#heights.indexAt(top - this.view * AROUND),
      to: Math.min(this.#count, this.#heights.indexAt(top + this.view * (1 + AROUND)) + 1),
    };
  }

  /** Where the view begins, by the heights that are known. */
  #topOfView(): number {
    if (this.#place.at === "end") return this.#heights.total - this.view;
    const { row, top } = this.#place;
    return this.#heights.top(this.#indexOf(row)) - top;
  }

  /** A row that is gone, or that has got its place in the log, leaves its neighbour. */
  #indexOf(row: Pick<Entry, "key" | "order">): number {
    const index = indexOfEntry(this.#entries, row);
    if (index >= 0) return index;
    return Math.max(0, Math.min(lowerBound(this.#entries, row.order), this.#entries.length - 1));
  }

  #spans(focused: number): { spans: Span[]; below: number } {
    const { from, to } = this.#window;
    const windows = focused < 0 || focused >= from && focused < to
      ? [{ from, to }]
      : [{ from, to }, { from: focused, to: focused + 1 }].sort((a, b) => a.from - b.from);
    let end = 0;
    const spans = windows.map((each) => {
      const above = this.#heights.top(each.from) - this.#heights.top(end);
      end = each.to;
      return { ...each, above };
    });
    return { spans, below: this.#heights.total - this.#heights.top(end) };
  }

  /** The row that has the keyboard's focus stays in the document, or the focus would be lost. */
  #focused(): number {
    const active = document.activeElement;
    if (!active || !this.#elements?.list.contains(active)) return -1;
    const row = this.#rows.find(({ element }) => element.contains(active));
    return row ? indexOfEntry(this.#entries, row.entry) : -1;
  }

  #nextWindow(kept: Window | undefined): Window {
    return this.isAtEnd ? this.#windowAtEnd(kept) : this.#windowAround(kept);
  }

  /** The rows are about to be put where they were: by then the reader can have scrolled without the event having come. */
  #takeUntoldScroll(): void {
    const isOnTheWay = this.#isOnTheWay;
    this.#isOnTheWay = false;
    if (!this.#elements) return;
    const { scrollTop, scrollHeight, clientHeight } = this.#elements.scroller;
    const moved = scrollTop - this.#scrollTop;
    this.#scrollTop = scrollTop;
    // Where there is less to scroll than there was, it is the browser that moved.
    const isCutShort = moved < 0 && scrollTop >= scrollHeight - clientHeight - 1;
    if (isOnTheWay || isCutShort) return;
    if (this.#place.at === "row") this.#place = { ...this.#place, top: this.#place.top - moved };
    else if (moved < -AT_END_PX) {
      this.#measure();
      this.#remember();
    }
  }

  #drawWhatIsMissing(): void {
    const { from, to } = this.#nextWindow(this.#window);
    if (from !== this.#window.from || to !== this.#window.to) this.#redraw();
  }

  /** The row at the top of the view; where the reader went beyond what is drawn, the one that is to be there. */
  #remember(): void {
    const visible = this.#rows.find(({ bottom, top }) => bottom > 0 && top < this.view);
    if (visible) this.#place = { at: "row", row: visible.entry, top: visible.top };
    else if (this.#entries.length > 0) {
      const top = -this.#beginning();
      const index = this.#heights.indexAt(top);
      this.#place = { at: "row", row: this.#entries[index]!, top: this.#heights.top(index) - top };
    }
  }

  /** From the top of the view to where the rows begin. */
  #beginning(): number {
    const { scroller, list } = this.#elements!;
    const spacer = list.querySelector("[data-from]");
    return (spacer?.getBoundingClientRect().top ?? 0) - scroller.getBoundingClientRect().top;
  }

  #allFits(): boolean {
    const { scrollHeight, clientHeight } = this.#elements!.scroller;
    return scrollHeight <= clientHeight && this.#window.from === 0 && this.#window.to === this.#count;
  }

  /** The list was scrolled by so much since it was measured. */
  #shift(by: number): void {
    if (by === 0) return;
    this.#rows = this.#rows.map((row) => ({ ...row, top: row.top - by, bottom: row.bottom - by }));
  }

  #sizes(): string {
    const { scroller, list } = this.#elements!;
    const { width, height } = list.getBoundingClientRect();
    return `${scroller.clientHeight} ${width} ${height}`;
  }

  #measure(): void {
    const { scroller, list } = this.#elements!;
    const zero = scroller.getBoundingClientRect().top;
    const rows: Row[] = [];
    let index = -1;
    let top = 0;
    for (const element of list.children) {
      const bottom = element.getBoundingClientRect().bottom - zero;
      const from = element.getAttribute("data-from");
      if (from !== null) {
        index = Number(from);
        top = bottom;
      } else if (index >= 0 && !element.classList.contains("divider")) {
        const entry = this.#drawn.get(index);
        if (!entry) break;
        rows.push({ index, entry, top, bottom, element });
        this.#heights.measured(index, bottom - top);
        index += 1;
        top = bottom;
      }
    }
    this.#rows = rows;
  }
}
