/** Who is answered when: one question at a time for each user, a few in all, and a short queue for the rest. */

import { userKey } from "../protocol/names.ts";
import type { Question } from "./bot.ts";

export interface QueueLimits {
  /** Answers that are written at the same time. */
  readonly atOnce: number;
  /** Questions that wait, of all users. */
  readonly waiting: number;
  /** Questions that wait, of one user: so that one cannot take all the room there is. */
  readonly waitingOfOne: number;
}

export const QUEUE_LIMITS: QueueLimits = { atOnce: 4, waiting: 16, waitingOfOne: 4 };

/** What became of a question that was added. */
export type Admission =
  | { readonly status: "running" }
  /** `ahead`: questions that begin before it, as far as can be told; 0 where it is next. */
  | { readonly status: "waiting"; readonly ahead: number; readonly behindOwn: boolean }
  /** Not taken. */
  | { readonly status: "full"; readonly ofOne: boolean }
  /** Not taken, since the bot is being stopped. */
  | { readonly status: "closed" };

/** Why an answer ends early: the `reason` of its signal. */
export type EndReason = "stopped" | "closing";

export class QuestionQueue {
  readonly #running = new Map<string, AbortController>();
  readonly #jobs = new Set<Promise<void>>();
  #waiting: Question[] = [];
  #isClosed = false;

  readonly #answer: (question: Question, signal: AbortSignal) => Promise<void>;
  readonly #limits: QueueLimits;

  /** @param answer writes one answer; must not reject */
  constructor(
    answer: (question: Question, signal: AbortSignal) => Promise<void>,
    limits: QueueLimits = QUEUE_LIMITS,
  ) {
    this.#answer = answer;
    this.#limits = limits;
  }

  add(question: Question): Admission {
    if (this.#isClosed) return { status: "closed" };
    if (this.#mayRun(question)) {
      this.#run(question);
      return { status: "running" };
    }
    const key = userKey(question.asker);
    const own = this.#waiting.filter((waiting) => userKey(waiting.asker) === key).length;
    if (own >= this.#limits.waitingOfOne) return { status: "full", ofOne: true };
    if (this.#waiting.length >= this.#limits.waiting) return { status: "full", ofOne: false };
    this.#waiting.push(question);
    return { status: "waiting", ahead: this.#waiting.length - 1, behindOwn: this.#running.has(key) };
  }

  /** Ends the user's answer that is being written, and drops what of the user's waits; returns what was dropped. */
  stop(asker: string): Question[] {
    const key = userKey(asker);
    const dropped = this.#waiting.filter((question) => userKey(question.asker) === key);
    this.#waiting = this.#waiting.filter((question) => userKey(question.asker) !== key);
    this.#running.get(key)?.abort("stopped" satisfies EndReason);
    return dropped;
  }

  /** Takes no more, and ends all answers; returns what waited. */
  close(): Question[] {
    this.#isClosed = true;
    for (const controller of this.#running.values()) controller.abort("closing" satisfies EndReason);
    return this.#waiting.splice(0);
  }

  /** Resolves when nothing is being written. */
  async idle(): Promise<void> {
    while (this.#jobs.size > 0) await Promise.all(this.#jobs);
  }

  #mayRun(question: Question): boolean {
    return this.#running.size < this.#limits.atOnce && !this.#running.has(userKey(question.asker));
  }

  #run(question: Question): void {
    const controller = new AbortController();
    const key = userKey(question.asker);
    this.#running.set(key, controller);
    const job = this.#answer(question, controller.signal).finally(() => {
      this.#jobs.delete(job);
      this.#running.delete(key);
      this.#runNext();
    });
    this.#jobs.add(job);
  }

  #runNext(): void {
    const at = this.#waiting.findIndex((question) => this.#mayRun(question));
    const [next] = at < 0 ? [] : this.#waiting.splice(at, 1);
    if (next) this.#run(next);
  }
}
