/**
 * A chat client: logs in, numbers requests, sends again what was not acknowledged, resumes where it was, reconnects.
 * It runs over any transport, in Deno and in the browser. The terminal, the bots, the tests and the web page use it.
 */

import type { Envelope, Metadata } from "../protocol/message.ts";
import type { Connect } from "./transport.ts";

export interface ChatClientOptions {
  readonly connect: Connect;
  /** Who to log in as: nothing at all for a guest. `register` makes the account first. */
  readonly login: {
    name?: string;
    password?: string;
    token?: string;
    register?: boolean;
  };
  /** The last seq that this client has seen, of the log `epoch`; left out, the server starts where it stopped for this user. */
  readonly resume?: { since: number; epoch: string };
  /**
   * Waits between attempts to reconnect, in milliseconds: attempt 1, 2, … Default: 0.25 s doubling to 10 s, each with up to half of it at random.
   * Return undefined to give up.
   */
  readonly backoff?: (attempt: number) => number | undefined;
  /** How long a reply may take before the connection counts as broken, in milliseconds. Default 30,000. */
  readonly replyTimeoutMs?: number;
}

export type ClientStatus =
  /** `retryInMs` is set while it waits for the next attempt. */
  | {
    readonly state: "connecting";
    readonly attempt: number;
    readonly problem?: string;
    readonly retryInMs?: number;
  }
  /** Logged in and caught up. */
  | { readonly state: "online"; readonly welcome: Envelope }
  /** For good: closed, refused at login (then `error`), or given up. */
  | { readonly state: "closed"; readonly error?: Error };

/** What a client tells whoever uses it. Handlers are called in the order of arrival and must not throw. */
export interface ChatClientEvents {
  /**
   * Each `chat` and `subscription`, live or stored, once, in the order of seq; also what the user said from another connection.
   * `metadata.stored` tells that it was missed.
   */
  message(message: Envelope): void;
  /** The server's notifications that answer nothing: presence, typing, drafts, gap, caught_up … */
  notification(notification: Envelope): void;
  status(status: ClientStatus): void;
}

/** A message that was not acknowledged yet. */
export interface PendingMessage {
  readonly id: string;
  readonly type: "chat" | "subscription" | "command";
  readonly destination: string;
  readonly message: string;
  readonly metadata: Metadata;
}

/** Thrown where a request got no answer, because the connection was lost or the client closed. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
}

export class ChatClient {
  constructor(
    _options: ChatClientOptions,
    _events: Partial<ChatClientEvents> = {},
  ) {
  }

  /**
   * Connects and logs in, again and again until it succeeds; then stays connected until `close`. Resolves with the first `welcome`, after all stored messages came.
   * Rejects with the ChatError with which the login was refused, or ConnectionLost where `backoff` gave up or `close` was called.
   * A later login that is refused ends the client too (status `closed`), except `name_in_use` and `too_many_connections`, which are tried again.
   */
  start(): Promise<Envelope> {
    throw new Error("not written yet");
  }

  /** Where it stands now. */
  get status(): ClientStatus {
    throw new Error("not written yet");
  }

  /** The name that it is logged in with, which `/nick` may have changed; empty before the first login. */
  get user(): string {
    throw new Error("not written yet");
  }

  /** The token of the last login; empty before it. */
  get token(): string {
    throw new Error("not written yet");
  }

  /** The highest seq seen and the log that it belongs to: what `resume` takes. Null before the first login. */
  get cursor(): { since: number; epoch: string } | null {
    throw new Error("not written yet");
  }

  /** What was said and not acknowledged, in order. */
  get pending(): readonly PendingMessage[] {
    throw new Error("not written yet");
  }

  /**
   * Says `text` to `#room` or a user. Resolves with the `stored` reply, that is when the message is on disk. Kept and sent again, in order
   * and with the same id, through outages, `rate_limited` and `store_unavailable`.
   * Rejects with ChatError where it was refused, ConnectionLost where the client was closed first.
   * @param options.id the id to send it with, as after a restart; a random one where there is none
   */
  say(
    _destination: string,
    _text: string,
    _options?: { id?: string; metadata?: Metadata },
  ): Promise<Envelope> {
    throw new Error("not written yet");
  }

  /** Publishes a `subscription` in the user's own feed; otherwise as `say`. */
  publish(
    _text: string,
    _options?: { id?: string; metadata?: Metadata },
  ): Promise<Envelope> {
    throw new Error("not written yet");
  }

  /**
   * Sends a command line, as in `/join #tea`. Resolves with its reply. Commands that say something (`/msg`, `/say`, `/ask`) are kept and sent again as
   * `say` does; any other rejects with ConnectionLost where the connection is down or goes down before the reply. Rejects with ChatError where it was refused.
   */
  command(
    _line: string,
    _options?: { destination?: string; metadata?: Metadata; id?: string },
  ): Promise<Envelope> {
    throw new Error("not written yet");
  }

  /** Sends a command that gets no reply (`/typing`, `/draft`); dropped while there is no connection. */
  signal(
    _line: string,
    _options?: { destination?: string; metadata?: Metadata },
  ): void {
    throw new Error("not written yet");
  }

  /** Ends the wait before the next attempt to connect. */
  retryNow(): void {
    throw new Error("not written yet");
  }

  /** Closes for good; what is pending rejects with ConnectionLost. Resolves when the connection has ended. */
  close(): Promise<void> {
    throw new Error("not written yet");
  }
}
