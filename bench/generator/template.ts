/** A message as it goes out, in which only a few digits change. */

import type { Buffer } from "node:buffer";
import type { Link } from "./link.ts";
import { unmarkedText, UNWRITTEN_ID, writeId, writeMark } from "./mark.ts";

export class Template {
  readonly #bytes: Buffer;
  readonly #markAt: number;
  /** -1 where the message carries no id. */
  readonly #idAt: number;

  /** @param encode makes the message with that text and id */
  constructor(size: number, encode: (text: string, id: string) => Buffer) {
    const text = unmarkedText(size);
    this.#bytes = encode(text, UNWRITTEN_ID);
    this.#markAt = this.#bytes.indexOf(text);
    this.#idAt = this.#bytes.indexOf(UNWRITTEN_ID);
  }

  /** Goes out with the link's next `flush`. */
  put(link: Link, stream: number, number: number, intendedUs: number): void {
    const { bytes, at } = link.reserve(this.#bytes.length);
    bytes.set(this.#bytes, at);
    writeMark(bytes, at + this.#markAt, stream, number, intendedUs);
    if (this.#idAt >= 0) writeId(bytes, at + this.#idAt, stream, number);
  }
}
