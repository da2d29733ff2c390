/** What can go wrong with an OpenAI-compatible endpoint: one line for each, and whether trying again can help. */

import { APIConnectionError, APIError } from "openai";

export type FailureKind = keyof typeof FAILURES;

interface Failure {
  /** Fit to be shown to anyone; says nothing that the endpoint said. */
  readonly words: string;
  readonly isRetryable?: true;
  /** It says something about what was asked, or how this bot is set up, and nothing about how the endpoint is. */
  readonly isOfRequest?: true;
}

const FAILURES = {
  no_key: {
    words: "The AI service has no API key here. Whoever runs this server can set OPENAI_API_KEY.",
    isOfRequest: true,
  },
  bad_key: {
    words: "The AI service refused the API key (401). Whoever runs this server should check OPENAI_API_KEY.",
  },
  no_credit: {
    words: "The AI service's account has no credit left. Whoever runs this server can top it up.",
  },
  forbidden: { words: "The AI service does not allow this request (403).", isOfRequest: true },
  no_model: {
    words:
      "The AI service does not know the configured model, or has another address (404). Whoever runs this " +
      "server should check OPENAI_MODEL and OPENAI_BASE_URL.",
  },
  too_long: {
    words: "This conversation is too long for the model. Say reset to me directly, or ask something shorter.",
    isOfRequest: true,
  },
  bad_request: {
    words: "The AI service did not accept the request. Ask in other words, or say reset to me directly.",
    isOfRequest: true,
  },
  rate_limited: {
    words: "The AI service is getting too many requests (429). Please ask again later.",
    isRetryable: true,
  },
  overloaded: {
    words: "The AI service has a problem of its own. Please ask again in a minute.",
    isRetryable: true,
  },
  request_timeout: { words: "The AI service gave up waiting (408). Please ask again.", isRetryable: true },
  refused: {
    words: "The AI service cannot be reached: it refuses connections. Is it running?",
    isRetryable: true,
  },
  dns: {
    words:
      "The AI service cannot be reached: its host name is not known. Whoever runs this server should check OPENAI_BASE_URL.",
  },
  tls: { words: "The AI service cannot be reached safely: its certificate or its encryption is not valid." },
  unreachable: { words: "The AI service cannot be reached. Please ask again later.", isRetryable: true },
  connect_timeout: {
    words: "The AI service cannot be reached: it did not take the connection in time.",
    isRetryable: true,
  },
  first_byte_timeout: { words: "The AI service did not begin to answer in time. Please ask again." },
  silence: { words: "The AI service went silent in the middle of its answer." },
  total_timeout: { words: "The AI service took too long." },
  cut: { words: "The connection to the AI service broke before its answer was complete." },
  not_understood: {
    words: "The AI service answered with something that is no answer. Is OPENAI_BASE_URL right?",
  },
  upstream_error: { words: "The AI service reported an error while answering. Please ask again." },
  too_big: { words: "The AI service sent more than an answer can hold." },
  redirected: {
    words:
      "The AI service sent me to another address, and I do not go there. Whoever runs this server should check OPENAI_BASE_URL.",
  },
  compressed: { words: "The AI service compressed its answer, though it was asked not to." },
  length: { words: "The model's limit for one answer was reached. Ask me to continue.", isOfRequest: true },
  filtered: { words: "The AI service's content filter stopped the answer.", isOfRequest: true },
} as const satisfies Record<string, Failure>;

export class EndpointFailure extends Error {
  override readonly name = "EndpointFailure";

  /**
   * @param retryAfterMs how long the endpoint asked to wait
   * @param status HTTP status, for the log
   */
  constructor(
    readonly kind: FailureKind,
    readonly retryAfterMs?: number | undefined,
    readonly status?: number | undefined,
  ) {
    super(wordsOf(kind, retryAfterMs));
  }

  get isRetryable(): boolean {
    const failure: Failure = FAILURES[this.kind];
    return failure.isRetryable === true;
  }

  /** Whether it came of the request, so that it says nothing about how the endpoint is. */
  get isOfRequest(): boolean {
    const failure: Failure = FAILURES[this.kind];
    return failure.isOfRequest === true;
  }
}

function wordsOf(kind: FailureKind, retryAfterMs: number | undefined): string {
  if (kind !== "rate_limited" || retryAfterMs === undefined || retryAfterMs > 86_400_000) {
    return FAILURES[kind].words;
  }
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  return `The AI service is getting too many requests (429). Please ask again in ${seconds} s.`;
}

/**
 * What an error of the `openai` package, of fetch, or of a stream means. Nothing of its text is kept.
 * @param now milliseconds since 1970, for a Retry-After that is a date
 */
export function failureOf(error: unknown, now: number): EndpointFailure {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth++) {
    if (cause instanceof EndpointFailure) return cause;
  }
  if (error instanceof APIConnectionError) return new EndpointFailure(connectionKind(error));
  if (error instanceof APIError) return apiFailure(error, now);
  return new EndpointFailure(error instanceof SyntaxError ? "not_understood" : "cut");
}

/** The codes of OpenAI and those who copy it that say more than the status does. */
const BY_CODE: Readonly<Record<string, FailureKind>> = {
  insufficient_quota: "no_credit",
  context_length_exceeded: "too_long",
  model_not_found: "no_model",
  invalid_api_key: "bad_key",
  rate_limit_exceeded: "rate_limited",
  content_filter: "filtered",
};

const BY_STATUS: Readonly<Record<number, FailureKind>> = {
  400: "bad_request",
  401: "bad_key",
  402: "no_credit",
  403: "forbidden",
  404: "no_model",
  408: "request_timeout",
  413: "too_long",
  422: "bad_request",
  429: "rate_limited",
};

function apiFailure(error: APIError, now: number): EndpointFailure {
  // In a stream, and in a reply with status 200, the status may stand in `code`, as OpenRouter writes it.
  const code: unknown = error.code;
  const status = error.status ?? (Number.isInteger(Number(code)) && code ? Number(code) : undefined);
  return new EndpointFailure(kindOf(status, code), retryAfter(error.headers, now), status);
}

/** What an error object of the endpoint means: its status where it has one, and its code. */
export function kindOf(status: number | undefined, code: unknown): FailureKind {
  if (typeof code === "string" && Object.hasOwn(BY_CODE, code)) return BY_CODE[code]!;
  if (status === undefined) return "upstream_error";
  return BY_STATUS[status] ?? (status >= 500 ? "overloaded" : "bad_request");
}

/** RFC 9110, 10.2.3: seconds or a date; `retry-after-ms` is OpenAI's own. */
function retryAfter(headers: Headers | undefined, now: number): number | undefined {
  const ms = Number(headers?.get("retry-after-ms") ?? NaN);
  if (ms >= 0) return ms;
  const value = headers?.get("retry-after");
  if (!value) return undefined;
  const seconds = Number(value);
  const wait = Number.isNaN(seconds) ? Date.parse(value) - now : seconds * 1000;
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

/** Deno's fetch tells these apart in words only. */
function connectionKind(error: Error): FailureKind {
  let words = "";
  for (
    let cause: unknown = error, depth = 0;
    cause instanceof Error && depth < 8;
    cause = cause.cause, depth++
  ) {
    words += `${cause.name} ${cause.message} `;
  }
  if (/dns error|failed to lookup/i.test(words)) return "dns";
  if (/connection refused/i.test(words)) return "refused";
  if (/certificate|tls|handshake|corrupt message/i.test(words)) return "tls";
  return "unreachable";
}
