/** One simulated participant: logs in, joins, says marked messages, and tells what it hears. */

import { isObject } from "../protocol/message.ts";
import { LineScanner, type LineSink } from "./load_message.ts";
import { openWire, type Target, type Wire } from "./load_wire.ts";

/** What a client tells the run. The numbers are those of load_message.ts. */
export interface LoadEvents {
  /** A piece of the stream arrived; what it holds follows. */
  arrived(): void;
  message(client: LoadClient, sender: number, number: number, intendedUs: number, seq: number): void;
  /** The `stored` reply to this client's message with that id. */
  stored(client: LoadClient, id: string, seq: number): void;
  /** An error reply to it. */
  refused(client: LoadClient, id: string, problem: string): void;
  /** The connection ended, or the server complained of something that was not a message. */
  broken(client: LoadClient, problem: string): void;
}

/** A reply that takes longer than this counts as a failure. */
const REPLY_TIMEOUT_MS = 30_000;

export class LoadClient implements LineSink {
  readonly #events: LoadEvents;
  readonly #scanner = new LineScanner();
  #wire: Wire | undefined;
  #outgoing: string[] = [];
  #isClosing = false;
  /** Set-up requests by id, each with the code that ends it. */
  readonly #requests = new Map<string, { code: string; settle: PromiseWithResolvers<void> }>();
  #caughtUp = Promise.withResolvers<void>();

  constructor(readonly index: number, readonly name: string, events: LoadEvents) {
    this.#events = events;
  }

  /** Connects and logs in; resolves when it is live. */
  async login(target: Target): Promise<void> {
    this.#wire = await openWire(target, {
      text: (text) => this.#read(text),
      ended: (reason) => this.#ended(reason),
    });
    await withDeadline(
      Promise.all([this.#request("login", `/login ${this.name}`, "welcome"), this.#caughtUp.promise]),
      `${this.name} got no answer to its login`,
    );
  }

  async join(room: string): Promise<void> {
    await withDeadline(
      this.#request("join", `/join ${room}`, "joined"),
      `${this.name} could not join ${room}`,
    );
  }

  /** Resolves when the server has answered, and so has sent what was due before. */
  async ping(): Promise<void> {
    await withDeadline(this.#request("ping", "/ping", "pong"), `${this.name} got no answer to a ping`);
  }

  /** Queues a message; it goes out with the next `flush`. */
  say(id: string, destination: string, text: string): void {
    this.#outgoing.push(
      `{"type":"chat","id":"${id}","destination":"${destination}","message":"${text}"}`,
    );
  }

  flush(): void {
    if (this.#outgoing.length === 0) return;
    this.#wire?.send(this.#outgoing);
    this.#outgoing = [];
  }

  close(): void {
    this.#isClosing = true;
    this.#wire?.close();
  }

  message(sender: number, number: number, intendedUs: number, seq: number): void {
    this.#events.message(this, sender, number, intendedUs, seq);
  }

  other(line: string): void {
    if (!line.startsWith("{")) return;
    const { metadata, message } = JSON.parse(line) as Record<string, unknown>;
    if (isObject(metadata)) this.#notified(metadata, String(message));
  }

  #read(text: string): void {
    this.#events.arrived();
    this.#scanner.scan(text, this);
  }

  #notified(metadata: Record<string, unknown>, words: string): void {
    const { code, reply_to: id, seq } = metadata;
    if (code === "ping") this.#wire?.send([""]);
    if (code === "caught_up") this.#caughtUp.resolve();
    if (typeof id !== "string") {
      if (code === "error" || code === "closing") this.#events.broken(this, words);
      return;
    }
    const request = this.#requests.get(id);
    if (request) this.#settle(id, request, code, words);
    else if (code === "stored") this.#events.stored(this, id, Number(seq ?? 0));
    else if (code === "error") this.#events.refused(this, id, words);
  }

  #request(id: string, line: string, code: string): Promise<void> {
    const settle = Promise.withResolvers<void>();
    this.#requests.set(id, { code, settle });
    this.#wire?.send([JSON.stringify({ type: "command", id, message: line })]);
    return settle.promise;
  }

  #settle(
    id: string,
    { code: expected, settle }: { code: string; settle: PromiseWithResolvers<void> },
    code: unknown,
    words: string,
  ): void {
    this.#requests.delete(id);
    if (code === expected) settle.resolve();
    else settle.reject(new Error(`${this.name} was refused: ${words}`));
  }

  #ended(reason: string): void {
    const problem = `${this.name}: ${reason}`;
    if (!this.#isClosing) this.#events.broken(this, problem);
    for (const { settle } of this.#requests.values()) settle.reject(new Error(problem));
    this.#requests.clear();
  }
}

async function withDeadline(reply: Promise<unknown>, problem: string): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${problem} within 30 s`)), REPLY_TIMEOUT_MS);
  });
  try {
    await Promise.race([reply, late]);
  } finally {
    clearTimeout(timer);
  }
}
