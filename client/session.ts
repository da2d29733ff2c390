/** One connection of a chat client, from the login to its end. */

import { ChatError, type ErrorCode } from "../protocol/errors.ts";
import type { Envelope } from "../protocol/message.ts";
import { ConnectionLost } from "./connection_lost.ts";
import type { Credentials } from "./credentials.ts";
import type { Cursor } from "./cursor.ts";
import { errorOf, isMessage, isSeq, type Message, readEnvelope, storedReplyOf } from "./envelope_reader.ts";
import { type Outbox, readWait } from "./outbox.ts";
import { encodeRequest } from "./request.ts";
import { randomId } from "./request_id.ts";
import type { ClientConnection } from "./transport.ts";
import { Watchdog } from "./watchdog.ts";

/** How a session ended. */
export type SessionEnd =
  /** Worth another attempt, though not before `retryAfterMs`. */
  | { readonly kind: "lost"; readonly problem: string; readonly retryAfterMs: number }
  /** The login was refused, and would be again. */
  | { readonly kind: "refused"; readonly error: ChatError }
  /** The user said `/quit` or `/logout`. */
  | { readonly kind: "bye" };

/** What outlives a session, and who hears of what comes. */
export interface SessionOptions {
  readonly credentials: Credentials;
  readonly cursor: Cursor;
  readonly outbox: Outbox;
  readonly replyTimeoutMs: number;
  readonly onMessage: (message: Message) => void;
  readonly onNotification: (notification: Envelope) => void;
  /** Logged in and caught up. */
  readonly onOnline: (welcome: Envelope) => void;
}

/** At a login these pass by themselves. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  "rate_limited",
  "store_unavailable",
  "internal",
  "login_timeout",
  "idle_timeout",
  "slow_consumer",
]);

/** These pass too, but whoever logs in for the first time is told at once. */
const PASSING_LATER: ReadonlySet<ErrorCode> = new Set(["name_in_use", "too_many_connections"]);

export class Session {
  readonly #connection: ClientConnection;
  readonly #options: SessionOptions;
  readonly #watchdog: Watchdog;
  readonly #commands = new Map<string, PromiseWithResolvers<Envelope>>();
  #checkTimer: ReturnType<typeof setTimeout> | undefined;
  #loginId = "";
  #welcome: Envelope | undefined;
  #isOnline = false;
  #onlineSince: number | undefined;
  /** Why the connection is about to end, where the server said so. */
  #problem = "The connection was lost.";
  #end: SessionEnd | undefined;

  constructor(connection: ClientConnection, options: SessionOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#watchdog = new Watchdog({
      replyTimeoutMs: options.replyTimeoutMs,
      onOverdue: () => this.#finish(lost("The server did not answer in time.")),
      onQuiet: () => this.#askForSign(),
    });
  }

  get isOnline(): boolean {
    return this.#isOnline;
  }

  /** How long ago it came online, in milliseconds; 0 where it never did. */
  get onlineMs(): number {
    return this.#onlineSince === undefined ? 0 : performance.now() - this.#onlineSince;
  }

  /** Logs in and takes what comes. Resolves when the connection has ended; rejects only where a handler threw. */
  async run(): Promise<SessionEnd> {
    try {
      this.#login();
      for await (const lines of this.#connection.lines()) this.#take(lines);
    } finally {
      this.#stop();
    }
    return this.#end ?? lost(this.#problem);
  }

  /** Sends a command. Resolves with its reply; rejects with ChatError, or ConnectionLost where the connection ends first. */
  command(id: string, line: string): Promise<Envelope> {
    if (this.#commands.has(id)) {
      return Promise.reject(
        new ChatError("id_conflict", `A command with the id "${id}" waits for its reply. Use another.`),
      );
    }
    const reply = Promise.withResolvers<Envelope>();
    this.#commands.set(id, reply);
    this.#request(id, line);
    return reply.promise;
  }

  /** Ends the connection where nothing at all is heard within `ms`. */
  check(ms: number): void {
    if (this.#checkTimer !== undefined) return;
    this.#checkTimer = setTimeout(() => this.#finish(lost("The connection was lost.")), ms);
    this.#askForSign();
  }

  /** Sends what gets no reply. */
  signal(line: string): void {
    this.#connection.send(line);
  }

  close(): void {
    this.#finish(lost("The client was closed."));
  }

  #login(): void {
    const { credentials, cursor } = this.#options;
    this.#loginId = randomId();
    this.#request(
      this.#loginId,
      encodeRequest({ ...credentials.request(cursor.value?.since), id: this.#loginId }),
    );
  }

  #request(id: string, line: string): void {
    this.#watchdog.sent(id);
    this.#connection.send(line);
  }

  #askForSign(): void {
    const id = randomId();
    this.#request(
      id,
      encodeRequest({ type: "command", destination: "", message: "/ping", metadata: {}, id }),
    );
  }

  #endCheck(): void {
    clearTimeout(this.#checkTimer);
    this.#checkTimer = undefined;
  }

  #take(lines: readonly string[]): void {
    this.#watchdog.heard();
    this.#endCheck();
    for (const line of lines) {
      if (this.#end) return;
      const envelope = readEnvelope(line);
      if (envelope) this.#hear(envelope);
    }
  }

  #hear(envelope: Envelope): void {
    if (isMessage(envelope)) return this.#hearMessage(envelope);
    const { metadata } = envelope;
    switch (metadata.code) {
      case "ping":
        // Any line answers it, also an empty one.
        return this.#connection.send("");
      case "welcome":
        return this.#hearWelcome(envelope);
      case "caught_up":
        return this.#hearCaughtUp(envelope);
      case "stored":
        return this.#hearStored(envelope);
      case "nick":
        this.#options.credentials.renamed(metadata.old, metadata.new);
        break;
      case "closing":
        this.#problem = envelope.message || "The server is shutting down.";
        break;
      case "bye":
      case "logged_out":
        this.#finish({ kind: "bye" });
        break;
      case "error":
        return this.#hearError(envelope);
    }
    this.#hearReply(envelope);
  }

  #hearMessage(message: Message): void {
    const { cursor, onMessage } = this.#options;
    const isNew = cursor.advance(message.seq);
    if (this.#isOwnPending(message)) this.#acknowledge(message.id, storedReplyOf(message));
    else if (isNew) onMessage(message);
  }

  /** The connection broke between its commit and its reply, and here it comes back. */
  #isOwnPending(message: Message): message is Message & { id: string } {
    const { credentials, outbox } = this.#options;
    return message.id !== undefined && outbox.has(message.id) && credentials.isUser(message.sender);
  }

  #hearWelcome(welcome: Envelope): void {
    if (this.#welcome) return;
    this.#watchdog.answered(this.#loginId);
    const { user, token, epoch } = welcome.metadata;
    if (typeof user !== "string" || user === "" || typeof epoch !== "string") {
      return this.#finish(lost("The server's welcome does not say who is welcome to which log."));
    }
    this.#welcome = welcome;
    this.#options.credentials.accepted(user, typeof token === "string" ? token : "");
    if (this.#options.cursor.belongsTo(epoch)) return;
    this.#finish(lost("The server has another log than before."));
  }

  #hearCaughtUp(notification: Envelope): void {
    const { cursor, onNotification, onOnline, outbox } = this.#options;
    if (isSeq(notification.metadata.seq)) cursor.advance(notification.metadata.seq);
    onNotification(notification);
    if (!this.#welcome || this.#isOnline || this.#end) return;
    this.#isOnline = true;
    this.#onlineSince = performance.now();
    onOnline(this.#welcome);
    outbox.attach((id, line) => this.#request(id, line));
  }

  #hearStored(reply: Envelope): void {
    const { reply_to: id, seq, duplicate } = reply.metadata;
    const { cursor } = this.#options;
    if (isSeq(seq)) {
      if (duplicate === true) cursor.know(seq);
      else cursor.advance(seq);
    }
    if (typeof id === "string") this.#acknowledge(id, reply);
    else this.#options.onNotification(reply);
  }

  /** Another reply than `stored` acknowledges too: `subscribe` said to a bot is answered with `subscribed`. */
  #hearReply(notification: Envelope): void {
    const { reply_to: id } = notification.metadata;
    if (typeof id === "string") this.#acknowledge(id, notification);
    else this.#options.onNotification(notification);
  }

  #acknowledge(id: string, reply: Envelope): void {
    this.#watchdog.answered(id);
    if (this.#options.outbox.acknowledge(id, reply)) return;
    this.#commands.get(id)?.resolve(reply);
    this.#commands.delete(id);
  }

  #hearError(notification: Envelope): void {
    const error = errorOf(notification)!;
    const { reply_to: id } = notification.metadata;
    if (typeof id === "string") this.#refuse(id, error);
    else this.#hearOfConnection(notification, error);
  }

  #refuse(id: string, error: ChatError): void {
    this.#watchdog.answered(id);
    if (id === this.#loginId) return this.#loginRefused(error);
    if (this.#options.outbox.has(id)) return this.#options.outbox.refuse(id, error);
    this.#commands.get(id)?.reject(error);
    this.#commands.delete(id);
  }

  /** An error that answers no request is about the connection. */
  #hearOfConnection(notification: Envelope, error: ChatError): void {
    this.#problem = error.message;
    if (!this.#welcome && error.closes) this.#loginRefused(error);
    else this.#options.onNotification(notification);
  }

  #loginRefused(error: ChatError): void {
    const { credentials } = this.#options;
    if (error.code === "bad_credentials" && credentials.wasWrong()) return this.#login();
    if (error.code === "name_in_use" && credentials.wasOwnRegistration()) return this.#login();
    const passes = PASSING.has(error.code) || credentials.hasLoggedIn && PASSING_LATER.has(error.code);
    if (!passes) return this.#finish({ kind: "refused", error });
    const { retry_after_ms: wait } = error.details;
    this.#finish(lost(error.message, wait === undefined ? 0 : readWait(wait)));
  }

  /** `lines` ends when the connection has closed; what still comes before is not taken. */
  #finish(end: SessionEnd): void {
    this.#end ??= end;
    this.#isOnline = false;
    this.#connection.close();
  }

  #stop(): void {
    this.#finish(lost(this.#problem));
    this.#watchdog.stop();
    this.#endCheck();
    if (!this.#welcome) this.#options.credentials.wasUnanswered();
    this.#options.outbox.detach();
    for (const reply of this.#commands.values()) reply.reject(new ConnectionLost(this.#problem));
    this.#commands.clear();
  }
}

function lost(problem: string, retryAfterMs = 0): SessionEnd {
  return { kind: "lost", problem, retryAfterMs };
}
