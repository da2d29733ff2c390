/** What was said and not acknowledged yet. It outlives connections. */

import { ChatError } from "../protocol/errors.ts";
import type { Envelope, Metadata } from "../protocol/message.ts";
import { type Backoff, LONGEST_WAIT_MS } from "./backoff.ts";

/** A message that was not acknowledged yet. */
export interface PendingMessage {
  readonly id: string;
  readonly type: "chat" | "subscription" | "command";
  readonly destination: string;
  readonly message: string;
  readonly metadata: Metadata;
}

interface Entry {
  readonly pending: PendingMessage;
  /** As it is sent. */
  readonly line: string;
  readonly reply: PromiseWithResolvers<Envelope>;
  /** Whether it is under way on the present connection. */
  isSent: boolean;
}

/** Sends one request on the present connection. */
export type SendRequest = (id: string, line: string) => void;

/** A refusal that passes, after which what is said waits. */
export interface Hold {
  readonly error: ChatError;
  /** For so long, in milliseconds. */
  readonly retryInMs: number;
}

export interface OutboxOptions {
  /** Waits after the store was unavailable, in milliseconds. */
  readonly storeBackoff: Backoff;
  /** Hears when nothing is sent for a while although there is a connection, and with undefined when it goes on. */
  readonly onHold: (hold: Hold | undefined) => void;
}

/** How many may be under way without a reply. More gain nothing, and would all be refused at once where one is. */
const WINDOW = 256;

/**
 * Sends what is said in order, and all that is unacknowledged again, in the same order and with the same ids, on a new connection and after
 * a refusal that passes. After such a refusal it waits until everything under way is answered, so nothing is sent twice.
 */
export class Outbox {
  /** In the order of saying. */
  readonly #entries = new Map<string, Entry>();
  /** What is to be sent, from `#next` on. */
  #queue: Entry[] = [];
  #next = 0;
  #underWay = 0;
  #send: SendRequest | undefined;
  readonly #options: OutboxOptions;
  /** How often the store was unavailable since something was last stored. */
  #storeFailures = 0;
  #wasRefused = false;
  #holdUntil = 0;
  #holdTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  get pending(): readonly PendingMessage[] {
    return Array.from(this.#entries.values(), (entry) => entry.pending);
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  /**
   * Keeps a request until it is acknowledged or refused. The same request again is the same promise.
   * Rejects with ChatError `id_conflict` where another one with that id waits, as the server would.
   */
  add(pending: PendingMessage, line: string): Promise<Envelope> {
    const known = this.#entries.get(pending.id);
    if (known) return known.line === line ? known.reply.promise : Promise.reject(conflict(pending.id));
    const entry: Entry = { pending, line, reply: Promise.withResolvers<Envelope>(), isSent: false };
    this.#entries.set(pending.id, entry);
    this.#queue.push(entry);
    this.#flush();
    return entry.reply.promise;
  }

  /** A connection is there: sends everything on it. */
  attach(send: SendRequest): void {
    this.#send = send;
    this.#startAgain();
  }

  /** The connection is gone: what was under way may have arrived or not. */
  detach(): void {
    this.#send = undefined;
    this.#release();
    this.#underWay = 0;
    for (const entry of this.#entries.values()) entry.isSent = false;
  }

  /** It is stored. Returns false where nothing of that id waits. */
  acknowledge(id: string, reply: Envelope): boolean {
    const entry = this.#take(id);
    if (!entry) return false;
    this.#storeFailures = 0;
    entry.reply.resolve(reply);
    this.#proceed();
    return true;
  }

  /** It was refused: for good, or for a while, after which all that is unacknowledged is sent again. */
  refuse(id: string, error: ChatError): void {
    const waitMs = this.#waitAfter(error);
    if (waitMs === undefined) this.#take(id)?.reply.reject(error);
    else this.#putBack(id, error, waitMs);
    this.#proceed();
  }

  /** Nothing will be sent any more. */
  rejectAll(error: Error): void {
    this.detach();
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    this.#queue = [];
    this.#next = 0;
    for (const entry of entries) entry.reply.reject(error);
  }

  #take(id: string): Entry | undefined {
    const entry = this.#entries.get(id);
    if (!entry) return undefined;
    this.#entries.delete(id);
    if (entry.isSent) this.#underWay--;
    // It may still stand in the queue, where what was sent is passed over.
    entry.isSent = true;
    return entry;
  }

  #putBack(id: string, error: ChatError, waitMs: number): void {
    const entry = this.#entries.get(id);
    if (entry?.isSent) {
      entry.isSent = false;
      this.#underWay--;
    }
    this.#wasRefused = true;
    this.#hold(error, waitMs);
  }

  /** Milliseconds; undefined where the refusal is for good. */
  #waitAfter({ code, details }: ChatError): number | undefined {
    if (code === "rate_limited") return readWait(details.retry_after_ms);
    if (code !== "store_unavailable") return undefined;
    if (!this.#wasRefused) this.#storeFailures++;
    const backoff = this.#options.storeBackoff(this.#storeFailures) ?? LONGEST_WAIT_MS;
    const least = details.retry_after_ms;
    return least === undefined ? backoff : Math.max(backoff, readWait(least));
  }

  #hold(error: ChatError, ms: number): void {
    const until = performance.now() + ms;
    if (ms === 0 || until <= this.#holdUntil) return;
    this.#holdUntil = until;
    this.#options.onHold({ error, retryInMs: ms });
    clearTimeout(this.#holdTimer);
    this.#holdTimer = setTimeout(() => {
      this.#holdTimer = undefined;
      this.#proceed();
    }, ms);
  }

  #release(): void {
    clearTimeout(this.#holdTimer);
    this.#holdTimer = undefined;
    if (this.#holdUntil > 0) this.#options.onHold(undefined);
    this.#holdUntil = 0;
    this.#wasRefused = false;
  }

  #proceed(): void {
    if (!this.#wasRefused) this.#flush();
    else if (this.#underWay === 0 && this.#holdTimer === undefined) this.#startAgain();
  }

  #startAgain(): void {
    this.#release();
    this.#queue = [...this.#entries.values()];
    this.#next = 0;
    this.#flush();
  }

  #flush(): void {
    while (this.#send && !this.#wasRefused && this.#underWay < WINDOW) {
      const entry = this.#queue[this.#next];
      if (!entry) break;
      this.#next++;
      if (entry.isSent) continue;
      entry.isSent = true;
      this.#underWay++;
      this.#send(entry.pending.id, entry.line);
    }
    this.#forgetSent();
  }

  #forgetSent(): void {
    if (this.#next < WINDOW && this.#next < this.#queue.length) return;
    if (this.#next * 2 < this.#queue.length) return;
    this.#queue = this.#queue.slice(this.#next);
    this.#next = 0;
  }
}

function conflict(id: string): ChatError {
  return new ChatError(
    "id_conflict",
    `Something else with the id "${id}" waits to be stored. Use another id.`,
  );
}

/** A wait that the server asks for, in milliseconds, within reason. */
export function readWait(value: unknown): number {
  const LONGEST_MS = 10 * 60_000;
  return typeof value === "number" && value >= 0 ? Math.min(value, LONGEST_MS) : LONGEST_WAIT_MS;
}
