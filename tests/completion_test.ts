import assert from "node:assert/strict";
import { NETWORK, type Network, OPENAI_BASE_URL } from "../bots/endpoint.ts";
import { FakeClock } from "./fake_clock.ts";
import {
  answer,
  answerEndingWith,
  cut,
  delta,
  DONE,
  event,
  events,
  FakeOpenAiServer,
  finish,
  raw,
  type Script,
  status,
} from "./fake_openai_server.ts";
import { ask, outcomeOf, settled, shortOf, unusedPort } from "./asking.ts";

Deno.test("an answer comes in pieces, from the model that was asked with the key that was given", async () => {
  await using server = new FakeOpenAiServer();
  server.script(answer("Be", "cause", " — 😀"));
  const pieces: string[] = [];
  const { text, failure } = await ask({ baseURL: server.baseURL, onPiece: (piece) => pieces.push(piece) });
  assert.equal(text, "Because — 😀");
  assert.deepEqual(pieces, ["Be", "cause", " — 😀"]);
  assert.equal(failure, undefined);
  const [request] = server.requests;
  assert.equal(request?.path, "/v1/chat/completions");
  assert.equal(request?.authorization, "Bearer sk-own");
  assert.equal(request?.model, "model-1");
  assert.equal(request?.isStream, true);
});

Deno.test("an event that is split between letters and chunks is put together", async () => {
  const bytes = new TextEncoder().encode(delta("语言 😀 é") + finish("stop") + DONE);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  assert.deepEqual(await outcomeOf(raw(body)), { text: "语言 😀 é", failure: undefined });
});

Deno.test("without a key OpenAI itself is not asked; another endpoint is", async () => {
  const { failure } = await ask({ baseURL: OPENAI_BASE_URL, apiKey: "" });
  assert.equal(failure?.kind, "no_key");
  await using server = new FakeOpenAiServer();
  assert.equal((await ask({ baseURL: server.baseURL, apiKey: "" })).text, "Fine.");
});

const REFUSALS = [
  [400, null, "bad_request"],
  [400, "context_length_exceeded", "too_long"],
  [401, "invalid_api_key", "bad_key"],
  [402, null, "no_credit"],
  [403, null, "forbidden"],
  [404, "model_not_found", "no_model"],
  [404, null, "no_model"],
  [413, null, "too_long"],
  [422, null, "bad_request"],
  [418, null, "bad_request"],
  [429, "insufficient_quota", "no_credit"],
] as const;

for (const [code, name, kind] of REFUSALS) {
  Deno.test(`${code}${name ? ` ${name}` : ""} is ${kind}, and is not tried again`, async () => {
    assert.equal((await outcomeOf(status(code, name))).failure?.kind, kind);
  });
}

for (
  const [code, kind] of [[408, "request_timeout"], [429, "rate_limited"], [500, "overloaded"], [
    503,
    "overloaded",
  ]] as const
) {
  Deno.test(`${code} is tried twice more, and then is ${kind}`, async () => {
    await using server = new FakeOpenAiServer();
    server.script(status(code), status(code), status(code));
    const clock = new FakeClock();
    const asked = ask({ baseURL: server.baseURL, clock });
    for (const ms of [500, 1000]) {
      await clock.armed(ms);
      clock.advance(ms);
    }
    assert.equal((await asked).failure?.kind, kind);
    assert.equal(server.requests.length, 3);
    assert.equal(clock.pending, 0);
  });
}

Deno.test("a second attempt that succeeds is the answer", async () => {
  await using server = new FakeOpenAiServer();
  server.script(status(503), answer("Now."));
  const clock = new FakeClock();
  const asked = ask({ baseURL: server.baseURL, clock });
  await clock.armed(500);
  clock.advance(500);
  assert.deepEqual(await asked, { text: "Now.", failure: undefined });
});

for (const [header, value, ms] of [["retry-after", "7", 7000], ["retry-after-ms", "250", 250]] as const) {
  Deno.test(`${header} is waited for`, async () => {
    await using server = new FakeOpenAiServer();
    server.script(status(429, null, { [header]: value }), answer("Now."));
    const clock = new FakeClock();
    const asked = ask({ baseURL: server.baseURL, clock });
    await clock.armed(ms + 500);
    clock.advance(ms + 500);
    assert.equal((await asked).text, "Now.");
  });
}

Deno.test("a Retry-After of more than 30 s is told, and not waited for", async () => {
  const { failure } = await outcomeOf(status(429, null, { "retry-after": "120" }));
  assert.equal(failure?.kind, "rate_limited");
  assert.match(failure.message, /in 120 s/);
});

Deno.test("a Retry-After that is nonsense does no harm", async () => {
  await using server = new FakeOpenAiServer();
  server.script(status(429, null, { "retry-after": "soon" }), answer("Now."));
  const clock = new FakeClock();
  const asked = ask({ baseURL: server.baseURL, clock });
  await clock.armed(500);
  clock.advance(500);
  assert.equal((await asked).text, "Now.");
});

Deno.test("after the first word nothing is tried again: what was written is kept", async () => {
  assert.deepEqual(shortOf(await outcomeOf(cut("Half of"))), ["Half of", "cut"]);
  assert.deepEqual(shortOf(await outcomeOf(events(delta("Half of")))), ["Half of", "cut"]);
  const overloaded = event({ error: { code: 503, message: "upstream secret" } });
  assert.deepEqual(shortOf(await outcomeOf(events(delta("Half of"), overloaded))), ["Half of", "overloaded"]);
});

const STRANGE: readonly (readonly [string, Script, string])[] = [
  ["a page of HTML", raw("<html>upstream login</html>", "text/html"), "not_understood"],
  ["JSON that is no stream", raw('{"hello":"upstream"}', "application/json"), "not_understood"],
  ["JSON that is cut", raw('{"hello', "application/json"), "not_understood"],
  [
    "status 200 with an error",
    raw('{"error":{"code":402,"message":"upstream"}}', "application/json"),
    "no_credit",
  ],
  [
    "status 200 with an error in words",
    raw('{"error":{"code":"model_not_found"}}', "application/json"),
    "no_model",
  ],
  ["an event that is not JSON", events(delta("a"), "data: {oops\n\n"), "not_understood"],
  ["an error event", events(`event: error\n${event({ message: "upstream secret" })}`), "upstream_error"],
  [
    "an error in the stream",
    events(event({ error: { message: "upstream", code: "server_error" } })),
    "upstream_error",
  ],
  ["a stream that ends at once", raw(""), "cut"],
  ["a stream of something else", raw("hello upstream\nhow are you\n", "text/plain"), "cut"],
  ["events without choices", events(event({}), event({ choices: [] }), event(null), event([1]), DONE), "cut"],
  ["a bad end", answerEndingWith("error", "a"), "upstream_error"],
  ["the model's limit", answerEndingWith("length", "a"), "length"],
  ["the content filter", answerEndingWith("content_filter", "a"), "filtered"],
  ["status 500 with 1 MB of HTML", raw("<p>upstream</p>".repeat(70_000), "text/html", 400), "bad_request"],
];

for (const [name, script, kind] of STRANGE) {
  Deno.test(`${name} is ${kind}`, async () => {
    assert.equal((await outcomeOf(script)).failure?.kind, kind);
  });
}

Deno.test("more than 4 MiB is not read, whether in one event or in many", async () => {
  const large = await outcomeOf(raw(`data: ${"x".repeat(10 * 1024 * 1024)}`));
  assert.equal(large.failure?.kind, "too_big");
  const many = await outcomeOf(raw(delta("x".repeat(1000)).repeat(10_000)));
  assert.equal(many.failure?.kind, "too_big");
  assert.ok(many.text.length < 5 * 1024 * 1024);
});

Deno.test("a refused connection is told from a name that nobody knows, and from a bad certificate", async () => {
  const refused = await settled(ask, (clock) => ({ baseURL: `http://127.0.0.1:${unusedPort()}/v1`, clock }));
  assert.equal(refused.failure?.kind, "refused");
  const fail = (words: string): Network => ({
    fetch: () => Promise.reject(new TypeError(words)),
    reach: NETWORK.reach,
  });
  const url = "http://127.0.0.1:1/v1";
  // As Deno 2.9 words them.
  const dns =
    "error sending request for url (http://x.invalid/): client error (Connect): dns error: failed to lookup address information: Name or service not known";
  assert.equal((await ask({ baseURL: url, network: fail(dns) })).failure?.kind, "dns");
  const tls =
    "error sending request for url (https://x/): client error (Connect): invalid peer certificate: UnknownIssuer";
  assert.equal((await ask({ baseURL: url, network: fail(tls) })).failure?.kind, "tls");
});
