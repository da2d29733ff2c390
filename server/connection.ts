/** One peer, whatever the transport. Nothing above this contract can tell TCP, WebSocket, HTTP and memory apart. */

import type { ChatError } from "../protocol/errors.ts";
import type { Line } from "../protocol/lines.ts";
import type { Metadata } from "../protocol/message.ts";
import type { Chunk } from "./chunk.ts";

/** Over TCP the first line decides whether it speaks text or JSON; the console speaks text, all others JSON. */
export type Transport = "tcp" | "websocket" | "http" | "memory" | "console";

export interface Connection {
  readonly transport: Transport;
  /** An IP address without a port; `memory` for a peer in this process. */
  readonly remoteAddress: string;

  /** With what the transport logs its peer in before the first line, as in the metadata of `/login`; left out where the peer does. */
  readonly login?: Metadata;

  /**
   * What the peer sends, in the order in which it came, as many lines at a time as were read at once. A line that
   * could not be read stands there as the ChatError that says why. Ends when the peer stops sending, when `close`
   * was called, or when the connection breaks; it never throws. Iterated once. A transport that can, reads no
   * further while the caller is busy with what it got.
   */
  lines(): AsyncIterable<readonly Line[]>;

  /**
   * Sends the chunks, in order, as one write. Resolves when the transport has taken them, which is when the next may
   * be sent; at most one call is under way at a time. Rejects where the connection is broken or closed; the caller
   * then needs to do nothing, since `lines` ends too.
   */
  send(chunks: readonly Chunk[]): Promise<void>;

  /**
   * Lines that came and that `lines` has not handed over yet. Always 0 where the transport reads no further while the
   * caller is busy; else whoever reads must refuse what is too much.
   */
  readonly backlog: number;

  /** Bytes that were given to the transport and not yet taken by the system; 0 where `send` already waits for that. */
  readonly buffered: number;

  /**
   * Closes both directions. May be called again, and does not throw. What `send` took before goes out first where the peer reads it.
   * @param reason why, where a transport can say it (a WebSocket's close code and reason)
   */
  close(reason?: ChatError): void;
}
