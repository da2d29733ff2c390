/** How many questions a model is asked: of one user in an hour, and of all in a day. Kept in memory, so a restart begins anew. */

import type { Metadata } from "../protocol/message.ts";
import { userKey } from "../protocol/names.ts";
import { AnswerFailed } from "./answer_text.ts";
import type { BotClock } from "./bot.ts";

/** Questions; 0 is no limit. */
export interface Quotas {
  readonly userPerHour: number;
  readonly allPerDay: number;
}

/** One every two minutes, for hours, is more than a person reads; a day's worth bounds what a model costs. */
export const QUOTAS: Quotas = { userPerHour: 30, allPerDay: 500 };

/** How much one user may still ask. */
export interface QuotaState {
  /** Questions; undefined where there is no limit. */
  readonly left: number | undefined;
  /** Until there is room for one more, in milliseconds; 0 where there is. */
  readonly waitMs: number;
}

const MINUTE_MS = 60 * 1000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export class QuestionQuotas {
  readonly #clock: BotClock;
  readonly #quotas: Quotas;
  /** Those who asked last at the end. */
  readonly #ofUsers = new Map<string, RecentTimes>();
  readonly #ofAll: RecentTimes;

  constructor(clock: BotClock, quotas: Quotas = QUOTAS) {
    this.#clock = clock;
    this.#quotas = quotas;
    this.#ofAll = new RecentTimes(quotas.allPerDay, DAY_MS);
  }

  /**
   * Counts a question that is about to be asked.
   * @throws AnswerFailed where it is one too many; it is then not counted
   */
  count(asker: string): void {
    const now = this.#clock.now();
    const own = this.#of(userKey(asker), now);
    const ownWait = own.waitMs(now);
    if (ownWait > 0) {
      throw new AnswerFailed(
        `You have asked ${counted(this.#quotas.userPerHour, "question")} in the last hour; ask again in ${
          inWords(ownWait)
        }.`,
        { kind: "user_quota" },
      );
    }
    const wait = this.#ofAll.waitMs(now);
    if (wait > 0) {
      throw new AnswerFailed(
        `All of you together have asked ${
          counted(this.#quotas.allPerDay, "question")
        } in the last 24 hours, ` +
          `which is all that the AI service may be asked here; ask again in ${inWords(wait)}.`,
        { kind: "daily_quota" },
      );
    }
    own.add(now);
    this.#ofAll.add(now);
  }

  state(asker: string): QuotaState {
    const now = this.#clock.now();
    const own = this.#of(userKey(asker), now);
    const left = Math.min(own.left(now), this.#ofAll.left(now));
    return {
      left: left === Infinity ? undefined : left,
      waitMs: Math.max(own.waitMs(now), this.#ofAll.waitMs(now)),
    };
  }

  #of(key: string, now: number): RecentTimes {
    const own = this.#ofUsers.get(key) ?? new RecentTimes(this.#quotas.userPerHour, HOUR_MS);
    this.#ofUsers.delete(key);
    for (const [other, times] of this.#ofUsers) {
      if (!times.isEmpty(now)) break;
      this.#ofUsers.delete(other);
    }
    this.#ofUsers.set(key, own);
    return own;
  }
}

/** When the newest of at most `max` things happened, within a window of time. */
class RecentTimes {
  #times: number[] = [];

  /** @param max 0: as many as one likes, and nothing is kept */
  constructor(readonly max: number, readonly windowMs: number) {}

  isEmpty(now: number): boolean {
    // A time to come means that the clock was set back: nobody should have to wait for it.
    this.#times = this.#times.filter((at) => at <= now && now - at < this.windowMs);
    return this.#times.length === 0;
  }

  /** Infinity where there is no limit. */
  left(now: number): number {
    if (this.max === 0) return Infinity;
    return this.isEmpty(now) ? this.max : Math.max(0, this.max - this.#times.length);
  }

  /** How long until there is room for one more; 0 where there is. */
  waitMs(now: number): number {
    if (this.isEmpty(now) || this.#times.length < this.max) return 0;
    return this.#times[0]! + this.windowMs - now;
  }

  add(now: number): void {
    if (this.max > 0) this.#times.push(now);
  }
}

/** As a message tells it to programs; `now` in milliseconds since 1970. */
export function quotaMetadata({ left, waitMs }: QuotaState, now: number): Metadata {
  if (left === undefined) return {};
  return { questions_left: left, ...waitMs > 0 && { ask_again_at: new Date(now + waitMs).toISOString() } };
}

function inWords(ms: number): string {
  if (ms < MINUTE_MS) return counted(Math.ceil(ms / 1000), "second");
  return ms > 2 * HOUR_MS
    ? counted(Math.ceil(ms / HOUR_MS), "hour")
    : counted(Math.ceil(ms / MINUTE_MS), "minute");
}

function counted(count: number, unit: string): string {
  return count === 1 ? `1 ${unit}` : `${count} ${unit}s`;
}
