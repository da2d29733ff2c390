/** Too fast is slowed, not lost: the sixth promise of docs/protocol.md. */

import assert from "node:assert/strict";
import type { Envelope } from "../protocol/message.ts";
import { FakeClock } from "./fake_clock.ts";
import { call, chat, is, says, tokenFor, tokenOf } from "./scenario.ts";
import { assertError, TestServer } from "./test_server.ts";

Deno.test("who sends too fast over TCP is read more slowly, and nothing is refused", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock, isRateLimited: true });
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  for (let i = 0; i < 30; i++) alice.sendJson(chat(`line ${i}`));
  await bob.envelope(says("line 19"));
  for (let i = 20; i < 30; i++) {
    await clock.armed(200);
    clock.advance(200);
    await bob.envelope(says(`line ${i}`));
  }
  assert.equal((await alice.settled()).some(is("error")), false);
});

Deno.test("over HTTP too fast is 429 rate_limited, with Retry-After", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock, isRateLimited: true });
  const token = await tokenOf(server, "alice");
  const post = () => call(server, "/api/messages/%23general", { token, body: "hello" });
  for (let i = 0; i < 20; i++) assert.equal((await post()).status, 201);
  const { status, json, headers } = await post();
  assert.deepEqual([status, json.error], [429, "rate_limited"]);
  assert.ok(json.retry_after_ms > 0);
  assert.ok(Number(headers.get("retry-after")) >= 1);
  clock.advance(json.retry_after_ms);
  assert.equal((await post()).status, 201);
});

Deno.test("over WebSocket messages are refused where slowing is not enough, all until retry_after_ms has passed", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock, isRateLimited: true });
  const alice = await server.websocket("alice");
  // Without a login its round trips have no rate.
  const other = await server.tcp();
  const { connection } = [...server.chat.sessions].find(({ connection }) =>
    connection.transport === "websocket"
  )!;
  for (let i = 0; i < 200; i++) alice.sendJson(chat(`line ${i}`, { id: `m${i}` }));
  const isRefused = () => alice.transcript.some((line) => line.includes("rate_limited"));
  while (connection.backlog <= 105 && !isRefused()) await other.settled();
  const isOver = passTime(clock);
  const replies: Envelope[] = [];
  while (replies.length < 200) {
    replies.push(await alice.envelope(({ metadata }) => metadata.reply_to !== undefined));
  }
  isOver();
  // A refusal may overtake the replies of what is being stored.
  const numberOf = ({ metadata }: Envelope) => Number(String(metadata.reply_to).slice(1));
  const ordered = replies.toSorted((a, b) => numberOf(a) - numberOf(b));
  const first = ordered.findIndex(is("error"));
  assert.ok(first >= 20);
  assert.ok(ordered.slice(0, first).every(is("stored")));
  for (const reply of ordered.slice(first)) assertError(reply, "rate_limited");
  clock.advance(Number(ordered.at(-1)!.metadata.retry_after_ms));
  const again = await alice.say("#general", `line ${first}`, { id: `m${first}` });
  assert.deepEqual([again.metadata.code, again.metadata.duplicate], ["stored", undefined]);
});

/** Lets the pauses of the rate, of 200 ms, pass as they come; returns what ends that. */
function passTime(clock: FakeClock): () => void {
  let isOver = false;
  const pass = () => {
    if (isOver) return;
    clock.advance(200);
    void clock.armed(200).then(pass);
  };
  void clock.armed(200).then(pass);
  return () => void (isOver = true);
}

Deno.test("bots are exempt from the rate", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock, isRateLimited: true });
  const robot = await server.json("", { token: await server.chat.accounts.botToken("robot") });
  await robot.command("/join #general");
  for (let i = 0; i < 100; i++) robot.sendJson(chat(`line ${i}`));
  const bob = await robot.say("#general", "done");
  assert.equal(bob.metadata.code, "stored");
});

Deno.test("two connections of a user share the user's rate", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock, isRateLimited: true });
  const alice = await server.json("alice");
  const token = await tokenFor(server, "alice");
  for (let i = 0; i < 20; i++) alice.sendJson(chat(`line ${i}`));
  await alice.settled();
  assert.equal((await call(server, "/api/messages/%23general", { token, body: "hello" })).status, 429);
});

// ---- connections ----

Deno.test("commands that come too fast wait for their turn, and none is refused", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock, isRateLimited: true });
  const alice = await server.json("alice");
  for (let i = 0; i < 110; i++) alice.sendJson({ type: "command", id: `c${i}`, message: "/ping" });
  for (let i = 0; i < 110; i++) {
    const reply = alice.envelope(({ metadata }) => metadata.reply_to === `c${i}`);
    if (i >= 100) {
      await clock.armed(20);
      clock.advance(20);
    }
    assert.equal((await reply).metadata.code, "pong");
  }
});
