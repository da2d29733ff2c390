/**
 * One connection, from its first line to its last: reads requests, has them done in order, and turns what goes wrong
 * into a reply. The one place where an error becomes one.
 */

import { parseCommandLine } from "../protocol/commands.ts";
import { ChatError } from "../protocol/errors.ts";
import { type Line, LineError } from "../protocol/lines.ts";
import { parseRequest, type Request, salvageId } from "../protocol/message.ts";
import { requireUserName } from "../protocol/names.ts";
import { parseTextLine } from "../protocol/text.ts";
import { Chunk, Page } from "./chunk.ts";
import type { ChatServer } from "./chat_server.ts";
import { timestampOf } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { encode, notification } from "./encode.ts";
import type { Format, LiveUser, Receiver } from "./live.ts";
import { Outbox } from "./outbox.ts";
import { type Reply, replyText } from "./reply.ts";
import { asChatError, type Outcome, type Prepared, type Sender } from "./router.ts";

const HTTP_REQUEST = /^[A-Z]{3,10} \S+ HTTP\/\d/;
/** Stored but not acknowledged: with more of them, no further line is read. */
const MAX_UNSETTLED = 1024;
/** Where reading cannot be slowed, so many lines may wait before messages are refused. */
const MAX_BACKLOG = 100;
/** And with so many the connection is closed. */
const ABUSIVE_BACKLOG = 20_000;
const MAX_BAD_CREDENTIALS = 5;
/** How long an error that ends the connection may wait for the write before it. */
const LAST_WORDS_MS = 250;

/** Null: the first line decides. */
const FORMATS = { tcp: null, websocket: "json", http: "json", memory: "json", console: "text" } as const;

export class Session implements Receiver, Sender {
  readonly connection: Connection;
  readonly #server: ChatServer;
  readonly #outbox: Outbox;
  readonly openedAt: number;
  /** When something last came from the peer, monotonic. */
  heardAt: number;
  /** When the peer was asked for a sign of life that has not come; null where none is awaited. */
  pingedAt: number | null = null;
  /** Whether it waits for the peer rather than for the server. */
  isReading = false;
  /** SHA-256 of the token of this login. */
  tokenHash: string | null = null;
  isLive = false;
  /** The highest seq that was given to it; what its user missed is after that. */
  givenSeq = 0;

  #user: LiveUser | null = null;
  #format: Format | null;
  /** Text mode: what is said without a destination goes here; empty where there is none. */
  room = "";
  /** Text mode: the name whose password the next line is. */
  #passwordFor: string | null = null;
  #badCredentials = 0;
  #isEnded = false;
  #isQuitting = false;
  #closing: Promise<void> | undefined;

  #run: Prepared[] = [];
  #unsettled = 0;
  #settledWaiters: (() => void)[] = [];
  /** Until then, by the monotonic clock, all messages are refused. */
  #refusedUntil = 0;

  constructor(server: ChatServer, connection: Connection) {
    this.#server = server;
    this.connection = connection;
    this.openedAt = this.heardAt = server.clock.monotonic();
    this.#format = FORMATS[connection.transport];
    this.#outbox = new Outbox(connection, {
      overflowed: () =>
        this.end(
          new ChatError("slow_consumer", "It did not read what was sent to it. Log in again with since."),
        ),
      sent: (seq) => this.#delivered(seq),
    });
  }

  get format(): Format {
    return this.#format ?? "text";
  }

  /** @throws ChatError `not_logged_in` */
  get user(): LiveUser {
    if (this.#user) return this.#user;
    throw new ChatError("not_logged_in", "Log in first: /login NAME.");
  }

  get isLoggedIn(): boolean {
    return this.#user !== null;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Whether anything came that decides how the connection speaks, and it is JSON. */
  get isJson(): boolean {
    return this.#format === "json";
  }

  /** Serves the connection until it ends. Never rejects. */
  async serve(): Promise<void> {
    if (this.#format === null) this.#greet();
    if (this.connection.login) {
      await this.#guard(() => this.#command(login("", this.connection.login)), undefined);
    }
    this.isReading = true;
    for await (const lines of this.connection.lines()) {
      this.isReading = false;
      this.heardAt = this.#server.clock.monotonic();
      this.pingedAt = null;
      await this.#handle(lines);
      if (this.#isEnded) break;
      this.isReading = true;
    }
    this.isReading = false;
    await this.#settled();
    if (!this.#isEnded) await this.#outbox.drained();
    this.end();
    await this.#closing;
  }

  // ---- sending ----

  get receiver(): Receiver {
    return this;
  }

  push(chunk: Chunk): void {
    if (chunk.lastSeq > 0) this.givenSeq = chunk.lastSeq;
    this.#outbox.push(chunk);
  }

  flush(): Promise<void> | null {
    return this.#outbox.flush();
  }

  drained(): Promise<void> {
    return this.#outbox.drained();
  }

  sendPage(page: Page): void {
    if (page.lastSeq > 0) this.givenSeq = page.lastSeq;
    this.#outbox.send(page);
  }

  /** Writes begun so far, and whether one is under way: one that lasts for a minute has stalled. */
  get writing(): number | null {
    return this.#outbox.isWriting ? this.#outbox.writes : null;
  }

  reply(reply: Reply, replyTo?: string): void {
    const metadata = replyTo === undefined ? reply.metadata : { reply_to: replyTo, ...reply.metadata };
    const envelope = notification(reply.code, reply.message, metadata, this.#server.clock.now());
    const line = this.format === "json"
      ? encode(envelope, "json", "")
      : replyText(envelope, this.#user?.name ?? "");
    if (line !== undefined) this.#outbox.send(new Page([line]));
  }

  /** Sends a line of text mode as it is: the greeting and its questions. */
  say(line: string): void {
    this.#outbox.send(new Page([line]));
  }

  /** Makes it live: it gets what is said from now on, after the reply to the present request. */
  goLive(): void {
    this.hold();
    this.isLive = true;
  }

  /** Holds back what is said until the present request has its reply. */
  hold(): void {
    this.#outbox.hold();
  }

  // ---- ending ----

  /** Ends the connection, telling the peer why where it still reads. */
  end(error?: ChatError): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (error) this.#sendError(error);
    if (this.#user) this.#server.departed(this);
    if (!error || error.code === "slow_consumer" || !this.#outbox.isWriting) return this.#close(error);
    this.#closing = this.#closeAfterLastWords(error);
  }

  #close(error?: ChatError): void {
    this.connection.close(error);
    this.#outbox.close();
  }

  /** A write is under way, so the error still waits: it gets a moment, in which the peer may take it. */
  async #closeAfterLastWords(error: ChatError): Promise<void> {
    const cancel = this.#server.clock.after(LAST_WORDS_MS, () => this.#close(error));
    await this.#outbox.drained();
    cancel();
    this.#close(error);
  }

  /** Sends what waits, as long as the peer reads it, and ends. */
  async quit(): Promise<void> {
    this.#isQuitting = true;
    await this.#outbox.drained();
    this.end();
  }

  /** Takes no further line. Resolves when what it said before has been delivered or refused. */
  async stopReading(): Promise<void> {
    this.#isQuitting = true;
    await this.#settled();
  }

  /** The login succeeded: from now on it is this user's connection. */
  become(user: LiveUser, tokenHash: string): void {
    this.#user = user;
    this.tokenHash = tokenHash;
  }

  // ---- reading ----

  async #handle(lines: readonly Line[]): Promise<void> {
    for (let i = 0; i < lines.length; i++) {
      if (this.#isEnded || this.#isQuitting) return;
      if (typeof lines[i] !== "string") await this.#settled();
      const request = await this.#guard(() => this.#read(lines[i]!), lines[i]!);
      if (this.#outbox.isBehind) await this.#outbox.drained();
      if (!request) continue;
      const backlog = this.connection.backlog === 0 ? 0 : this.connection.backlog + lines.length - i;
      const work = this.#guard(() => this.#do(request, backlog), request.id);
      if (work) await work;
    }
    this.#commit();
    if (this.#unsettled > MAX_UNSETTLED) await this.#settled();
    if (this.#server.store.isFull) await this.#server.store.ready();
  }

  /** Runs a part of a request; what it throws becomes the reply. Answers at once where `part` does. */
  #guard<T>(
    part: () => T | Promise<T>,
    from: Line | string | undefined,
  ): T | undefined | Promise<T | undefined> {
    try {
      const result = part();
      if (!(result instanceof Promise)) return result;
      return result.catch((error) => this.#failed(error, from));
    } catch (error) {
      this.#failed(error, from);
      return undefined;
    }
  }

  #failed(error: unknown, from: Line | string | undefined): undefined {
    const id = typeof from !== "string" ? undefined : from.startsWith("{") ? salvageId(from) : from;
    this.#refuse(error, this.isJson ? id : undefined);
    return undefined;
  }

  #refuse(error: unknown, replyTo?: string): void {
    const known = this.#server.explain(asChatError(error));
    if (known instanceof LineError && known.startsWithBrace && this.#format === null) this.#format = "json";
    if (known.code === "bad_credentials" && ++this.#badCredentials >= MAX_BAD_CREDENTIALS) {
      return this.end(known);
    }
    if (known.closes) return this.end(known);
    this.#sendError(known, replyTo);
    if (!this.#user && this.format === "text") this.say("Enter your username:");
  }

  #sendError(error: ChatError, replyTo?: string): void {
    const metadata = { error: error.code, ...error.details };
    this.reply({ code: "error", message: error.message, metadata }, replyTo);
  }

  #greet(): void {
    this.say(this.#server.greeting);
    this.say("Enter your username:");
  }

  /** A line as a request; undefined where it is none, or has been answered. */
  #read(line: Line): Request | undefined {
    if (typeof line !== "string") throw line;
    if (this.#format === null && !this.#decide(line)) return undefined;
    if (this.#format === "json") return line.trim() === "" ? undefined : parseRequest(line);
    return this.#user ? this.#readText(line) : this.#readLogin(line);
  }

  /** The first line decides how the connection speaks. */
  #decide(line: string): boolean {
    if (line.trim() === "") return false;
    if (HTTP_REQUEST.test(line)) {
      this.say(`HTTP/1.1 400 Bad Request: this port speaks lines. ${this.#server.webHint}`);
      this.quit();
      return false;
    }
    this.#format = line.startsWith("{") ? "json" : "text";
    return true;
  }

  #readText(line: string): Request | undefined {
    const request = parseTextLine(line, this.room);
    if (request?.type === "chat" && request.destination === "") {
      throw new ChatError("bad_arguments", "You are in no room. Enter one with /join ROOM.");
    }
    return request;
  }

  /** Text mode before a login: a bare name, a password that was asked for, or a command. */
  #readLogin(line: string): Request | undefined {
    const text = line.trim();
    if (this.#passwordFor !== null) {
      const name = this.#passwordFor;
      this.#passwordFor = null;
      return login(name, { password: line });
    }
    if (text === "") return undefined;
    if (text.startsWith("/") || text === "exit") return { ...login(""), message: text };
    return login(requireUserName(text));
  }

  /** Text mode asks for a password where the account has one. */
  askPassword(name: string): void {
    this.#passwordFor = name;
    this.say(`Password for ${name}:`);
  }

  // ---- doing ----

  #do(request: Request, backlog: number): void | Promise<void> {
    if (request.type !== "command") return this.#say(request, false, backlog);
    const line = parseCommandLine(request.message);
    if (!line.spec.anonymous) void this.user;
    const said = this.#server.asSaid(request, line);
    if (said) return this.#say(said, line.spec.name === "ask", backlog);
    return this.#command(request);
  }

  async #command(request: Request): Promise<void> {
    this.#commit();
    await this.#settled();
    await this.#outbox.drained();
    if (this.#user) await this.#slowDown(() => this.#server.commandWait(this.user));
    try {
      const reply = await this.#server.command(request, { user: this.#user, session: this });
      if (reply) this.reply(reply, request.id);
      if (reply?.code === "bye") await this.quit();
    } finally {
      this.#outbox.release();
    }
  }

  #say(request: Request, isQuestion: boolean, backlog: number): void | Promise<void> {
    const { user } = this;
    if (this.#server.isSubscription(request)) return this.#asCommand(request);
    if (backlog > ABUSIVE_BACKLOG) {
      return this.end(rateLimited(this.#refusedUntil - this.#server.clock.monotonic()));
    }
    const wait = this.#waitFor(backlog);
    if (wait > 0) return this.#sayLater(request, isQuestion);
    const prepared = this.#server.router.prepare(user, request, { isQuestion });
    if (!(prepared instanceof Promise)) return void this.#run.push(prepared);
    this.#commit();
    return prepared.then((prepared) => void this.#run.push(prepared));
  }

  /** Milliseconds until the rate allows a message. @throws ChatError `rate_limited` where waiting does not help */
  #waitFor(backlog: number): number {
    const now = this.#server.clock.monotonic();
    if (now < this.#refusedUntil) throw rateLimited(this.#refusedUntil - now);
    const wait = this.#server.messageWait(this.user);
    if (wait === 0 || backlog <= MAX_BACKLOG) return wait;
    // What waits already takes its time too, so coming back sooner would only be refused again.
    this.#refusedUntil = now + Math.max(wait, 1000);
    throw rateLimited(this.#refusedUntil - now);
  }

  async #sayLater(request: Request, isQuestion: boolean): Promise<void> {
    this.#commit();
    await this.#slowDown(() => this.#server.messageWait(this.user));
    this.#run.push(await this.#server.router.prepare(this.user, request, { isQuestion }));
  }

  /** Waits until `wait` says 0. Meanwhile nothing is read from the peer. */
  async #slowDown(wait: () => number): Promise<void> {
    for (let ms = wait(); ms > 0 && !this.#isEnded; ms = wait()) await this.#server.pause(ms);
  }

  /** Saying `subscribe` to a bot is the command of that name. */
  async #asCommand(request: Request): Promise<void> {
    const command = await this.#server.subscriptionCommand(request);
    if (command) return await this.#command(command);
    this.#run.push(await this.#server.router.prepare(this.user, request));
  }

  // ---- what was said ----

  #commit(): void {
    if (this.#run.length === 0) return;
    const run = this.#run;
    this.#run = [];
    this.#unsettled += run.length;
    this.#server.router.commit(run, this);
  }

  accepted(prepared: Prepared, outcome: Outcome): void {
    if (outcome.status === "duplicate") {
      const reply = this.#server.router.replyTo(prepared) ?? { message: "Stored.", metadata: {} };
      const metadata = {
        seq: outcome.seq,
        timestamp: timestampOf(outcome.createdAt),
        ...reply.metadata,
        duplicate: true,
      };
      this.reply(
        { code: "stored", message: reply.message, metadata },
        prepared.message.clientId ?? undefined,
      );
    }
    this.#settle();
  }

  refused(prepared: Prepared, error: ChatError): void {
    this.#refuse(error, prepared.message.clientId ?? undefined);
    this.#settle();
  }

  #settle(): void {
    if (--this.#unsettled > 0) return;
    const waiters = this.#settledWaiters;
    this.#settledWaiters = [];
    for (const resolve of waiters) resolve();
  }

  /** Resolves when all that was said on this connection has been delivered or refused. */
  #settled(): Promise<void> {
    this.#commit();
    if (this.#unsettled === 0) return Promise.resolve();
    return new Promise((resolve) => this.#settledWaiters.push(resolve));
  }

  #delivered(seq: number): void {
    if (this.#user && seq > this.#user.deliveredSeq) this.#user.deliveredSeq = seq;
  }
}

function login(name: string, metadata: Request["metadata"] = {}): Request {
  return { type: "command", destination: "", message: `/login ${name}`, metadata };
}

function rateLimited(ms: number): ChatError {
  const retry = Math.max(1, Math.ceil(ms));
  return new ChatError("rate_limited", `Too fast. Send it again in ${Math.ceil(retry / 1000)} s.`, {
    retry_after_ms: retry,
  });
}
