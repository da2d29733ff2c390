/** What is sent to connections: a run of encoded envelopes, encoded once and shared by all who receive it. */

import { Buffer } from "node:buffer";

const encoder = new TextEncoder();

export class Chunk {
  #bytes: Uint8Array<ArrayBuffer> | undefined;
  #text: string | undefined;
  /** Where each line begins in `bytes`; one more for the end. */
  #starts: Uint32Array | undefined;

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

  /** Of `bytes`, the lines from one index up to, and without, another. */
  bytesOf(from: number, to: number): Uint8Array {
    const starts = this.#starts ??= this.#findStarts();
    return this.bytes.subarray(starts[from]!, starts[to]!);
  }

  #findStarts(): Uint32Array {
    const isAscii = this.bytes.length === this.text.length + 1;
    const starts = new Uint32Array(this.lines.length + 1);
    this.lines.forEach((line, i) => {
      starts[i + 1] = starts[i]! + (isAscii ? line.length : Buffer.byteLength(line)) + 1;
    });
    return starts;
  }
}

/** A reply, or a page of what was stored: whoever sends it waits for it, so it counts nothing in an outbox. */
export class Page extends Chunk {
  override get weight(): number {
    return 0;
  }
}

/**
 * A shared chunk in which some lines are others, or left out. What is the same is copied as bytes: where all in a room speak, each
 * of them costs a copy, and not a chunk that is put together and encoded anew.
 */
export class SplicedChunk extends Chunk {
  readonly #shared: Chunk;
  readonly #own: ReadonlyMap<number, string | undefined>;
  #bytes: Uint8Array<ArrayBuffer> | undefined;

  /** @param own what stands in the place of a line of `shared`, by its index, ascending; undefined leaves it out */
  constructor(shared: Chunk, own: ReadonlyMap<number, string | undefined>) {
    super(splicedLines(shared.lines, own), shared.lastSeq);
    this.#shared = shared;
    this.#own = own;
  }

  override get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes ??= this.#splice();
  }

  override get weight(): number {
    return this.lines.reduce((units, line) => units + line.length + 1, 0);
  }

  #splice(): Uint8Array<ArrayBuffer> {
    const pieces: Uint8Array[] = [];
    let next = 0;
    let own = "";
    for (const [index, line] of this.#own) {
      if (index > next) {
        if (own !== "") pieces.push(encoder.encode(own));
        own = "";
        pieces.push(this.#shared.bytesOf(next, index));
      }
      if (line !== undefined) own += line + "\n";
      next = index + 1;
    }
    if (own !== "") pieces.push(encoder.encode(own));
    pieces.push(this.#shared.bytesOf(next, this.#shared.lines.length));
    return Buffer.concat(pieces);
  }
}

/** The lines of `shared`, with others in the place of some, or nothing where that is undefined. */
export function splicedLines(
  shared: readonly string[],
  own: ReadonlyMap<number, string | undefined>,
): string[] {
  const lines: string[] = [];
  shared.forEach((line, i) => {
    const shown = own.has(i) ? own.get(i) : line;
    if (shown !== undefined) lines.push(shown);
  });
  return lines;
}
