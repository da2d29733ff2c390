/** The plainest client: lines out, lines in, over TCP or WebSocket. It knows nothing of the project's own clients. */

import type { Envelope } from "../protocol/message.ts";

/** Only a test that fails waits so long. */
const DEADLINE_MS = 15_000;

export class LineClient {
  readonly #write: (text: string) => void;
  readonly #shutdown: () => void;
  readonly #done: Promise<void>;
  readonly #lines: string[] = [];
  /** All that came, for the words of a failure. */
  readonly transcript: string[] = [];
  #wake: (() => void) | null = null;
  isEnded = false;
  #ids = 0;

  private constructor(
    pump: (add: (line: string) => void) => Promise<void>,
    write: (text: string) => void,
    shutdown: () => void,
  ) {
    this.#write = write;
    this.#shutdown = shutdown;
    this.#done = pump((line) => this.#add(line)).catch(() => {}).finally(() => {
      this.isEnded = true;
      this.#wake?.();
    });
  }

  static async tcp(port: number): Promise<LineClient> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    let writing = Promise.resolve();
    const write = (text: string) => {
      writing = writing.then(() => writeAll(conn, new TextEncoder().encode(text))).catch(() => {});
    };
    const shutdown = () => {
      try {
        conn.close();
      } catch { /* The pump has seen the end. */ }
    };
    const client = new LineClient((add) => readLines(conn, add), write, shutdown);
    client.closeWrite = () => writing.then(() => conn.closeWrite());
    client.writeBytes = (bytes) => {
      writing = writing.then(() => writeAll(conn, bytes)).catch(() => {});
    };
    return client;
  }

  static async websocket(url: string, isBatched = false): Promise<LineClient> {
    const socket = new WebSocket(url, isBatched ? ["parley.v1.lines"] : []);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error(`no WebSocket at ${url}`));
    });
    const pump = (add: (line: string) => void) =>
      new Promise<void>((resolve) => {
        socket.onmessage = ({ data }) => String(data).split("\n").forEach(add);
        socket.onclose = () => resolve();
      });
    const client = new LineClient(pump, (text) => socket.send(text.trimEnd()), () => socket.close());
    client.writeBytes = (bytes) => socket.send(bytes);
    return client;
  }

  /** Shuts down the sending side only; TCP. */
  closeWrite: () => Promise<void> = () => Promise.reject(new Error("only over TCP"));
  /** Sends bytes as they are; over WebSocket as a binary frame. */
  writeBytes: (bytes: Uint8Array<ArrayBuffer>) => void = () => {};

  send(line: string): void {
    this.#write(line + "\n");
  }

  sendJson(value: unknown): void {
    this.send(JSON.stringify(value));
  }

  /** As a bot: more of an answer that it is writing. */
  sendDraft(destination: string, draft: string, delta: string, question?: number): void {
    const metadata = { draft, delta, ...question !== undefined && { answer_to: question } };
    this.sendJson({ type: "command", message: "/draft", destination, metadata });
  }

  login(name: string, metadata: Record<string, unknown> = {}): void {
    this.sendJson({ type: "command", message: `/login ${name}`, metadata });
  }

  /** Sends a command in JSON mode and resolves with its reply. */
  async command(message: string, more: Record<string, unknown> = {}): Promise<Envelope> {
    const id = `c${++this.#ids}`;
    this.sendJson({ type: "command", id, message, ...more });
    return await this.envelope(({ metadata }) => metadata.reply_to === id);
  }

  /** Says something in JSON mode and resolves with the reply. */
  async say(destination: string, message: string, more: Record<string, unknown> = {}): Promise<Envelope> {
    const id = `m${++this.#ids}-${crypto.randomUUID().slice(0, 8)}`;
    const request = { type: "chat", id, destination, message, ...more };
    this.sendJson(request);
    return await this.envelope(({ metadata }) => metadata.reply_to === request.id);
  }

  /** All that the server had to say by now, in JSON mode: a round trip ends it. */
  async settled(): Promise<Envelope[]> {
    const before: Envelope[] = [];
    const id = `p${++this.#ids}`;
    this.sendJson({ type: "command", id, message: "/ping" });
    for (;;) {
      const envelope = JSON.parse(await this.next()) as Envelope;
      if (envelope.metadata.reply_to === id) return before;
      before.push(envelope);
    }
  }

  /** The next line. Rejects where the connection ends first. */
  async next(): Promise<string> {
    const deadline = Date.now() + DEADLINE_MS;
    while (this.#lines.length === 0) {
      if (this.isEnded) throw new Error(`the connection ended; it said:\n${this.transcript.join("\n")}`);
      if (Date.now() > deadline) throw new Error(`nothing came; it said:\n${this.transcript.join("\n")}`);
      await this.#more();
    }
    return this.#lines.shift()!;
  }

  /** Reads up to the first line that fits and resolves with it; what came before it is dropped. */
  async until(fits: (line: string) => boolean): Promise<string> {
    for (;;) {
      const line = await this.next();
      if (fits(line)) return line;
    }
  }

  /** Reads up to the first envelope that fits; what came before it is dropped. */
  async envelope(fits: (envelope: Envelope) => boolean): Promise<Envelope> {
    for (;;) {
      const line = await this.next();
      if (!line.startsWith("{")) continue;
      const envelope = JSON.parse(line) as Envelope;
      if (fits(envelope)) return envelope;
    }
  }

  /** Reads up to and with the first line that fits; resolves with all of them. */
  async all(fits: (line: string) => boolean): Promise<string[]> {
    const lines: string[] = [];
    for (;;) {
      lines.push(await this.next());
      if (fits(lines.at(-1)!)) return lines;
    }
  }

  /** Resolves with what is left when the server has closed the connection. */
  async rest(): Promise<string[]> {
    await this.#done;
    return this.#lines.splice(0);
  }

  async close(): Promise<void> {
    this.#shutdown();
    await this.#done;
  }

  #add(line: string): void {
    this.#lines.push(line);
    this.transcript.push(line);
    this.#wake?.();
  }

  async #more(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, DEADLINE_MS);
    });
    clearTimeout(timer);
    this.#wake = null;
  }
}

async function readLines(conn: Deno.TcpConn, add: (line: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(64 * 1024);
  let rest = "";
  try {
    for (;;) {
      const count = await conn.read(buffer);
      if (count === null) break;
      const lines = (rest + decoder.decode(buffer.subarray(0, count), { stream: true })).split("\n");
      rest = lines.pop()!;
      lines.forEach(add);
    }
  } finally {
    try {
      conn.close();
    } catch { /* `close` was first. */ }
  }
}

async function writeAll(conn: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}
