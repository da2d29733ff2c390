/**
 * One connection, from its first line to its last: reads requests, has them done in order, and turns what goes wrong
 * into a reply. The one place where an error becomes one.
 */

import { ChatError } from "../protocol/errors.ts";
import { type Line, LineError } from "../protocol/lines.ts";
import { type Request, salvageId } from "../protocol/message.ts";
import { Chunk, Page } from "./chunk.ts";
import type { ChatServer } from "./chat_server.ts";
import type { Connection } from "./connection.ts";
import { encode, notification } from "./encode.ts";
import type { Format, LiveUser } from "./live.ts";
import { Outbox, type OutboxEvents } from "./outbox.ts";
import { type Reply, replyText } from "./reply.ts";
import { type Interlocutor, loginRequest, RequestReader } from "./request_reader.ts";
import { Requests } from "./requests.ts";
import { asChatError } from "./router.ts";
import type { Speaker } from "./said_messages.ts";

const MAX_BAD_CREDENTIALS = 5;
/** How long an error that ends the connection may wait for the write before it. */
const LAST_WORDS_MS = 250;

/** Null: the first line decides. */
const FORMATS = { tcp: null, websocket: "json", http: "json", memory: "json", console: "text" } as const;

export class Session implements Speaker, Interlocutor, OutboxEvents {
  readonly connection: Connection;
  readonly #server: ChatServer;
  readonly #outbox: Outbox;
  readonly #reader: RequestReader;
  readonly #requests: Requests;
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
  /** The highest seq that was given to it, also of what is held back; it never goes down. What its user missed is after that. */
  givenSeq = 0;

  #user: LiveUser | null = null;
  /** Text mode: what is said without a destination goes here; empty where there is none. */
  room = "";
  #badCredentials = 0;
  #isEnded = false;
  #isQuitting = false;
  #closing: Promise<void> | undefined;

  constructor(server: ChatServer, connection: Connection) {
    this.#server = server;
    this.connection = connection;
    this.openedAt = this.heardAt = server.clock.monotonic();
    this.#reader = new RequestReader(FORMATS[connection.transport], this, server.webHint);
    this.#requests = new Requests(server, this);
    this.#outbox = new Outbox(connection, this);
  }

  get format(): Format {
    return this.#reader.format ?? "text";
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
    return this.#reader.format === "json";
  }

  /** Serves the connection until it ends. Never rejects. */
  async serve(): Promise<void> {
    if (this.#reader.format === null) this.#greet();
    if (this.connection.login) {
      await this.#do(loginRequest("", this.connection.login), 0);
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
    await this.#requests.said.settled();
    if (!this.#isEnded) await this.#outbox.drained();
    this.end();
    await this.#closing;
  }

  // ---- sending ----

  push(chunk: Chunk): void {
    if (chunk.lastSeq > this.givenSeq) this.givenSeq = chunk.lastSeq;
    this.#outbox.push(chunk);
  }

  flush(): Promise<void> | null {
    return this.#outbox.flush();
  }

  drained(): Promise<void> {
    return this.#outbox.drained();
  }

  sendPage(page: Page): void {
    if (page.lastSeq > this.givenSeq) this.givenSeq = page.lastSeq;
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

  /** Lets go what was held back. */
  release(): void {
    this.#outbox.release();
  }

  failed(error: unknown): void {
    this.end(this.#server.explain(error));
  }

  overflowed(): void {
    this.end(new ChatError("slow_consumer", "It did not read what was sent to it. Log in again with since."));
  }

  sent(lastSeq: number): void {
    if (this.#user && lastSeq > this.#user.deliveredSeq) this.#user.deliveredSeq = lastSeq;
  }

  // ---- ending ----

  /** Ends the connection, telling the peer why where it still reads. */
  end(error?: ChatError, replyTo?: string): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (error) this.#sendError(error, replyTo);
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

  /**
   * Sends what waits, as long as the peer reads it, and ends. What is said from now on is left for the next time: begun to be written as the
   * connection closes, it could reach the peer without counting as delivered, and come again.
   */
  async quit(): Promise<void> {
    this.#isQuitting = true;
    this.isLive = false;
    await this.#outbox.drained();
    this.end();
  }

  /** Takes no further line. Resolves when what it said before has been delivered or refused. */
  async stopReading(): Promise<void> {
    this.#isQuitting = true;
    await this.#requests.said.settled();
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
      if (typeof lines[i] !== "string") await this.#requests.said.settled();
      const request = this.#read(lines[i]!);
      if (this.#outbox.isBehind) await this.#outbox.drained();
      if (!request) continue;
      const backlog = this.connection.backlog === 0 ? 0 : this.connection.backlog + lines.length - i;
      const work = this.#do(request, backlog);
      if (work) await work;
    }
    this.#requests.said.commit();
    if (this.#requests.said.isTooMuch) await this.#requests.said.settled();
    // Who says nothing is read on: a slow disk is no reason to leave a ping unanswered.
    if (this.#server.store.isFull && !this.#requests.said.isSettled) await this.#server.store.ready();
  }

  /** Does a request; what it throws becomes the reply. Answers at once where that does. */
  #do(request: Request, backlog: number): void | Promise<void> {
    try {
      return this.#requests.do(request, backlog)?.catch((error) => this.#failed(error, request.id));
    } catch (error) {
      this.#failed(error, request.id);
    }
  }

  #failed(error: unknown, id: string | undefined): undefined {
    this.refuse(error, this.isJson ? id : undefined);
  }

  /** Answers with an error, which may end the connection. */
  refuse(error: unknown, replyTo?: string): void {
    const known = this.#server.explain(asChatError(error));
    if (known instanceof LineError && known.startsWithBrace) this.#reader.decideForJson();
    if (known.code === "bad_credentials" && ++this.#badCredentials >= MAX_BAD_CREDENTIALS) {
      return this.end(known, replyTo);
    }
    if (known.closes) return this.end(known, replyTo);
    this.#sendError(known, replyTo);
    if (!this.#user && this.format === "text") this.#reader.askName();
  }

  #sendError(error: ChatError, replyTo?: string): void {
    const metadata = { error: error.code, ...error.details };
    this.reply({ code: "error", message: error.message, metadata }, replyTo);
  }

  #greet(): void {
    this.say(this.#server.greeting);
    this.#reader.askName();
  }

  /** The request that a line is; undefined where it is none, or has been answered. */
  #read(line: Line): Request | undefined {
    try {
      if (typeof line === "string") return this.#reader.read(line);
      throw line;
    } catch (error) {
      return this.#failed(error, typeof line === "string" ? salvageId(line) : undefined);
    }
  }

  /** Text mode asks for a password where the account has one. */
  askPassword(name: string): void {
    this.#reader.askPassword(name);
  }
}
