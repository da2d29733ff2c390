/** One answer of a model, as it is written. */

import type OpenAI from "openai";
import type { BotClock } from "./bot.ts";
import {
  type Endpoint,
  type EndpointLimits,
  guardedClient,
  type Network,
  OPENAI_BASE_URL,
  Watchdog,
} from "./endpoint.ts";
import { EndpointFailure, type FailureKind, failureOf } from "./endpoint_failure.ts";

export type ChatMessage = OpenAI.Chat.ChatCompletionMessageParam;

export interface CompletionOptions {
  readonly signal: AbortSignal;
  readonly clock: BotClock;
  readonly limits: EndpointLimits;
  readonly network: Network;
  /** Uniform from 0 to 1, for the time between attempts. */
  readonly random: () => number;
}

/** Attempts after the first. */
const MAX_RETRIES = 2;
/** An endpoint that asks to wait longer than this is not asked again. */
const MAX_RETRY_AFTER_MS = 30_000;
const FIRST_RETRY_MS = 500;

/**
 * The answer's text in pieces. Ends quietly when the signal is aborted. Asks again, twice at most, where that can help
 * and nothing was written yet.
 * @throws EndpointFailure, also after pieces
 */
export async function* streamCompletion(
  endpoint: Endpoint,
  messages: ChatMessage[],
  options: CompletionOptions,
): AsyncGenerator<string> {
  if (endpoint.apiKey === "" && endpoint.baseURL === OPENAI_BASE_URL) throw new EndpointFailure("no_key");
  const total = new Watchdog(options.clock);
  total.expect("total_timeout", options.limits.totalMs);
  const signal = AbortSignal.any([options.signal, total.signal]);
  try {
    for (let attempt = 0; !signal.aborted; attempt++) {
      const waitMs = yield* tryOnce(endpoint, messages, { ...options, signal }, attempt);
      if (waitMs === undefined) break;
      await wait(waitMs, signal, options.clock);
    }
    if (total.failure && !options.signal.aborted) throw total.failure;
  } finally {
    total.rest();
  }
}

/** One attempt. Returns after how many milliseconds to try again; undefined where the answer is complete. */
async function* tryOnce(
  endpoint: Endpoint,
  messages: ChatMessage[],
  options: CompletionOptions,
  attempt: number,
): AsyncGenerator<string, number | undefined> {
  let hasWritten = false;
  try {
    for await (const piece of streamOnce(endpoint, messages, options)) {
      hasWritten = true;
      yield piece;
    }
    return undefined;
  } catch (error) {
    if (options.signal.aborted) return undefined;
    const failure = failureOf(error, options.clock.now());
    const waitMs = hasWritten ? undefined : retryWait(failure, attempt, options.random);
    if (waitMs === undefined) throw failure;
    return waitMs;
  }
}

async function* streamOnce(
  endpoint: Endpoint,
  messages: ChatMessage[],
  { signal, clock, limits, network }: CompletionOptions,
): AsyncGenerator<string> {
  const watchdog = new Watchdog(clock);
  const either = AbortSignal.any([signal, watchdog.signal]);
  let end: string | undefined;
  try {
    const client = guardedClient(endpoint, network, watchdog, limits);
    const body = { model: endpoint.model, messages, stream: true } as const;
    for await (const chunk of await client.chat.completions.create(body, { signal: either })) {
      const choice = chunk.choices?.[0];
      const piece = choice?.delta?.content ?? choice?.delta?.refusal;
      if (typeof piece === "string" && piece !== "") yield piece;
      end = choice?.finish_reason ?? end;
    }
  } catch (error) {
    throw watchdog.failure ?? error;
  } finally {
    watchdog.rest();
  }
  // A stream that is aborted ends without an error.
  if (watchdog.failure) throw watchdog.failure;
  if (!signal.aborted) checkEnd(end);
}

/** Reasons to end that are no good end; what is not known is one. */
const BAD_ENDS: Readonly<Record<string, FailureKind>> = {
  length: "length",
  content_filter: "filtered",
  error: "upstream_error",
};

function checkEnd(reason: string | undefined): void {
  if (reason === undefined) throw new EndpointFailure("cut");
  if (Object.hasOwn(BAD_ENDS, reason)) throw new EndpointFailure(BAD_ENDS[reason]!);
}

function retryWait(failure: EndpointFailure, attempt: number, random: () => number): number | undefined {
  if (!failure.isRetryable || attempt >= MAX_RETRIES) return undefined;
  const { retryAfterMs = 0 } = failure;
  if (retryAfterMs > MAX_RETRY_AFTER_MS) return undefined;
  return retryAfterMs + FIRST_RETRY_MS * 2 ** attempt * (0.5 + random() / 2);
}

function wait(ms: number, signal: AbortSignal, clock: BotClock): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      cancel();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal.addEventListener("abort", done);
  });
}
