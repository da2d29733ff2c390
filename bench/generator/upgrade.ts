/** The handshake of a WebSocket, from the client's side. RFC 6455, 4.1. */

import { Buffer } from "node:buffer";
import type { Link } from "./link.ts";

export interface WebSocketPlace {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly protocol?: string;
}

/** Any key will do; the answer to it is not checked, since this is no browser that must be protected. */
const KEY = "cGFybGV5IGdlbmVyYXRvcg==";

/** @throws Error (rejects) with the server's answer where that is no upgrade */
export async function upgrade(link: Link, { host, port, path, protocol }: WebSocketPlace): Promise<void> {
  const head = [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}:${port}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${KEY}`,
    ...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
  ];
  link.send(Buffer.from(head.join("\r\n") + "\r\n\r\n"));
  const answer = await link.readThrough("\r\n\r\n");
  if (!answer.startsWith("HTTP/1.1 101 ")) throw new Error(`no WebSocket: ${answer.split("\r\n", 1)[0]}`);
}
