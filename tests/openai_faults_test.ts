/** Whatever the endpoint does: one clear line in the room and in time, nothing of it leaks, and the chat goes on. */

import assert from "node:assert/strict";
import { startAibot } from "../bots/aibot.ts";
import { ENDPOINT_LIMITS } from "../bots/endpoint.ts";
import { MAX_BODY_BYTES } from "../bots/guarded_body.ts";
import type { Envelope } from "../protocol/message.ts";
import { unusedPort } from "./asking.ts";
import { answer, delta, Dribble, FakeOpenAiServer, redirect } from "./fake_openai_server.ts";
import { ENDPOINT_SCRIPTS, HOSTILE_ANSWER, RETRIES } from "./openai_scripts.ts";
import { OpenAiStage, ROOM } from "./openai_stage.ts";

/** What the network may have read ahead of the guard. */
const READ_AHEAD_BYTES = 256 * 1024;

/** One question, in whose middle bob says something; the answer, when all that has to hold was seen to hold. */
async function outcome(
  stage: OpenAiStage,
  waits: readonly number[] = [],
  isReached = true,
): Promise<Envelope> {
  const { alice, bob, network, clock } = stage;
  const question = await stage.ask(alice, "Why?");
  if (isReached) await stage.endpoint.next();
  const said = await bob.say(ROOM, "Meanwhile.");
  assert.equal(said.metadata.code, "stored");
  const before = clock.monotonic();
  await stage.pass(waits);
  const answered = await stage.answerTo(alice, question);
  assert.equal(clock.monotonic() - before, waits.reduce((sum, ms) => sum + ms, 0));
  await alice.settled();
  assert.ok(alice.transcript.some((line) => line.includes("Meanwhile.")));
  assert.ok(network.bytes <= MAX_BODY_BYTES + READ_AHEAD_BYTES, `${network.bytes} bytes were read`);
  await stage.stopBot();
  stage.assertNothingLeaked();
  return answered;
}

function assertOneLine({ message, metadata }: Envelope, says: RegExp, cutOff?: string): void {
  assert.match(message, says);
  assert.equal(metadata.cut_off, cutOff);
  const [, mark] = message.split("\n\n[");
  assert.ok(!(mark ?? message).includes("\n"), "it is more than one line");
}

for (const { name, scripts, waits, says, cutOff } of ENDPOINT_SCRIPTS) {
  Deno.test(`the endpoint's ${name}: ${cutOff ? "one clear line" : "the whole answer"}`, async () => {
    await using stage = await OpenAiStage.start();
    stage.endpoint.script(...scripts);
    assertOneLine(await outcome(stage, waits), says, cutOff);
    assert.equal(stage.endpoint.requests.length, scripts.length);
  });
}

const UNREACHABLE: readonly (readonly [string, () => string, RegExp, readonly number[]])[] = [
  [
    "refuses connections",
    () => `http://127.0.0.1:${unusedPort()}/v1`,
    /^The AI service cannot be reached: it refuses connections\. Is it running\?$/,
    RETRIES,
  ],
  [
    "has a name that nobody can know",
    // A label of a name has at most 63 letters, so that no name server is asked.
    () => `http://${"x".repeat(64)}.invalid/v1`,
    /^The AI service cannot be reached: its host name is not known\./,
    [],
  ],
];
for (const [name, baseURL, says, waits] of UNREACHABLE) {
  Deno.test(`an endpoint that ${name}: one clear line`, async () => {
    await using stage = await OpenAiStage.start({ baseURL: baseURL() });
    assertOneLine(await outcome(stage, waits, false), says, "failed");
  });
}

Deno.test("an endpoint that does not speak TLS where it should: one clear line", async () => {
  await using plain = new FakeOpenAiServer();
  await using stage = await OpenAiStage.start({ baseURL: plain.baseURL.replace("http:", "https:") });
  const says = /^The AI service cannot be reached safely: its certificate or its encryption is not valid\.$/;
  assertOneLine(await outcome(stage, [], false), says, "failed");
  assert.equal(plain.requests.length, 0);
});

Deno.test("a redirect is not followed, neither with the key nor without", async () => {
  for (const status of [301, 302, 303, 307, 308]) {
    await using elsewhere = new FakeOpenAiServer();
    await using stage = await OpenAiStage.start();
    stage.endpoint.script(redirect(`${elsewhere.baseURL}/chat/completions`, status));
    assertOneLine(await outcome(stage), /^The AI service sent me to another address/, "failed");
    assert.equal(elsewhere.requests.length, 0);
  }
});

Deno.test("one byte a second: it ends after 60 s, and what was whole is kept", async () => {
  await using stage = await OpenAiStage.start();
  const { alice, bob, network, clock } = stage;
  const dribble = new Dribble();
  stage.endpoint.script(dribble.script);
  const question = await stage.ask(alice, "Why?");
  await stage.endpoint.next();
  dribble.send(delta("Half"));
  const begun = delta("Half").length;
  await network.received(begun);
  for (let second = 1; second <= 60; second++) {
    dribble.send("x");
    await network.received(begun + second);
    clock.advance(1000);
  }
  const answered = await stage.answerTo(alice, question);
  assertOneLine(answered, /^Half\n\n\[Cut off: The AI service took too long\.\]$/, "failed");
  assert.equal(stage.elapsed, ENDPOINT_LIMITS.totalMs);
  assert.equal((await bob.say(ROOM, "Still here.")).metadata.code, "stored");
  await stage.stopBot();
});

Deno.test("one byte a second of the headers: it ends after 15 s", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using stage = await OpenAiStage.start({ baseURL: `http://127.0.0.1:${listener.addr.port}/v1` });
  const question = await stage.ask(stage.alice, "Why?");
  using conn = await requestTo(listener);
  await conn.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\nX-Upstream: "));
  await stage.clock.armed(ENDPOINT_LIMITS.firstByteMs);
  for (let second = 1; second <= 15; second++) {
    await conn.write(new TextEncoder().encode("x"));
    stage.clock.advance(1000);
  }
  const answered = await stage.answerTo(stage.alice, question);
  assertOneLine(answered, /^The AI service did not begin to answer in time\./, "failed");
  assert.equal(stage.elapsed, ENDPOINT_LIMITS.firstByteMs);
  await stage.stopBot();
  stage.assertNothingLeaked();
});

/** The first connection over which something comes: one that only tries whether it can be made ends at once. */
async function requestTo(listener: Deno.TcpListener): Promise<Deno.TcpConn> {
  for (;;) {
    const conn = await listener.accept();
    if (await conn.read(new Uint8Array(1024)) !== null) return conn;
    conn.close();
  }
}

Deno.test("an answer of commands, escapes and markup is text: no bot obeys it, no terminal either", async () => {
  await using stage = await OpenAiStage.start();
  const aibot = startAibot(await stage.joining("aibot"));
  try {
    await aibot.ready;
    const carol = await stage.server.text("carol");
    stage.endpoint.script(answer(HOSTILE_ANSWER));
    const answered = await stage.answered(stage.alice, "Why?");
    assert.equal(answered.message, HOSTILE_ANSWER);
    await carol.until((line) => line.includes("you are banned"));
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(carol.transcript.join("\n"), /[\x00-\x08\x0b-\x1f\x7f]/);
    assert.ok(
      !carol.transcript.some((line) => line.startsWith("* System")),
      "it passes as the server's words",
    );
    await stage.alice.settled();
    assert.equal(stage.endpoint.requests.length, 1);
    assert.ok(!stage.alice.transcript.some((line) => line.includes('"sender":"aibot"')));
  } finally {
    await aibot.stop();
  }
});
