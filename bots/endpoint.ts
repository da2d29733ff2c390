/**
 * An OpenAI-compatible endpoint, and a guarded way to it: no reply can be too large, too slow or too quiet, be
 * inflated, or lead elsewhere.
 */

import OpenAI from "openai";
import { isObject } from "../protocol/message.ts";
import type { BotClock } from "./bot.ts";
import { EndpointFailure, kindOf } from "./endpoint_failure.ts";
import { boundedBody, firstText, isCompressed, MAX_BODY_BYTES, MAX_EVENT_BYTES } from "./guarded_body.ts";

export interface Endpoint {
  /** Empty where there is none: endpoints in one's own network often need none. */
  readonly apiKey: string;
  /** As in `https://api.openai.com/v1`. */
  readonly baseURL: string;
  readonly model: string;
}

export const OPENAI_BASE_URL = "https://api.openai.com/v1";
export const DEFAULT_MODEL = "gpt-4.1-mini";

/** How long an endpoint may take, in milliseconds. */
export interface EndpointLimits {
  readonly connectMs: number;
  /** From being connected to the first byte of the answer. */
  readonly firstByteMs: number;
  /** Between two pieces of the answer. */
  readonly silenceMs: number;
  /** For all of it, with repeated attempts. */
  readonly totalMs: number;
}

export const ENDPOINT_LIMITS: EndpointLimits = {
  connectMs: 5_000,
  firstByteMs: 15_000,
  silenceMs: 15_000,
  totalMs: 60_000,
};

/** More of an error is not looked at. */
const MAX_ERROR_BYTES = 64 * 1024;

/** What reaches the endpoint; tests put their own in. */
export interface Network {
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** Resolves when a connection to that address was made, or failed: only one that hangs counts. */
  reach(url: URL, signal: AbortSignal): Promise<void>;
}

export const NETWORK: Network = {
  fetch: (input, init) => fetch(input, init),
  reach: reachByTcp,
};

/** Ends a request that takes too long: one expectation at a time. */
export class Watchdog {
  readonly #controller = new AbortController();
  readonly #clock: BotClock;
  #cancel: (() => void) | undefined;
  #failure: EndpointFailure | undefined;
  #isResting = false;

  constructor(clock: BotClock) {
    this.#clock = clock;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why it ended the request, where it did. */
  get failure(): EndpointFailure | undefined {
    return this.#failure;
  }

  /** From now on, this is what fails when nothing else is expected in time. */
  expect(
    kind: "connect_timeout" | "first_byte_timeout" | "silence" | "total_timeout",
    withinMs: number,
  ): void {
    this.#cancel?.();
    if (this.#failure || this.#isResting) return;
    this.#cancel = this.#clock.after(withinMs, () => {
      this.#failure = new EndpointFailure(kind);
      this.#controller.abort(this.#failure);
    });
  }

  /** It is over: nothing is expected any more, whatever comes late. */
  rest(): void {
    this.#isResting = true;
    this.#cancel?.();
  }
}

/** A client for one request: it does not repeat by itself, logs nothing, and fetches as guarded by the watchdog. */
export function guardedClient(
  endpoint: Pick<Endpoint, "apiKey" | "baseURL">,
  network: Network,
  watchdog: Watchdog,
  limits: EndpointLimits,
): OpenAI {
  return new OpenAI({
    // The package insists on a key; endpoints that need none take any.
    apiKey: endpoint.apiKey || "none",
    baseURL: endpoint.baseURL,
    maxRetries: 0,
    // The package's own time-out ends with the headers; the watchdog does not.
    timeout: limits.totalMs * 2,
    logLevel: "off",
    fetch: guardedFetch(network, watchdog, limits),
  });
}

function guardedFetch(network: Network, watchdog: Watchdog, limits: EndpointLimits): Network["fetch"] {
  return async (input, init) => {
    const connected = new AbortController();
    watchdog.expect("connect_timeout", limits.connectMs);
    const begins = once(() => watchdog.expect("first_byte_timeout", limits.firstByteMs));
    const url = new URL(input instanceof Request ? input.url : input);
    network.reach(url, AbortSignal.any([connected.signal, watchdog.signal])).then(begins, begins);
    try {
      const response = await network.fetch(input, guardedRequest(init));
      begins();
      const isStream = url.pathname.endsWith("/chat/completions");
      return await checkedResponse(response, isStream, () => watchdog.expect("silence", limits.silenceMs));
    } finally {
      connected.abort();
    }
  };
}

/**
 * Redirects are not followed: they could lead to an address that only this machine reaches, and take the key along.
 * Where a request names its encodings Deno inflates nothing, so a reply is as large as what comes over the wire.
 */
function guardedRequest(init: RequestInit | undefined): RequestInit {
  const headers = new Headers(init?.headers);
  headers.set("accept-encoding", "identity");
  return { ...init, headers, redirect: "manual" };
}

/** An error's body is shortened; what is neither a stream nor an error is refused, and not read to its end. */
async function checkedResponse(
  response: Response,
  isStream: boolean,
  onBytes: () => void,
): Promise<Response> {
  const { body, status, headers } = response;
  const refusal = refusalOf(response, isStream);
  if (refusal) {
    await body?.cancel();
    throw refusal;
  }
  if (!body) return response;
  if (!response.ok) {
    return new Response(await firstText(body, MAX_ERROR_BYTES, onBytes), { status, headers });
  }
  if (isStream && isJson(headers)) throw failureInBody(await firstText(body, MAX_ERROR_BYTES, onBytes));
  const maxEventBytes = isStream ? MAX_EVENT_BYTES : MAX_BODY_BYTES;
  return new Response(boundedBody(body, maxEventBytes, onBytes), { status, headers });
}

/** What is wrong with a reply whatever its body holds. */
function refusalOf({ status, headers, ok }: Response, isStream: boolean): EndpointFailure | undefined {
  if (status >= 300 && status < 400) return new EndpointFailure("redirected", undefined, status);
  if (isCompressed(headers)) {
    return new EndpointFailure(ok ? "compressed" : kindOf(status, undefined), undefined, status);
  }
  const isReadable = isJson(headers) ||
    isStream && EVENT_STREAM_TYPES.test(headers.get("content-type") ?? "");
  return ok && !isReadable ? new EndpointFailure("not_understood") : undefined;
}

/** Some endpoints do not say what they send, or say something vague. */
const EVENT_STREAM_TYPES = /^\s*(text\/event-stream|text\/plain|application\/octet-stream|$)/i;

function isJson(headers: Headers): boolean {
  return /json/i.test(headers.get("content-type") ?? "");
}

/** A reply that should be a stream and is one JSON value: what error it tells of. */
function failureInBody(text: string): EndpointFailure {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return new EndpointFailure("not_understood");
  }
  if (!isObject(value) || !isObject(value.error)) return new EndpointFailure("not_understood");
  const { code } = value.error;
  return new EndpointFailure(kindOf(typeof code === "number" ? code : undefined, code));
}

/** fetch does not say when it is connected, so this tries beside it. Through a proxy there would be nothing to learn. */
async function reachByTcp(url: URL, signal: AbortSignal): Promise<void> {
  if (usesProxy()) return;
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  const conn = await Deno.connect({ hostname: url.hostname.replace(/^\[|\]$/g, ""), port, signal });
  conn.close();
}

const PROXY_VARIABLES = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

function usesProxy(): boolean {
  return PROXY_VARIABLES.some((variable) =>
    Deno.permissions.querySync({ name: "env", variable }).state === "granted" && Deno.env.get(variable)
  );
}

function once(task: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) task();
    isDone = true;
  };
}
