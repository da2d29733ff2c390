/** The terminal that started the server, as a connection in text mode: server and clients can talk one to one. */

import type { Metadata } from "../protocol/message.ts";
import { type Line, LineReader } from "../protocol/lines.ts";
import type { Chunk } from "./chunk.ts";
import type { Connection } from "./connection.ts";

export class ConsoleConnection implements Connection {
  readonly transport = "console";
  readonly remoteAddress = "memory";
  readonly backlog = 0;
  readonly buffered = 0;
  #close!: () => void;
  readonly #closed = new Promise<null>((resolve) => this.#close = () => resolve(null));

  constructor(readonly login: Metadata) {}

  async *lines(): AsyncGenerator<readonly Line[]> {
    const reader = new LineReader();
    const buffer = new Uint8Array(4096);
    for (;;) {
      const count = await Promise.race([Deno.stdin.read(buffer), this.#closed]);
      if (count === null) return;
      const lines = reader.push(buffer.subarray(0, count));
      if (lines.length > 0) yield lines;
    }
  }

  async send(chunks: readonly Chunk[]): Promise<void> {
    for (const { bytes } of chunks) {
      for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
    }
  }

  close(): void {
    this.#close();
  }
}
