/** What one connection said and is not settled yet: gathered into runs, each stored at once, in order. */

import type { ChatError } from "../protocol/errors.ts";
import type { Prepared } from "./addressing.ts";
import { timestampOf } from "./clock.ts";
import type { Receiver } from "./live.ts";
import type { Pace } from "./pace.ts";
import type { Reply } from "./reply.ts";
import type { Outcome, Router, Sender } from "./router.ts";

/** The connection that said it. */
export interface Speaker extends Receiver {
  reply(reply: Reply, replyTo?: string): void;
  refuse(error: unknown, replyTo?: string): void;
}

/** Stored but not acknowledged: with more of them, no further line is read. */
const MAX_UNSETTLED = 1024;

export class SaidMessages implements Sender {
  readonly receiver: Speaker;
  readonly #router: Router;
  readonly #pace: Pace;
  #run: Prepared[] = [];
  #unsettled = 0;
  #waiters: (() => void)[] = [];

  constructor(router: Router, pace: Pace, speaker: Speaker) {
    this.#router = router;
    this.#pace = pace;
    this.receiver = speaker;
  }

  get isTooMuch(): boolean {
    return this.#unsettled > MAX_UNSETTLED;
  }

  get isSettled(): boolean {
    return this.#unsettled === 0 && this.#run.length === 0;
  }

  /** Adds to the run that `commit` stores. */
  add(prepared: Prepared): void {
    this.#run.push(prepared);
  }

  commit(): void {
    if (this.#run.length === 0) return;
    const run = this.#run;
    this.#run = [];
    this.#unsettled += run.length;
    this.#router.commit(run, this);
  }

  /** Resolves when all that was said so far has been delivered or refused. */
  settled(): Promise<void> {
    this.commit();
    if (this.#unsettled === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  accepted(prepared: Prepared, outcome: Outcome): void {
    if (outcome.status === "duplicate") {
      const { message, metadata } = this.#router.replyTo(prepared) ?? { message: "Stored.", metadata: {} };
      const { seq, createdAt } = outcome;
      this.receiver.reply({
        code: "stored",
        message,
        metadata: { seq, timestamp: timestampOf(createdAt), ...metadata, duplicate: true },
      }, prepared.message.clientId ?? undefined);
    }
    this.#settle();
  }

  refused(prepared: Prepared, error: ChatError): void {
    const known = error.code === "store_unavailable" ? this.#pace.storeRefused(error) : error;
    this.receiver.refuse(known, prepared.message.clientId ?? undefined);
    this.#settle();
  }

  #settle(): void {
    if (--this.#unsettled > 0) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }
}
