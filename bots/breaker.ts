/** Leaves an endpoint alone that keeps failing, so that nobody waits for it and it is not asked in vain. */

import { AnswerFailed } from "./answer_text.ts";
import type { BotClock, BotLog } from "./bot.ts";
import { EndpointFailure } from "./endpoint_failure.ts";

export interface BreakerLimits {
  /** Failures in a row after which the endpoint is left alone. */
  readonly failures: number;
  /** For how long; then one question tries it. */
  readonly pauseMs: number;
}

export const BREAKER_LIMITS: BreakerLimits = { failures: 5, pauseMs: 30_000 };

/** What a question showed of the endpoint: it works, it does not, or nothing (the asker had stopped it, say). */
type Finding = "works" | "fails" | "nothing";

export class Breaker {
  readonly #clock: BotClock;
  readonly #log: BotLog;
  readonly #limits: BreakerLimits;
  #failures = 0;
  /** Milliseconds since 1970; undefined while the endpoint is asked as usual. */
  #pausedAt: number | undefined;
  #isTrying = false;

  constructor(clock: BotClock, log: BotLog, limits: BreakerLimits = BREAKER_LIMITS) {
    this.#clock = clock;
    this.#log = log;
    this.#limits = limits;
  }

  /**
   * Passes on what `ask` yields, unless the endpoint is left alone: then `ask` is not called.
   * @throws AnswerFailed while it is left alone; what `ask` throws
   */
  async *guard(ask: () => AsyncIterable<string>): AsyncGenerator<string> {
    this.#refuseInPause();
    const isTrial = this.#pausedAt !== undefined;
    this.#isTrying = isTrial;
    let finding: Finding = "nothing";
    try {
      for await (const piece of ask()) {
        finding = "works";
        yield piece;
      }
    } catch (error) {
      finding = findingOf(error);
      throw error;
    } finally {
      if (isTrial) this.#isTrying = false;
      this.#note(finding, isTrial);
    }
  }

  #refuseInPause(): void {
    if (this.#pausedAt === undefined) return;
    const passed = this.#clock.now() - this.#pausedAt;
    // Where the clock was set back, the pause is over rather than longer.
    const leftMs = passed < 0 ? 0 : this.#limits.pauseMs - passed;
    if (leftMs <= 0 && !this.#isTrying) return;
    const again = leftMs > 0 ? `in ${Math.ceil(leftMs / 1000)} s` : "in a moment";
    throw new AnswerFailed(
      `The AI service has failed several times in a row, so I leave it alone for now. Please ask again ${again}.`,
      { kind: "paused" },
    );
  }

  #note(finding: Finding, isTrial: boolean): void {
    if (finding === "works") this.#resume();
    if (finding !== "fails") return;
    this.#failures++;
    const isFirstPause = this.#pausedAt === undefined && this.#failures >= this.#limits.failures;
    if (isTrial || isFirstPause) this.#pausedAt = this.#clock.now();
    if (isFirstPause) {
      this.#log.warn("The AI's endpoint keeps failing and is left alone.", { failures: this.#failures });
    }
  }

  #resume(): void {
    if (this.#pausedAt !== undefined) this.#log.info("The AI's endpoint works again.");
    this.#failures = 0;
    this.#pausedAt = undefined;
  }
}

function findingOf(error: unknown): Finding {
  if (!(error instanceof EndpointFailure)) return "nothing";
  return error.isOfRequest ? "works" : "fails";
}
