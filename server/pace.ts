/** How fast one connection may go: what comes too fast is read more slowly, and refused where that is not possible, or not enough. */

import type { ChatError } from "../protocol/errors.ts";
import type { ChatServer } from "./chat_server.ts";
import type { Actor } from "./conversations.ts";
import { rateLimited } from "./limits.ts";

/** Where reading cannot be slowed, so many lines may wait before messages are refused. */
const MAX_BACKLOG = 100;
/** And with so many the connection is closed. */
const ABUSIVE_BACKLOG = 20_000;
/** What waits takes its time too, so coming back sooner would only be refused again. */
const MIN_REFUSAL_MS = 1000;

export class Pace {
  readonly #server: ChatServer;
  /** Until then, by the monotonic clock, all messages are refused. */
  #refusedUntil = 0;

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
    if (now < this.#refusedUntil) throw rateLimited(this.#refusedUntil - now);
    const wait = this.#server.messageWait(user);
    if (wait === 0 || backlog <= MAX_BACKLOG) return wait;
    this.#refusedUntil = now + Math.max(wait, MIN_REFUSAL_MS);
    throw rateLimited(this.#refusedUntil - now);
  }

  /** Waits until `wait` says 0, or `isOver` is true. Meanwhile nothing is read from the peer. */
  async slowDown(wait: () => number, isOver: () => boolean): Promise<void> {
    for (let ms = wait(); ms > 0 && !isOver(); ms = wait()) await this.#server.pause(ms);
  }
}
