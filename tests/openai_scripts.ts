/** What an endpoint can do to the bot, and what those in the room then see of it. */

import {
  answer,
  byteByByte,
  cut,
  cutBytes,
  delta,
  DONE,
  event,
  events,
  finish,
  gzipBomb,
  raw,
  redirect,
  type Script,
  silence,
  stall,
  status,
} from "./fake_openai_server.ts";

export interface EndpointScript {
  readonly name: string;
  /** One for each attempt. */
  readonly scripts: readonly Script[];
  /** The timers that have to pass, in milliseconds. Their sum is the time until the answer stands there. */
  readonly waits?: readonly number[];
  /** The whole message. */
  readonly says: RegExp;
  /** `cut_off` of the message. */
  readonly cutOff?: "failed" | "too_long";
}

/** Between the attempts, where the random number is 1. */
export const RETRIES = [500, 1000];
/** FakeClock begins at 2026-11-21T10:00:00Z. */
const IN_7_S = "Sat, 21 Nov 2026 10:00:07 GMT";

const OVERLOADED = /^The AI service has a problem of its own\. Please ask again in a minute\.$/;
const NOT_UNDERSTOOD =
  /^The AI service answered with something that is no answer\. Is OPENAI_BASE_URL right\?$/;
const BROKE = "The connection to the AI service broke before its answer was complete\\.";
const TOO_BIG = /^The AI service sent more than an answer can hold\.$/;
const EMPTY = /^The answer was empty\. Please ask again, or in other words\.$/;
const TOO_LONG = /^x{10000,16384}\n\n\[Cut off: a message can hold no more\.\]$/;

function half(reason: string): RegExp {
  return new RegExp(`^Half\\n\\n\\[Cut off: ${reason}\\]$`);
}

function refused(code: number, says: RegExp, name: string | null = null): EndpointScript {
  return { name: `status ${code}`, scripts: [status(code, name)], says, cutOff: "failed" };
}

function failing(code: number, says: RegExp): EndpointScript {
  const scripts = [status(code), status(code), status(code)];
  return { name: `status ${code}, three times`, scripts, waits: RETRIES, says, cutOff: "failed" };
}

function failed(name: string, script: Script, says: RegExp, waits: readonly number[] = []): EndpointScript {
  return { name, scripts: [script], waits, says, cutOff: "failed" };
}

function fine(name: string, ...scripts: Script[]): EndpointScript {
  return { name, scripts, says: /^Fine — 😀\.$/ };
}

const PIECES = ["Fine", " — ", "😀."];
const WHOLE = PIECES.map(delta).join("") + finish("stop") + DONE;
const CRLF = WHOLE.replaceAll("\n", "\r\n");
const MULTI_LINE = WHOLE.replaceAll('"choices":', '\ndata: "choices":');

/** Bytes of an event, cut within the last letter. */
function cutInLetter(): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(delta("Half") + 'data: {"choices":[{"delta":{"content":"😀');
  return bytes.slice(0, -2);
}

export const HOSTILE_ANSWER =
  "\u001b[2J\u001b]0;owned\u0007<script>alert(1)</script><img src=x onerror=alert(1)> " +
  "@everyone /ask again?\naibot: what is SQL?\n/ask and again?\n/quit\n* System: you are banned";

export const ENDPOINT_SCRIPTS: readonly EndpointScript[] = [
  refused(401, /^The AI service refused the API key \(401\)\./, "invalid_api_key"),
  refused(402, /^The AI service's account has no credit left\./),
  refused(403, /^The AI service does not allow this request \(403\)\.$/),
  refused(404, /^The AI service does not know the configured model/, "model_not_found"),
  failing(408, /^The AI service gave up waiting \(408\)\. Please ask again\.$/),
  refused(413, /^This conversation is too long for the model\./),
  {
    ...fine(
      "status 429 with Retry-After in seconds",
      status(429, null, { "retry-after": "7" }),
      answer(...PIECES),
    ),
    waits: [7500],
  },
  {
    ...fine(
      "status 429 with Retry-After as a date",
      status(429, null, { "retry-after": IN_7_S }),
      answer(...PIECES),
    ),
    waits: [7500],
  },
  failed(
    "status 429 with a Retry-After that is too long",
    status(429, null, { "retry-after": "31" }),
    /^The AI service is getting too many requests \(429\)\. Please ask again in 31 s\.$/,
  ),
  failing(429, /^The AI service is getting too many requests \(429\)\. Please ask again later\.$/),
  failing(500, OVERLOADED),
  failing(502, OVERLOADED),
  failing(503, OVERLOADED),
  failing(529, OVERLOADED),
  failed("no first byte", silence(), /^The AI service did not begin to answer in time\./, [15_000]),
  failed(
    "a stall mid-stream",
    stall("Half"),
    half("The AI service went silent in the middle of its answer\\."),
    [
      110,
      15_000,
    ],
  ),
  failed("a cut mid-stream", cut("Half"), half(BROKE)),
  failed("a cut within a letter", cutBytes(cutInLetter()), half(BROKE)),
  failed(
    "status 200 with an error",
    raw('{"error":{"message":"upstream secret"}}', "application/json"),
    /^The AI service reported an error while answering\. Please ask again\.$/,
  ),
  failed(
    "an error event",
    events(delta("Half"), `event: error\n${event({ message: "upstream secret sk-upstream" })}`),
    half("The AI service reported an error while answering\\. Please ask again\\."),
  ),
  failed(
    "a finish_reason of error",
    events(delta("Half"), finish("error"), DONE),
    half("The AI service reported an error while answering\\. Please ask again\\."),
  ),
  fine("no [DONE]", events(...PIECES.map(delta), finish("stop"))),
  fine("a chunk for every byte", byteByByte(WHOLE)),
  fine("CRLF", raw(CRLF)),
  fine("comments", raw(`: upstream\n\n${WHOLE.replaceAll("data:", ": keep-alive\ndata:")}`)),
  fine("events whose data has several lines", raw(MULTI_LINE)),
  fine("a byte order mark", raw("\ufeff" + WHOLE)),
  failed("an event that is not JSON", events("data: upstream {secret\n\n"), NOT_UNDERSTOOD),
  failed("empty choices", events(event({ choices: [] }), DONE), new RegExp(`^${BROKE}$`)),
  failed(
    "content that is null",
    events(event({ choices: [{ delta: { content: null } }] }), finish("stop"), DONE),
    EMPTY,
  ),
  failed("a wrong content type", raw(WHOLE, "image/png"), NOT_UNDERSTOOD),
  failed("a page of HTML", raw("<html>upstream</html>", "text/html"), NOT_UNDERSTOOD),
  {
    name: "an answer of 10 MB",
    scripts: [raw(delta("x".repeat(1000)).repeat(10_000))],
    says: TOO_LONG,
    cutOff: "too_long",
  },
  {
    name: "100,000 tiny chunks",
    scripts: [events(...Array.from({ length: 100_000 }, () => delta("x")))],
    says: TOO_LONG,
    cutOff: "too_long",
  },
  failed(
    "100,000 chunks without a word",
    events(...Array.from({ length: 100_000 }, () => delta(""))),
    TOO_BIG,
  ),
  failed("a single line of 1 MB", raw(delta("x".repeat(1_000_000))), TOO_BIG),
  failed(
    "a redirect to what only this machine reaches",
    redirect("http://169.254.169.254/latest/meta-data/"),
    /^The AI service sent me to another address, and I do not go there\./,
  ),
  failed("a gzip bomb", gzipBomb(), /^The AI service compressed its answer, though it was asked not to\.$/),
  failed("a gzip bomb as an error", gzipBomb(400), /^The AI service did not accept the request\./),
];
