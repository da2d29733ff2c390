/** Reaches the server over WebSocket, in Deno and in browsers. */

import type { ClientConnection, Connect } from "./transport.ts";

/** With it the server may put several envelopes into a frame (docs/protocol.md, section 3). */
const SUBPROTOCOL = "parley.v1.lines";

/** How long the other side may take to agree to the end, in milliseconds; a dead one never does. */
const CLOSE_WAIT_MS = 1_000;

/** Connects to `ws://…` or `wss://…`. */
export function connectWebSocket(url: string): Connect {
  return async (signal) => {
    signal.throwIfAborted();
    const socket = new WebSocket(url, [SUBPROTOCOL]);
    const connection = new WebSocketConnection(socket);
    const abort = () => connection.close();
    signal.addEventListener("abort", abort);
    const isOpen = await connection.opened;
    signal.removeEventListener("abort", abort);
    signal.throwIfAborted();
    if (!isOpen) throw new Error(`Cannot reach ${url}. Is the server running?`);
    return connection;
  };
}

class WebSocketConnection implements ClientConnection {
  /** Settles once: whether the connection was opened. */
  readonly opened: Promise<boolean>;
  readonly #socket: WebSocket;
  #arrived: string[] = [];
  #hasEnded = false;
  #wake: (() => void) | undefined;
  #closeTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    this.opened = new Promise((resolve) => {
      socket.onopen = () => resolve(true);
      socket.onclose = () => {
        resolve(false);
        this.#end();
      };
    });
    // A `close` event follows, but an `error` event without a handler would end a Deno process.
    socket.onerror = (event) => event.preventDefault();
    socket.onmessage = ({ data }) => this.#take(data);
  }

  async *lines(): AsyncGenerator<readonly string[]> {
    try {
      for (;;) {
        if (this.#arrived.length > 0) yield this.#arrived.splice(0);
        else if (this.#hasEnded) return;
        else await new Promise<void>((resolve) => this.#wake = resolve);
      }
    } finally {
      this.close();
    }
  }

  send(line: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(line);
  }

  close(): void {
    if (this.#hasEnded || this.#closeTimer !== undefined) return;
    this.#closeTimer = setTimeout(() => this.#end(), CLOSE_WAIT_MS);
    this.#socket.close();
  }

  #take(data: unknown): void {
    if (typeof data !== "string") return;
    const lines = data.split("\n");
    if (this.#arrived.length === 0) this.#arrived = lines;
    else for (const line of lines) this.#arrived.push(line);
    this.#wake?.();
  }

  #end(): void {
    this.#hasEnded = true;
    clearTimeout(this.#closeTimer);
    this.#wake?.();
  }
}
