/** Live events, feeds, and what bots can do beyond others: sections 4, 6 and 8 of docs/protocol.md. */

import assert from "node:assert/strict";
import type { Envelope } from "../protocol/message.ts";
import { FakeClock } from "./fake_clock.ts";
import { bot, call, codes, is, logIn, quit, says, texts, tokenOf } from "./scenario.ts";
import { assertError, TestServer } from "./test_server.ts";

async function asking(server: TestServer) {
  const ai = await bot(server, "aibot");
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  await alice.envelope(is("member_joined", "bob"));
  return { ai, alice, bob };
}

Deno.test("what a bot says carries bot: true, what a person says does not, whatever it claims", async () => {
  await using server = await TestServer.start();
  const robot = await bot(server, "robot");
  const bob = await server.json("bob");
  await robot.say("bob", "beep", { metadata: { bot: false } });
  assert.equal((await bob.envelope(says("beep"))).metadata.bot, true);
});

for (const command of ["/ask", "/search", "/AIBot"]) {
  Deno.test(`${command} says the question in the room, and the AI bot gets it with ask: true without being there`, async () => {
    await using server = await TestServer.start();
    const { ai, alice, bob } = await asking(server);
    const reply = await alice.command(`${command} what is new?`, { destination: "#general" });
    assert.equal(reply.metadata.code, "stored");
    const question = await ai.envelope(says("what is new?"));
    assert.deepEqual([question.type, question.sender, question.destination, question.metadata.ask], [
      "chat",
      "alice",
      "#general",
      true,
    ]);
    assert.equal((await bob.envelope(says("what is new?"))).type, "chat");
  });
}

Deno.test("in text mode /ask is said in the current room", async () => {
  await using server = await TestServer.start();
  const ai = await bot(server, "aibot");
  const bob = await server.json("bob");
  const alice = await server.text("alice");
  alice.send("/ask what now?");
  assert.equal((await bob.envelope(says("what now?"))).destination, "#general");
  await ai.envelope(says("what now?"));
});

for (const destination of ["bob", ""]) {
  Deno.test(`/ask with ${destination ? "a user as" : "no"} destination goes to the bot directly`, async () => {
    await using server = await TestServer.start();
    const { ai, alice, bob } = await asking(server);
    assert.equal((await alice.command("/ask in private", { destination })).metadata.code, "stored");
    assert.equal((await ai.envelope(says("in private"))).destination, "aibot");
    assert.deepEqual(texts(await bob.settled()), []);
  });
}

Deno.test("openai is asked rather than aibot where it is here", async () => {
  await using server = await TestServer.start();
  const { ai, alice } = await asking(server);
  const openai = await bot(server, "openai");
  await alice.command("/ask who answers?", { destination: "#general" });
  await openai.envelope(says("who answers?"));
  assert.deepEqual(texts(await ai.settled()), []);
});

Deno.test("a question waits for a bot that is away, and its asker is told", async () => {
  await using server = await TestServer.start();
  const { ai, alice } = await asking(server);
  await quit(ai);
  const reply = await alice.command("/ask are you there?", { destination: "#general" });
  assert.deepEqual([reply.metadata.code, reply.metadata.offline], ["stored", true]);
  const token = await server.chat.accounts.botToken("aibot");
  const { missed } = await logIn(server, "", { token });
  assert.deepEqual(missed.map(({ message, metadata }) => [message, metadata.ask]), [[
    "are you there?",
    true,
  ]]);
});

Deno.test("/ask where there is no AI bot at all is no_such_user", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  assertError(await alice.command("/ask anybody?", { destination: "#general" }), "no_such_user");
  assert.equal(await server.store.head(), 0);
});

Deno.test("/ask where the AI bot has been away for more than a minute is no_such_user, and stores nothing", async () => {
  const clock = new FakeClock(Date.now());
  await using server = await TestServer.start({ clock });
  const { ai, alice } = await asking(server);
  await quit(ai);
  await alice.say("#general", "it has gone");
  const head = await server.store.head();
  clock.advance(61_000);
  for (const destination of ["#general", "aibot", ""]) {
    assertError(await alice.command("/ask anybody?", { destination }), "no_such_user");
  }
  assert.equal(await server.store.head(), head);
});

Deno.test("/ask in a room that one is not in is not_a_member", async () => {
  await using server = await TestServer.start();
  const { alice, bob } = await asking(server);
  await alice.command("/join #dev");
  assertError(await bob.command("/ask x", { destination: "#dev" }), "not_a_member");
});

Deno.test("a bot's /ask is forbidden: nothing that a bot says triggers a bot", async () => {
  await using server = await TestServer.start();
  await asking(server);
  const robot = await bot(server, "robot");
  await robot.command("/join #general");
  assertError(await robot.command("/ask x", { destination: "#general" }), "forbidden");
});

Deno.test("the bot may answer a question in a room that it has not joined, once", async () => {
  await using server = await TestServer.start();
  const { ai, alice, bob } = await asking(server);
  await alice.command("/ask what is new?", { destination: "#general" });
  const { seq } = await ai.envelope(says("what is new?"));
  const answer = { metadata: { answer_to: seq }, id: `answer-${seq}` };
  assert.equal((await ai.say("#general", "nothing", answer)).metadata.code, "stored");
  for (const client of [alice, bob]) {
    const { metadata } = await client.envelope(says("nothing"));
    assert.deepEqual([metadata.answer_to, metadata.bot], [seq, true]);
  }
  assert.equal((await ai.say("#general", "nothing", answer)).metadata.duplicate, true);
  assertError(await ai.say("#general", "more", { metadata: { answer_to: seq } }), "forbidden");
  assert.deepEqual(texts(await bob.settled()), []);
});

Deno.test("a bot may not answer what is no question to it, nor speak in a room that it is not in", async () => {
  await using server = await TestServer.start();
  const { ai, alice } = await asking(server);
  const robot = await bot(server, "robot");
  const { metadata: { seq } } = await alice.say("#general", "just talking");
  assertError(await ai.say("#general", "x", { metadata: { answer_to: seq } }), "forbidden");
  assertError(await ai.say("#general", "x"), "not_a_member");
  const question = await alice.command("/ask really?", { destination: "#general" });
  assertError(
    await robot.say("#general", "x", { metadata: { answer_to: question.metadata.seq } }),
    "forbidden",
  );
});

Deno.test("a bot may not answer a question in another room than where it was asked", async () => {
  await using server = await TestServer.start();
  const { ai, alice } = await asking(server);
  await alice.command("/join #dev");
  const question = await alice.command("/ask really?", { destination: "#dev" });
  assertError(await ai.say("#general", "x", { metadata: { answer_to: question.metadata.seq } }), "forbidden");
});

Deno.test("a bot posts over HTTP with answer_to where it takes part, whatever that answers; elsewhere once, to a question", async () => {
  await using server = await TestServer.start();
  const { ai, alice } = await asking(server);
  await ai.command("/join #dev");
  await alice.command("/join #dev");
  await ai.say("alice", "hello");
  const question = await alice.command("/ask really?", { destination: "#general" });
  await quit(ai);
  const token = await server.chat.accounts.botToken("aibot");
  const post = async (destination: string, answer_to: unknown) =>
    (await call(server, "/api/messages", {
      token,
      body: { destination, message: "yes", metadata: { answer_to } },
    })).status;
  const { seq } = question.metadata;
  assert.deepEqual([await post("#dev", seq), await post("#dev", 999)], [201, 201]);
  assert.deepEqual([await post("alice", 999), await post("alice", 999)], [201, 201]);
  assert.deepEqual([await post("#general", 999), await post("#general", seq)], [403, 201]);
  assert.equal(await post("#general", seq), 403);
});

Deno.test("a person who claims answer_to gains nothing by it", async () => {
  await using server = await TestServer.start();
  const { alice, bob } = await asking(server);
  await alice.command("/join #dev");
  const question = await alice.command("/ask really?", { destination: "#dev" });
  assertError(await bob.say("#dev", "x", { metadata: { answer_to: question.metadata.seq } }), "not_a_member");
});

Deno.test("a question that was answered does not come again after a restart of the bot, an open one does", async () => {
  await using server = await TestServer.start();
  const { ai, alice } = await asking(server);
  await alice.command("/ask first?", { destination: "#general" });
  const { seq } = await ai.envelope(says("first?"));
  await ai.say("#general", "yes", { metadata: { answer_to: seq } });
  await alice.command("/ask second?", { destination: "#general" });
  await ai.envelope(says("second?"));
  await quit(ai);
  const { missed } = await logIn(server, "", {
    token: await server.chat.accounts.botToken("aibot"),
    since: 0,
  });
  assert.deepEqual(texts(missed), ["second?"]);
});

Deno.test("drafts reach those who will get the answer, and are not stored", async () => {
  await using server = await TestServer.start();
  const { ai, alice, bob } = await asking(server);
  const question = await alice.command("/ask hello?", { destination: "#general" });
  await bob.envelope(says("hello?"));
  await ai.envelope(says("hello?"));
  ai.sendDraft("#general", "d1", "Hel", question.metadata.seq as number);
  for (const client of [alice, bob]) {
    const { metadata } = await client.envelope(is("draft"));
    assert.deepEqual(
      [metadata.destination, metadata.user, metadata.draft, metadata.delta, metadata.answer_to],
      ["#general", "aibot", "d1", "Hel", question.metadata.seq],
    );
  }
  assert.deepEqual(await ai.settled(), []);
  assert.equal(await server.store.head(), question.metadata.seq);
});

Deno.test("a bot shows drafts in a room only where it takes part, or while a question to it there is open", async () => {
  await using server = await TestServer.start();
  const { ai, alice } = await asking(server);
  await alice.command("/join #dev");
  const { metadata: { seq } } = await alice.command("/ask why?", { destination: "#dev" });
  const draft = (destination: string) =>
    ai.command("/draft", { destination, metadata: { draft: "d1", delta: "x" } });
  assertError(await draft("#general"), "not_a_member");
  assertError(await draft("#nowhere"), "no_such_room");
  ai.sendDraft("#dev", "d", "s");
  assert.equal((await alice.envelope(is("draft"))).metadata.draft, "d");
  await ai.say("#dev", "so", { metadata: { answer_to: seq } });
  assertError(await draft("#dev"), "not_a_member");
  await ai.command("/join #general");
  ai.sendDraft("#general", "mine", "x");
  assert.equal((await alice.envelope(is("draft"))).metadata.draft, "mine");
});

Deno.test("/typing at a feed is no way to learn who subscribed to it", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  await bob.command("/subscribe alice");
  await bob.settled();
  assertError(await alice.command("/typing alice/feed"), "bad_name");
  assert.deepEqual(codes(await bob.settled()), []);
});

Deno.test("a draft in a direct conversation reaches that user alone", async () => {
  await using server = await TestServer.start();
  const { ai, alice, bob } = await asking(server);
  await alice.say("aibot", "hello");
  ai.sendDraft("alice", "d1", "Hi");
  assert.equal((await alice.envelope(is("draft"))).metadata.delta, "Hi");
  assert.deepEqual(codes(await bob.settled()), []);
});

Deno.test("a person's /draft is forbidden, a bot's without what it needs is bad_arguments", async () => {
  await using server = await TestServer.start();
  const { ai, alice } = await asking(server);
  const metadata = { draft: "d1", delta: "x" };
  assertError(await alice.command("/draft", { destination: "#general", metadata }), "forbidden");
  assertError(
    await ai.command("/draft", { destination: "#general", metadata: { draft: 1, delta: "x" } }),
    "bad_arguments",
  );
  assertError(await ai.command("/draft", { metadata }), "bad_arguments");
});

Deno.test("/stop asks the AI bot to end what it writes for the user", async () => {
  await using server = await TestServer.start();
  const { ai, alice } = await asking(server);
  const reply = await alice.command("/stop");
  assert.deepEqual([reply.metadata.code, reply.metadata.to], ["stopped", "aibot"]);
  assert.equal((await ai.envelope(is("stop"))).metadata.user, "alice");
});

Deno.test("with behalf= a bot finds what the asker may read, and no more", async () => {
  await using server = await TestServer.start();
  const { ai, alice, bob } = await asking(server);
  await alice.command("/join #dev");
  await alice.say("#dev", "needle of alice");
  await bob.say("#general", "needle of all");
  const ask = async (client: typeof alice) =>
    (await client.command("/ask where is the needle?", { destination: "#general" })).metadata.seq;
  const find = async (seq: unknown) => {
    const { metadata } = await ai.command(`/find needle* of behalf=${seq}`);
    return (metadata.messages as Envelope[]).map(({ message }) => message);
  };
  assert.deepEqual(await find(await ask(alice)), ["needle of all", "needle of alice"]);
  assert.deepEqual(await find(await ask(bob)), ["needle of all"]);
});

Deno.test("behalf= works for what was said to the bot directly", async () => {
  await using server = await TestServer.start();
  const { ai, alice } = await asking(server);
  await alice.say("#general", "needle");
  const { metadata: { seq } } = await alice.say("aibot", "where?");
  const { metadata } = await ai.command(`/find needle behalf=${seq}`);
  assert.equal((metadata.messages as Envelope[]).length, 1);
});

Deno.test("behalf= is forbidden to people, and to bots that were not asked", async () => {
  await using server = await TestServer.start();
  const { ai, alice, bob } = await asking(server);
  const robot = await bot(server, "robot");
  const { metadata: { seq } } = await alice.command("/ask where?", { destination: "#general" });
  const { metadata: { seq: said } } = await alice.say("#general", "just talking");
  assertError(await bob.command(`/find x behalf=${seq}`), "forbidden");
  assertError(await robot.command(`/find x behalf=${seq}`), "forbidden");
  assertError(await ai.command(`/find x behalf=${said}`), "forbidden");
  assertError(await ai.command("/find x behalf=999999"), "forbidden");
});

Deno.test("over HTTP a message that somebody is away for is stored all the same", async () => {
  await using server = await TestServer.start();
  const token = await tokenOf(server, "alice");
  const { status, json } = await call(server, "/api/messages/Joe", { token, body: "kept" });
  assert.deepEqual([status, json.destination], [201, "Joe"]);
  assert.deepEqual(texts((await logIn(server, "Joe")).missed), ["kept"]);
});
