/** A connection of the load generator: lines out, text in. Made to cost little at the receiving end. */

/** How the generator speaks; `ws` takes several envelopes in a frame (`parley.v1.lines`), `ws-frames` one. */
export const TRANSPORTS = ["tcp", "ws", "ws-frames"] as const;
export type Transport = (typeof TRANSPORTS)[number];

export interface WireEvents {
  /** Whole lines, the last without its line break. */
  text(text: string): void;
  /** The connection has ended; called once. */
  ended(reason: string): void;
}

export interface Wire {
  /** Sends lines, each without its line break. What cannot be sent any more is dropped. */
  send(lines: readonly string[]): void;
  close(): void;
}

export interface Target {
  readonly hostname: string;
  readonly port: number;
  readonly transport: Transport;
}

/** Rejects where the server cannot be reached. */
export function openWire(target: Target, events: WireEvents): Promise<Wire> {
  return target.transport === "tcp" ? TcpWire.open(target, events) : WebSocketWire.open(target, events);
}

/** An idle connection reads into this. */
const MIN_BUFFER = 4 * 1024;
/** One under load into this: what is decoded at once then stays small enough for the young generation of the heap. */
const LOAD_BUFFER = 64 * 1024;
/** A line may be as long. */
const MAX_BUFFER = 512 * 1024;
const NEWLINE = 10;

class TcpWire implements Wire {
  readonly #conn: Deno.TcpConn;
  readonly #events: WireEvents;
  #unsent: string[] = [];
  #isWriting = false;

  static async open({ hostname, port }: Target, events: WireEvents): Promise<Wire> {
    const conn = await Deno.connect({ hostname, port });
    conn.setNoDelay(true);
    return new TcpWire(conn, events);
  }

  private constructor(conn: Deno.TcpConn, events: WireEvents) {
    this.#conn = conn;
    this.#events = events;
    this.#read().then(
      () => events.ended("the server closed the connection"),
      (error) => events.ended(String(error)),
    );
  }

  send(lines: readonly string[]): void {
    for (const line of lines) this.#unsent.push(line);
    if (!this.#isWriting) this.#write();
  }

  close(): void {
    try {
      this.#conn.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  /** Everything that waits goes in one write; the end of `#read` tells when the connection is broken. */
  async #write(): Promise<void> {
    this.#isWriting = true;
    try {
      while (this.#unsent.length > 0) {
        const bytes = new TextEncoder().encode(this.#unsent.join("\n") + "\n");
        this.#unsent = [];
        for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
      }
    } catch {
      this.#unsent = [];
    } finally {
      this.#isWriting = false;
    }
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    let buffer = new Uint8Array(MIN_BUFFER);
    let filled = 0;
    while (true) {
      const read = await this.#conn.read(buffer.subarray(filled));
      if (read === null) return;
      filled += read;
      const isFull = filled === buffer.length;
      const last = buffer.lastIndexOf(NEWLINE, filled - 1);
      if (last >= 0) {
        this.#events.text(decoder.decode(buffer.subarray(0, last)));
        buffer.copyWithin(0, last + 1, filled);
        filled -= last + 1;
      }
      if (isFull) buffer = grown(buffer, last < 0 ? MAX_BUFFER : LOAD_BUFFER);
    }
  }
}

function grown(buffer: Uint8Array<ArrayBuffer>, most: number): Uint8Array<ArrayBuffer> {
  if (buffer.length >= MAX_BUFFER && most === MAX_BUFFER) {
    throw new Error("the server sent a line without an end");
  }
  if (buffer.length >= most) return buffer;
  const larger = new Uint8Array(buffer.length * 2);
  larger.set(buffer);
  return larger;
}

class WebSocketWire implements Wire {
  readonly #socket: WebSocket;

  static async open({ hostname, port, transport }: Target, events: WireEvents): Promise<Wire> {
    const protocols = transport === "ws" ? ["parley.v1.lines"] : [];
    const socket = new WebSocket(`ws://${hostname}:${port}/ws`, protocols);
    const opened = Promise.withResolvers<void>();
    let hasEnded = false;
    socket.onopen = () => opened.resolve();
    socket.onerror = (event) => opened.reject(new Error(errorWords(event)));
    socket.onclose = (event) => {
      opened.reject(new Error(`the server closed the WebSocket with ${event.code} ${event.reason}`));
      if (!hasEnded) events.ended(`the WebSocket was closed with ${event.code} ${event.reason}`);
      hasEnded = true;
    };
    socket.onmessage = (event) => events.text(event.data);
    await opened.promise;
    return new WebSocketWire(socket);
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  send(lines: readonly string[]): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    for (const line of lines) this.#socket.send(line);
  }

  close(): void {
    this.#socket.close();
  }
}

function errorWords(event: Event): string {
  return event instanceof ErrorEvent && event.message !== "" ? event.message : "the WebSocket failed";
}
