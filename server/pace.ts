/** How fast one connection may go: what comes too fast is read more slowly, and refused where that is not possible, or not enough. */

import { ChatError } from "../protocol/errors.ts";
import type { ChatServer } from "./chat_server.ts";
import type { Actor } from "./conversations.ts";
import { rateLimited } from "./limits.ts";

/** Where reading cannot be slowed, so many lines may wait before messages are refused. */
const MAX_BACKLOG = 100;
/** And with so many the connection is closed. */
const ABUSIVE_BACKLOG = 20_000;
/** What waits takes its time too, so coming back sooner would only be refused again. A store that refuses needs some as well. */
const MIN_REFUSAL_MS = 1000;

export class Pace {
  readonly #server: ChatServer;
  /** Until then, by the monotonic clock, all messages are refused: those that are sent again then keep their order. */
  #refusedUntil = 0;
  #refusal = rateLimited;

  constructor(server: ChatServer) {
    this.#server = server;
  }

  /** The error to close the connection with; null where so many waiting lines are borne. */
  abuse(backlog: number): ChatError | null {
    if (backlog <= ABUSIVE_BACKLOG) return null;
    return rateLimited(this.#refusedUntil - this.#server.clock.monotonic());
  }

  /** Milliseconds until the rate allows a message. @throws ChatError `rate_limited` where waiting does not help */
  messageWait(user: Actor, backlog: number): number {
    const now = this.#server.clock.monotonic();
    if (now < this.#refusedUntil) throw this.#refusal(this.#refusedUntil - now);
    const wait = this.#server.messageWait(user);
    if (wait === 0 || backlog <= MAX_BACKLOG) return wait;
    throw this.#refuse(now, Math.max(wait, MIN_REFUSAL_MS), rateLimited);
  }

  /** The store took nothing of what was said; what comes now may have been sent before that was known. Returns the error for it. */
  storeRefused(error: ChatError): ChatError {
    const now = this.#server.clock.monotonic();
    if (now < this.#refusedUntil) return this.#refusal(this.#refusedUntil - now);
    const { code, message, details, cause } = error;
    return this.#refuse(
      now,
      MIN_REFUSAL_MS,
      (ms) => new ChatError(code, message, { ...details, retry_after_ms: Math.ceil(ms) }, { cause }),
    );
  }

  #refuse(now: number, ms: number, refusal: (ms: number) => ChatError): ChatError {
    this.#refusedUntil = now + ms;
    this.#refusal = refusal;
    return refusal(ms);
  }

  /** Waits until `wait` says 0, or `isOver` is true. Meanwhile nothing is read from the peer. */
  async slowDown(wait: () => number, isOver: () => boolean): Promise<void> {
    for (let ms = wait(); ms > 0 && !isOver(); ms = wait()) await this.#server.pause(ms);
  }
}
