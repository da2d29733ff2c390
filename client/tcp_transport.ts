/** Reaches the server over TCP, in JSON mode. */

import { type Line, LineReader } from "../protocol/lines.ts";
import { SERVER } from "../protocol/message.ts";
import type { ClientConnection, Connect } from "./transport.ts";

export interface TcpAddress {
  readonly hostname: string;
  readonly port: number;
}

const READ_BYTES = 64 * 1024;

/** A reply has at most 256 KiB; what is far beyond it is no server of ours. */
const MAX_LINE_BYTES = 1024 * 1024;

/** Connects to `hostname:port`. */
export function connectTcp({ hostname, port }: TcpAddress): Connect {
  return async (signal) => {
    signal.throwIfAborted();
    try {
      const conn = await Deno.connect({ hostname, port, signal });
      conn.setNoDelay(true);
      conn.setKeepAlive(true);
      return new TcpConnection(conn);
    } catch (cause) {
      signal.throwIfAborted();
      throw new Error(`Cannot reach ${hostname}:${port}: ${reasonOf(cause)}`, { cause });
    }
  };
}

class TcpConnection implements ClientConnection {
  readonly #conn: Deno.TcpConn;
  readonly #encoder = new TextEncoder();
  #unsent: string[] = [];
  #isWriting = false;
  #isClosed = false;

  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  async *lines(): AsyncGenerator<readonly string[]> {
    const reader = new LineReader(MAX_LINE_BYTES);
    const greeting = new Greeting();
    const buffer = new Uint8Array(READ_BYTES);
    try {
      for (;;) {
        const count = await this.#read(buffer);
        const read = count === null ? reader.end() : reader.push(buffer.subarray(0, count));
        const lines = greeting.skip(read.filter((line) => typeof line === "string"));
        if (lines.length > 0) yield lines;
        if (count === null || read.some(isTooLong)) return;
      }
    } finally {
      this.close();
    }
  }

  send(line: string): void {
    if (this.#isClosed) return;
    this.#unsent.push(line);
    if (!this.#isWriting) this.#write();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#unsent = [];
    this.#conn.close();
  }

  /** Null where the stream or the connection has ended. */
  async #read(buffer: Uint8Array): Promise<number | null> {
    try {
      return await this.#conn.read(buffer);
    } catch {
      return null;
    }
  }

  /** Everything that is sent in one turn, or while a write is under way, goes in one write. */
  async #write(): Promise<void> {
    this.#isWriting = true;
    try {
      await Promise.resolve();
      while (this.#unsent.length > 0) {
        const bytes = this.#encoder.encode(this.#unsent.join("\n") + "\n");
        this.#unsent = [];
        for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
      }
    } catch {
      this.close();
    }
    this.#isWriting = false;
  }
}

/** What the server says before it knows that it speaks to a program. */
class Greeting {
  #isOver = false;

  /** The lines from the first that begins with `{` on. An error among those before it is made one of JSON mode. */
  skip(lines: string[]): string[] {
    if (this.#isOver) return lines;
    const first = lines.findIndex((line) => line.startsWith("{"));
    this.#isOver = first >= 0;
    const before = this.#isOver ? lines.slice(0, first) : lines;
    return [...before.flatMap(errorAsJson), ...this.#isOver ? lines.slice(first) : []];
  }
}

/** `! too_many_connections: words`, as a server writes it that closes before it has read anything. */
function errorAsJson(line: string): string[] {
  const [, error, message] = /^! ([a-z_]+): (.*)$/.exec(line) ?? [];
  if (error === undefined) return [];
  const metadata = { code: "error", error };
  return [
    JSON.stringify({
      type: "notification",
      sender: SERVER,
      destination: "",
      message,
      timestamp: "",
      metadata,
    }),
  ];
}

function isTooLong(line: Line): boolean {
  return typeof line !== "string" && line.closes;
}

function reasonOf(cause: unknown): string {
  if (cause instanceof Deno.errors.ConnectionRefused) return "nothing listens there. Is the server running?";
  if (cause instanceof Deno.errors.TimedOut) return "it does not answer.";
  return cause instanceof Error ? cause.message : String(cause);
}
