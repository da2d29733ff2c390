/** A server that does what a test tells it to, over the in-memory connection. */

import assert from "node:assert/strict";
import { Chunk } from "../server/chunk.ts";
import type { Connection } from "../server/connection.ts";
import { memoryConnect } from "../server/memory.ts";
import type { Envelope, Metadata, Request } from "../protocol/message.ts";
import type { Connect } from "../client/transport.ts";

export const TIME = "2026-11-21T10:00:00.000Z";

export interface WelcomeOptions {
  user?: string;
  token?: string;
  epoch?: string;
  /** What `caught_up` says. */
  seq?: number;
  /** What comes before `caught_up`. */
  missed?: readonly Envelope[];
}

export class ScriptedServer {
  readonly #connections = new Mailbox<ScriptedConnection>();
  /** With words in it, connecting fails with them. */
  refusal: string | undefined;

  readonly connect: Connect = memoryConnect((connection) => {
    if (this.refusal !== undefined) throw new Error(this.refusal);
    this.#connections.put(new ScriptedConnection(connection));
  });

  /** The next connection that a client opens. */
  accept(): Promise<ScriptedConnection> {
    return this.#connections.take();
  }

  /** The next connection, logged in. */
  async welcome(options: WelcomeOptions = {}): Promise<ScriptedConnection> {
    const connection = await this.accept();
    connection.welcome(await connection.next(), options);
    return connection;
  }
}

export class ScriptedConnection {
  readonly #connection: Connection;
  readonly #lines = new Mailbox<string>();
  /** Resolves when the client has closed it, or the test has. */
  readonly ended: Promise<void>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.ended = this.#read();
  }

  /** The next line, as it is. */
  nextLine(): Promise<string> {
    return this.#lines.take();
  }

  /** The next line as a request. */
  async next(): Promise<Request & { id: string }> {
    return { metadata: {}, destination: "", ...JSON.parse(await this.nextLine()) };
  }

  async nextMany(count: number): Promise<(Request & { id: string })[]> {
    const requests = [];
    while (requests.length < count) requests.push(await this.next());
    return requests;
  }

  /** Takes the next request, which has to be this one, and answers it with `pong`. Shows that nothing else was sent before. */
  async expectPing(): Promise<void> {
    const request = await this.next();
    assert.equal(request.message, "/ping");
    this.send(notification("pong", { reply_to: request.id }));
  }

  send(...envelopes: readonly Envelope[]): void {
    this.sendLines(envelopes.map((envelope) => JSON.stringify(envelope)));
  }

  sendLines(lines: readonly string[]): void {
    this.#connection.send([new Chunk(lines)]).catch(() => {});
  }

  welcome(login: Request, options: WelcomeOptions = {}): void {
    const { user = "alice", token = `token-of-${user}`, epoch = "log-1", seq = 0, missed = [] } = options;
    this.send(
      notification("welcome", { reply_to: login.id, user, token, epoch, seq }),
      ...missed,
      notification("caught_up", { count: missed.length, seq }),
    );
  }

  stored(request: Request, seq: number, more: Metadata = {}): void {
    this.send(notification("stored", { reply_to: request.id, seq, timestamp: TIME, ...more }));
  }

  refuse(request: Request, error: string, details: Metadata = {}): void {
    this.send(failure(error, { reply_to: request.id, ...details }));
  }

  close(): void {
    this.#connection.close();
  }

  async #read(): Promise<void> {
    for await (const lines of this.#connection.lines()) {
      for (const line of lines) if (typeof line === "string") this.#lines.put(line);
    }
  }
}

export function chat(seq: number, sender: string, message: string, more: Partial<Envelope> = {}): Envelope {
  return {
    type: "chat",
    sender,
    destination: "#general",
    message,
    timestamp: TIME,
    metadata: {},
    seq,
    ...more,
  };
}

export function notification(code: string, metadata: Metadata = {}, message = ""): Envelope {
  return {
    type: "notification",
    sender: "server",
    destination: "",
    message,
    timestamp: TIME,
    metadata: { code, ...metadata },
  };
}

export function failure(error: string, metadata: Metadata = {}): Envelope {
  return notification("error", { error, ...metadata }, `This is ${error}.`);
}

/** Things in the order in which they were put, for one who takes them one by one. */
export class Mailbox<T> {
  readonly #things: T[] = [];
  readonly #takers: ((thing: T) => void)[] = [];

  put(thing: T): void {
    const taker = this.#takers.shift();
    if (taker) taker(thing);
    else this.#things.push(thing);
  }

  take(): Promise<T> {
    if (this.#things.length > 0) return Promise.resolve(this.#things.shift()!);
    return new Promise((resolve) => this.#takers.push(resolve));
  }
}
