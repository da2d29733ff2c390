/** Keeps a scrolled list where its reader is: at the end while they are there, and otherwise on what they read. */

/** This close to the end counts as being there, in pixels. */
const AT_END_PX = 80;

export class ScrollKeeper {
  readonly #scroller: HTMLElement;
  readonly #resizes: ResizeObserver;
  #isAtEnd = true;
  /** The row at the top of the view, and how far from the view's top it was. */
  #anchor: { row: Element; top: number } | undefined;

  /** @param list the one child of `scroller`, whose children are the rows */
  constructor(scroller: HTMLElement, readonly list: HTMLElement) {
    this.#scroller = scroller;
    this.#resizes = new ResizeObserver(() => this.settle());
    this.#resizes.observe(scroller);
    this.#resizes.observe(list);
  }

  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  /** The reader scrolled. */
  scrolled(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    this.#isAtEnd = scrollHeight - scrollTop - clientHeight <= AT_END_PX;
    this.#remember();
  }

  /** Rows were added or changed their size: puts the view back to where it was. */
  settle(): void {
    if (this.#isAtEnd) this.#scroller.scrollTop = this.#scroller.scrollHeight;
    else if (this.#anchor?.row.isConnected) {
      this.#scroller.scrollTop += this.#topOf(this.#anchor.row) - this.#anchor.top;
    }
    this.#remember();
  }

  toEnd(): void {
    this.#isAtEnd = true;
    this.settle();
  }

  toRow(row: Element): void {
    this.#isAtEnd = false;
    row.scrollIntoView({ block: "center" });
    this.scrolled();
  }

  close(): void {
    this.#resizes.disconnect();
  }

  #remember(): void {
    const row = this.#firstVisible();
    this.#anchor = row && { row, top: this.#topOf(row) };
  }

  /** By halving: the rows are in order, and a long list would take long to go through. */
  #firstVisible(): Element | undefined {
    const rows = this.list.children;
    let from = 0;
    let to = rows.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      const row = rows[middle]!;
      if (this.#topOf(row) + row.clientHeight > 0) to = middle;
      else from = middle + 1;
    }
    return rows[from];
  }

  #topOf(row: Element): number {
    return row.getBoundingClientRect().top - this.#scroller.getBoundingClientRect().top;
  }
}
