/** A client of Parley's that asks one thing at a time and tells how long the answer took. */

import { connectTcp } from "../../client/tcp_transport.ts";
import type { ClientConnection, Connect } from "../../client/transport.ts";
import { connectWebSocket } from "../../client/websocket_transport.ts";
import { isObject } from "../../protocol/message.ts";
import type { Target } from "../generator/plan.ts";

const ANSWER_TIMEOUT_MS = 60_000;
const NOTIFICATION = '{"type":"notification"';
const SEQ_KEY = '"seq":';

export interface Answer {
  readonly metadata: Readonly<Record<string, unknown>>;
  /** From the request to this answer. */
  readonly ms: number;
}

export class ProbeClient implements Disposable {
  readonly #connection: ClientConnection;
  #waiting: { code: string; sentMs: number; settle: PromiseWithResolvers<Answer> }[] = [];
  #lastSeq = 0;
  /** Messages that were delivered, other than in an answer. */
  messages = 0;
  /** Those with a lower seq than one before them, or the same. */
  outOfOrder = 0;

  /** Rejects where the server cannot be reached. */
  static async connect(target: Target): Promise<ProbeClient> {
    return new ProbeClient(await connectTo(target)(new AbortController().signal));
  }

  private constructor(connection: ClientConnection) {
    this.#connection = connection;
    void this.#read();
  }

  /** Resolves when all that was missed has come. @param name is empty with a token */
  async logIn(
    name: string,
    metadata: Readonly<Record<string, unknown>> = {},
  ): Promise<{ welcome: Answer; caughtUp: Answer }> {
    const caughtUp = this.#expect("caught_up");
    const welcome = this.ask(`/login ${name}`.trimEnd(), "welcome", metadata);
    const [first, second] = await Promise.all([welcome, caughtUp]);
    return { welcome: first, caughtUp: second };
  }

  /** @param code of the notification that ends it; the reply may hold others before */
  ask(line: string, code: string, metadata: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
    const answer = this.#expect(code);
    this.#connection.send(JSON.stringify({ type: "command", message: line, metadata }));
    return answer;
  }

  /** Resolves when the message is stored. */
  say(destination: string, text: string): Promise<Answer> {
    const answer = this.#expect("stored");
    const id = crypto.randomUUID();
    this.#connection.send(JSON.stringify({ type: "chat", id, destination, message: text }));
    return answer;
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }

  /** Resolves with the next notification of that code, its time counted from now. */
  async #expect(code: string): Promise<Answer> {
    const settle = Promise.withResolvers<Answer>();
    this.#waiting.push({ code, sentMs: performance.now(), settle });
    const problem = new Error(`no ${code} within ${ANSWER_TIMEOUT_MS / 1000} s`);
    const timer = setTimeout(() => settle.reject(problem), ANSWER_TIMEOUT_MS);
    return await settle.promise.finally(() => clearTimeout(timer));
  }

  async #read(): Promise<void> {
    for await (const lines of this.#connection.lines()) {
      for (const line of lines) {
        if (line.startsWith(NOTIFICATION)) this.#notified(line);
        else this.#delivered(line);
      }
    }
    this.#fail(new Error("the server closed the connection"));
  }

  #notified(line: string): void {
    const { metadata, message } = JSON.parse(line) as Record<string, unknown>;
    if (!isObject(metadata)) return;
    if (metadata.code === "ping") return this.#connection.send("");
    if (metadata.code === "error" || metadata.code === "closing") return this.#fail(new Error(`${message}`));
    const at = this.#waiting.findIndex(({ code }) => code === metadata.code);
    const [waiting] = at < 0 ? [] : this.#waiting.splice(at, 1);
    waiting?.settle.resolve({ metadata, ms: performance.now() - waiting.sentMs });
  }

  /** Parley puts `seq` at the end of a line. */
  #delivered(line: string): void {
    const seq = Number.parseInt(line.slice(line.lastIndexOf(SEQ_KEY) + SEQ_KEY.length), 10);
    if (!(seq > this.#lastSeq)) this.outOfOrder++;
    this.#lastSeq = seq;
    this.messages++;
  }

  #fail(error: Error): void {
    for (const { settle } of this.#waiting.splice(0)) settle.reject(error);
  }
}

/** The project's own clients: JSON lines over TCP, or WebSocket with several envelopes in a frame. */
function connectTo({ wire, host, port }: Target): Connect {
  return wire === "parley-tcp"
    ? connectTcp({ hostname: host, port })
    : connectWebSocket(`ws://${host}:${port}/ws`);
}
