/** What is sent to connections: a run of encoded envelopes, encoded once and shared by all who receive it. */

const encoder = new TextEncoder();

export class Chunk {
  #bytes: Uint8Array<ArrayBuffer> | undefined;
  #text: string | undefined;

  /**
   * @param lines one envelope each, as JSON on one line or as the lines of text mode, without a last line break
   * @param lastSeq the highest `seq` in it; 0 where it holds no message
   */
  constructor(readonly lines: readonly string[], readonly lastSeq = 0) {}

  /** For a stream of bytes: each line with its `\n`. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes ??= encoder.encode(this.text + "\n");
  }

  /** For frames that hold several envelopes: the lines, separated by `\n`. */
  get text(): string {
    return this.#text ??= this.lines.length === 1 ? this.lines[0]! : this.lines.join("\n");
  }

  /** What it counts in an outbox, where it has to wait: UTF-16 units, which is near the bytes that it will be. */
  get weight(): number {
    return this.text.length + 1;
  }
}

/** A reply, or a page of what was stored: whoever sends it waits for it, so it counts nothing in an outbox. */
export class Page extends Chunk {
  override get weight(): number {
    return 0;
  }
}
