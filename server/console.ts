/** The terminal that started the server, as a connection in text mode: server and clients can talk one to one. */

import type { Metadata } from "../protocol/message.ts";
import { type Line, LineReader } from "../protocol/lines.ts";
import type { Chunk } from "./chunk.ts";
import type { Connection } from "./connection.ts";

/** Where it reads and writes. */
export interface Terminal {
  readonly input: Pick<typeof Deno.stdin, "read">;
  readonly output: Pick<typeof Deno.stdout, "write">;
}

export class ConsoleConnection implements Connection {
  readonly transport = "console";
  readonly remoteAddress = "memory";
  readonly backlog = 0;
  readonly buffered = 0;
  readonly #terminal: Terminal;
  readonly #closed = Promise.withResolvers<null>();

  constructor(readonly login: Metadata, terminal: Terminal = { input: Deno.stdin, output: Deno.stdout }) {
    this.#terminal = terminal;
  }

  async *lines(): AsyncGenerator<readonly Line[]> {
    const reader = new LineReader();
    const buffer = new Uint8Array(4096);
    for (;;) {
      const count = await Promise.race([this.#terminal.input.read(buffer), this.#closed.promise]);
      if (count === null) return;
      const lines = reader.push(buffer.subarray(0, count));
      if (lines.length > 0) yield lines;
    }
  }

  async send(chunks: readonly Chunk[]): Promise<void> {
    for (const { bytes } of chunks) {
      for (let at = 0; at < bytes.length;) at += await this.#terminal.output.write(bytes.subarray(at));
    }
  }

  close(): void {
    this.#closed.resolve(null);
  }
}
