/** A connection that only listens: the JSON lines of `GET /api/stream`. */

import type { Metadata } from "../protocol/message.ts";
import type { Chunk } from "./chunk.ts";
import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";

/** An empty line so often tells both sides that the other is there. */
const HEARTBEAT_MS = 30_000;
const NEWLINE = new Uint8Array([10]);

export class HttpStreamConnection implements Connection {
  readonly transport = "http";
  readonly backlog = 0;
  readonly buffered = 0;
  /** The body of the response. */
  readonly body: ReadableStream<Uint8Array>;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #pulled: (() => void)[] = [];
  #end!: () => void;
  readonly #ended = new Promise<void>((resolve) => this.#end = resolve);
  #isClosed = false;
  readonly #cancelHeartbeat: () => void;

  constructor(readonly login: Metadata, readonly remoteAddress: string, clock: Clock) {
    this.body = new ReadableStream({
      start: (controller) => void (this.#controller = controller),
      pull: () => this.#tellPulled(),
      cancel: () => this.close(),
    });
    this.#cancelHeartbeat = clock.every(HEARTBEAT_MS, () => this.#controller.enqueue(NEWLINE));
  }

  async *lines(): AsyncGenerator<readonly string[]> {
    await this.#ended;
    yield* [];
  }

  async send(chunks: readonly Chunk[]): Promise<void> {
    if (this.#isClosed) throw new Error("The stream is closed");
    for (const chunk of chunks) this.#controller.enqueue(chunk.bytes);
    while (!this.#isClosed && (this.#controller.desiredSize ?? 0) <= 0) {
      await new Promise<void>((resolve) => this.#pulled.push(resolve));
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelHeartbeat();
    try {
      this.#controller.close();
    } catch {
      // The reader cancelled it.
    }
    this.#tellPulled();
    this.#end();
  }

  #tellPulled(): void {
    const waiting = this.#pulled;
    this.#pulled = [];
    for (const resolve of waiting) resolve();
  }
}
