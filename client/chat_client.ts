/**
 * A chat client: logs in, numbers requests, sends again what was not acknowledged, resumes where it was, reconnects.
 * It runs over any transport, in Deno and in the browser. The terminal, the bots, the tests and the web page use it.
 */

import { checkRequest, type Envelope, type Metadata } from "../protocol/message.ts";
import { defaultBackoff } from "./backoff.ts";
import { ConnectionLost } from "./connection_lost.ts";
import { Credentials, type LoginOptions } from "./credentials.ts";
import { Cursor } from "./cursor.ts";
import { type Hold, Outbox, type PendingMessage } from "./outbox.ts";
import { type ConnectingStatus, Reconnector } from "./reconnector.ts";
import { encodeLine, isSaying, requireRequest } from "./request.ts";
import { Session } from "./session.ts";
import type { ClientConnection, Connect } from "./transport.ts";

export { ConnectionLost, type Hold, type PendingMessage };

export interface ChatClientOptions {
  readonly connect: Connect;
  /** Who to log in as: nothing at all for a guest. `register` makes the account first. */
  readonly login: LoginOptions;
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
  | ConnectingStatus
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
  /**
   * What is said waits for a while although there is a connection: the server refused it with `rate_limited` or `store_unavailable`. With
   * undefined it goes on, or the connection is gone.
   */
  held(hold: Hold | undefined): void;
}

const REPLY_TIMEOUT_MS = 30_000;

export class ChatClient {
  readonly #events: Partial<ChatClientEvents>;
  readonly #credentials: Credentials;
  readonly #cursor: Cursor;
  readonly #outbox: Outbox;
  readonly #reconnector: Reconnector;
  readonly #firstWelcome = Promise.withResolvers<Envelope>();
  #running: Promise<void> | undefined;
  #status: ClientStatus = { state: "connecting", attempt: 0 };

  constructor(options: ChatClientOptions, events: Partial<ChatClientEvents> = {}) {
    this.#events = events;
    this.#credentials = new Credentials(options.login);
    this.#cursor = new Cursor(options.resume);
    const backoff = options.backoff ?? defaultBackoff;
    const replyTimeoutMs = options.replyTimeoutMs ?? REPLY_TIMEOUT_MS;
    this.#outbox = new Outbox({ storeBackoff: backoff, onHold: (hold) => this.#events.held?.(hold) });
    this.#reconnector = new Reconnector({
      connect: options.connect,
      backoff,
      connectTimeoutMs: replyTimeoutMs,
      makeSession: (connection) => this.#makeSession(connection, replyTimeoutMs),
      onConnecting: (status) => this.#setStatus(status),
    });
    // Who only listens to `status` shall not end the process when the login is refused.
    this.#firstWelcome.promise.catch(() => {});
  }

  /**
   * Connects and logs in, again and again until it succeeds; then stays connected until `close`. Resolves with the first `welcome`, after all stored messages came.
   * Rejects with the ChatError with which the login was refused, or ConnectionLost where `backoff` gave up or `close` was called.
   * A later login that is refused ends the client too (status `closed`), except `name_in_use` and `too_many_connections`, which are tried again.
   */
  start(): Promise<Envelope> {
    if (!this.#reconnector.isClosing) this.#running ??= this.#run();
    return this.#firstWelcome.promise;
  }

  /** Where it stands now. */
  get status(): ClientStatus {
    return this.#status;
  }

  /** The name that it is logged in with, which `/nick` may have changed; empty before the first login. */
  get user(): string {
    return this.#credentials.user;
  }

  /** The token of the last login; empty before it. */
  get token(): string {
    return this.#credentials.token;
  }

  /** The highest seq seen and the log that it belongs to: what `resume` takes, and before the first login what it was given. Else null. */
  get cursor(): { since: number; epoch: string } | null {
    return this.#cursor.value;
  }

  /** What was said and not acknowledged, in order. */
  get pending(): readonly PendingMessage[] {
    return this.#outbox.pending;
  }

  /**
   * Says `text` to `#room` or a user. Resolves with the `stored` reply, that is when the message is on disk. Kept and sent again, in order
   * and with the same id, through outages, `rate_limited` and `store_unavailable`.
   * Rejects with ChatError where it was refused, ConnectionLost where the client was closed first.
   * @param options.id the id to send it with, as after a restart; a random one where there is none
   */
  say(
    destination: string,
    text: string,
    options: { id?: string; metadata?: Metadata } = {},
  ): Promise<Envelope> {
    return this.#post({ type: "chat", destination, message: text, ...options });
  }

  /** Publishes a `subscription` in the user's own feed; otherwise as `say`. */
  publish(text: string, options: { id?: string; metadata?: Metadata } = {}): Promise<Envelope> {
    return this.#post({ type: "subscription", message: text, ...options });
  }

  /**
   * Sends a command line, as in `/join #tea`. Resolves with its reply. Commands that say something (`/msg`, `/say`, `/ask`) are kept and sent again as
   * `say` does; any other rejects with ConnectionLost where the connection is down or goes down before the reply. Rejects with ChatError where it was refused.
   */
  command(
    line: string,
    options: { destination?: string; metadata?: Metadata; id?: string } = {},
  ): Promise<Envelope> {
    const draft = { type: "command", message: line, ...options };
    return isSaying(line) ? this.#post(draft) : this.#ask(draft);
  }

  /**
   * Sends a command that gets no reply (`/typing`, `/draft`); dropped while there is no connection.
   * @throws ChatError `bad_message`, `too_long`
   */
  signal(line: string, options: { destination?: string; metadata?: Metadata } = {}): void {
    this.#reconnector.onlineSession?.signal(
      encodeLine(checkRequest({ type: "command", message: line, ...options })),
    );
  }

  /** Ends the wait before the next attempt to connect. */
  retryNow(): void {
    this.#reconnector.retryNow();
  }

  /**
   * Looks whether the connection is still one, as after the machine slept: where no answer comes within `withinMs` it counts as lost. Without
   * one, tries to connect at once.
   */
  check(withinMs: number): void {
    const session = this.#reconnector.onlineSession;
    if (session) session.check(withinMs);
    else this.retryNow();
  }

  /** Closes for good; what is pending rejects with ConnectionLost. Resolves when the connection has ended. */
  async close(): Promise<void> {
    this.#reconnector.close();
    this.#running ??= Promise.resolve(this.#finish());
    await this.#running;
  }

  /** Keeps what is said until it is stored. */
  #post(draft: Record<string, unknown>): Promise<Envelope> {
    return asAnswer(() => {
      const request = requireRequest(draft);
      const line = encodeLine(request);
      if (this.#status.state === "closed") throw new ConnectionLost(CLOSED);
      return this.#outbox.add(request, line);
    });
  }

  /** Sends what is of use only now. */
  #ask(draft: Record<string, unknown>): Promise<Envelope> {
    return asAnswer(() => {
      const request = requireRequest(draft);
      const line = encodeLine(request);
      const session = this.#reconnector.onlineSession;
      if (session) return session.command(request.id, line);
      throw new ConnectionLost(this.#status.state === "closed" ? CLOSED : NOT_NOW);
    });
  }

  async #run(): Promise<void> {
    try {
      this.#finish(await this.#reconnector.run());
    } catch (error) {
      this.#finish(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #makeSession(connection: ClientConnection, replyTimeoutMs: number): Session {
    return new Session(connection, {
      credentials: this.#credentials,
      cursor: this.#cursor,
      outbox: this.#outbox,
      replyTimeoutMs,
      onMessage: (message) => this.#events.message?.(message),
      onNotification: (notification) => this.#events.notification?.(notification),
      onOnline: (welcome) => this.#cameOnline(welcome),
    });
  }

  #cameOnline(welcome: Envelope): void {
    this.#setStatus({ state: "online", welcome });
    this.#firstWelcome.resolve(welcome);
  }

  #finish(error?: Error): void {
    if (this.#status.state === "closed") return;
    const reason = error ?? new ConnectionLost(CLOSED);
    this.#outbox.rejectAll(new ConnectionLost(reason.message, { cause: reason }));
    this.#firstWelcome.reject(reason);
    this.#setStatus({ state: "closed", ...error && { error } });
  }

  #setStatus(status: ClientStatus): void {
    this.#status = status;
    this.#events.status?.(status);
  }
}

const CLOSED = "The client is closed.";
const NOT_NOW = "There is no connection to the server now. Try again later.";

/** What `ask` throws rejects; and who does not wait for the answer shall not end the process when it is a refusal. */
function asAnswer(ask: () => Promise<Envelope>): Promise<Envelope> {
  const answer = (async () => await ask())();
  answer.catch(() => {});
  return answer;
}
