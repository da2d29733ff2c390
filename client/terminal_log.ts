/** What is about to be printed: gathered for a moment, so that a burst costs one redraw, and put in the order of the log. */

export class LogQueue {
  #items: { readonly text: string; readonly seq: number | undefined }[] = [];

  /**
   * @param seq of a message: it goes before those that are later in the log. One's own messages are known by their
   * acknowledgements, which may be heard a moment after what was said next.
   */
  add(text: string, seq?: number): void {
    let at = this.#items.length;
    if (seq !== undefined) {
      const later = this.#items.findIndex((item) => item.seq !== undefined && item.seq > seq);
      if (later >= 0) at = later;
    }
    this.#items.splice(at, 0, { text, seq });
  }

  /** All of it, as lines; empty where there is nothing. */
  take(): string {
    const text = this.#items.map((item) => item.text).join("\n");
    this.#items = [];
    return text;
  }
}
