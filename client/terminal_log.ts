/** What is about to be printed: gathered for a moment, so that a burst costs one redraw, and put in the order of the log. */

export class LogQueue {
  #items: { readonly text: string; readonly seq: number | undefined }[] = [];
  /** The highest that waits; 0 where there is none. */
  #lastSeq = 0;

  /**
   * @param seq of a message: it goes before those that are later in the log. One's own messages are known by their
   * acknowledgements, which may be heard a moment after what was said next.
   */
  add(text: string, seq?: number): void {
    const isInOrder = seq === undefined || seq >= this.#lastSeq;
    const at = isInOrder ? this.#items.length : this.#items.findIndex((item) => (item.seq ?? 0) > seq);
    this.#items.splice(at, 0, { text, seq });
    this.#lastSeq = Math.max(this.#lastSeq, seq ?? 0);
  }

  /** All of it, as lines; empty where there is nothing. */
  take(): string {
    const text = this.#items.map((item) => item.text).join("\n");
    this.#items = [];
    this.#lastSeq = 0;
    return text;
  }
}
