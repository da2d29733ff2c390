/** Connections over TCP: lines of UTF-8. */

import { Buffer } from "node:buffer";
import { type Line, LineReader } from "../protocol/lines.ts";
import type { Chunk } from "./chunk.ts";
import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import type { Logger } from "./log.ts";

/** Most connections are idle: 2 KiB keeps them at 9 KiB each in all, and doubles while a peer fills it. */
const MIN_READ_BYTES = 2 * 1024;
const MAX_READ_BYTES = 64 * 1024;

/** Out of descriptors, or the like: how long to wait before the next try. */
const ACCEPT_RETRY_MS = 50;
/** Failures less far apart are the same outage, and told once. */
const OUTAGE_MS = 60_000;

/**
 * Accepts connections until the listener is closed. A bare `for await` over a listener would end for good when file
 * descriptors run out.
 */
export async function acceptTcp(
  listener: Deno.TcpListener,
  serve: (connection: Connection) => void,
  { clock, log }: { clock: Clock; log: Logger },
): Promise<void> {
  let failedAt = -Infinity;
  for (;;) {
    try {
      const conn = await listener.accept();
      serve(new TcpConnection(conn));
    } catch (error) {
      if (error instanceof Deno.errors.BadResource) return;
      const now = clock.monotonic();
      if (now - failedAt > OUTAGE_MS) log.warn("accept_failed", { problem: String(error) });
      failedAt = now;
      await new Promise<void>((resolve) => clock.after(ACCEPT_RETRY_MS, resolve));
    }
  }
}

export class TcpConnection implements Connection {
  readonly transport = "tcp";
  readonly backlog = 0;
  readonly buffered = 0;
  readonly #conn: Deno.TcpConn;
  readonly #reader = new LineReader();
  /** The write under way; a close waits for it a little. */
  #write: Promise<void> | null = null;
  #isClosed = false;

  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
    try {
      conn.setNoDelay(true);
      conn.setKeepAlive(true);
    } catch {
      // The peer has gone already: the first read says so.
    }
  }

  get remoteAddress(): string {
    return this.#conn.remoteAddr.hostname;
  }

  async *lines(): AsyncGenerator<readonly Line[]> {
    let buffer = new Uint8Array(MIN_READ_BYTES);
    for (;;) {
      let count: number | null = null;
      try {
        count = await this.#conn.read(buffer);
      } catch {
        // Reset by the peer, or closed here: the end like any other.
      }
      if (count === null) break;
      if (this.#isClosed) continue;
      const lines = this.#reader.push(buffer.subarray(0, count));
      if (lines.length > 0) yield lines;
      if (count === buffer.length && count < MAX_READ_BYTES) buffer = new Uint8Array(2 * count);
    }
    if (this.#isClosed) return;
    const last = this.#reader.end();
    if (last.length > 0) yield last;
  }

  send(chunks: readonly Chunk[]): Promise<void> {
    if (this.#isClosed) return Promise.reject(new Deno.errors.BadResource("The connection is closed"));
    const bytes = chunks.length === 1 ? chunks[0]!.bytes : Buffer.concat(chunks.map((chunk) => chunk.bytes));
    const write = this.#writeAll(bytes);
    this.#write = write;
    return write;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const timer = setTimeout(() => this.#closeNow(), LINGER_MS);
    this.#sayGoodbye().catch(() => {}).finally(() => {
      clearTimeout(timer);
      this.#closeNow();
    });
  }

  /**
   * Closing with unread input would reset the connection and take the last words with it: so the write under way is
   * finished, the peer told that no more comes, and what it still sends is dropped until it closes too.
   */
  async #sayGoodbye(): Promise<void> {
    await this.#write;
    await this.#conn.closeWrite();
    const dropped = new Uint8Array(MIN_READ_BYTES);
    while (await this.#conn.read(dropped) !== null);
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#conn.write(at === 0 ? bytes : bytes.subarray(at));
    this.#write = null;
  }

  #closeNow(): void {
    try {
      this.#conn.close();
    } catch {
      // It was closed already.
    }
  }
}

/** How long a peer has to take the last words of a connection that is closed. */
const LINGER_MS = 250;
