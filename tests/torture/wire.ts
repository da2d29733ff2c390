/** What carries lines to the server and back. Written from docs/protocol.md; it shares nothing with client/. */

import { connect, type Socket } from "node:net";

export type WireKind = "tcp" | "websocket" | "websocket-lines";

/** Where a server, or a proxy before it, listens. */
export interface Address {
  readonly port: number;
  readonly webPort: number;
}

export interface Wire {
  send(line: string): void;
  /** Ends it as the transport wants it. */
  close(): void;
  /** Ends it without a word; over TCP with a reset. */
  break(): void;
  /** Shuts down the sending side only; TCP. */
  closeWrite(): void;
  readonly ended: Promise<void>;
}

/** @throws Error where nothing listens */
export async function dial(kind: WireKind, at: Address, onLines: (lines: string[]) => void): Promise<Wire> {
  return kind === "tcp" ? await dialTcp(at.port, onLines) : await dialWebSocket(kind, at.webPort, onLines);
}

async function dialTcp(port: number, onLines: (lines: string[]) => void): Promise<Wire> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  const ended = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await connected(socket);
  // A reset is an end like any other.
  socket.on("error", () => {});
  readLines(socket, onLines);
  return {
    send: (line) => void (socket.writable && socket.write(line + "\n")),
    close: () => socket.destroy(),
    break: () => void socket.resetAndDestroy(),
    closeWrite: () => void socket.end(),
    ended,
  };
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve();
    });
  });
}

/** A line without its line break, at the end, was cut off and does not count. */
function readLines(socket: Socket, onLines: (lines: string[]) => void): void {
  const decoder = new TextDecoder();
  let rest = "";
  socket.on("data", (bytes: Uint8Array) => {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop()!;
    if (lines.length > 0) onLines(lines);
  });
}

async function dialWebSocket(
  kind: WireKind,
  port: number,
  onLines: (lines: string[]) => void,
): Promise<Wire> {
  const socket = new WebSocket(
    `ws://127.0.0.1:${port}/ws`,
    kind === "websocket-lines" ? ["parley.v1.lines"] : [],
  );
  const ended = new Promise<void>((resolve) => socket.onclose = () => resolve());
  const opened = new Promise<boolean>((resolve) => {
    socket.onopen = () => resolve(true);
    socket.onerror = () => resolve(false);
  });
  socket.onmessage = ({ data }) => onLines(String(data).split("\n"));
  if (!await opened) {
    await ended;
    throw new Error(`no WebSocket on port ${port}`);
  }
  return {
    send: (line) => void (socket.readyState === WebSocket.OPEN && socket.send(line)),
    close: () => socket.close(),
    break: () => socket.close(),
    closeWrite: () => socket.close(),
    ended,
  };
}
