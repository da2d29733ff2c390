/** What is promised of every message: section 5 of docs/protocol.md, over real connections. */

import assert from "node:assert/strict";
import type { Envelope } from "../protocol/message.ts";
import { call, chat, checkOrder, is, logIn, quit, says, texts, tokenFor } from "./scenario.ts";
import { assertError, TestServer } from "./test_server.ts";

// ---- 1. stored, then said ----

Deno.test("when the stored reply comes the message is in the log, also for another reader of the file", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  const { metadata } = await alice.say("#general", "hello");
  const [stored] = await server.store.messagesBySeq([Number(metadata.seq)]);
  assert.equal(stored?.text, "hello");
});

Deno.test("what was acknowledged is there after a restart", async () => {
  const folder = await Deno.makeTempDir();
  let server = await TestServer.start({ folder });
  const { client: alice, welcome } = await logIn(server, "alice");
  await alice.say("#general", "kept");
  server = await server.restart();
  const { missed } = await logIn(server, "", { token: welcome.metadata.token, since: 0 });
  assert.deepEqual(texts(missed), ["kept"]);
  await server.stop();
  await Deno.remove(folder, { recursive: true });
});

// ---- 2. exactly once ----

Deno.test("the same id with the same text is stored once, and the first reply comes again as a duplicate", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  const first = await alice.say("#general", "hello", { id: "once" });
  const second = await alice.say("#general", "hello", { id: "once" });
  assert.deepEqual(
    [second.metadata.code, second.metadata.seq, second.metadata.timestamp, second.metadata.duplicate],
    ["stored", first.metadata.seq, first.metadata.timestamp, true],
  );
  assert.equal(first.metadata.duplicate, undefined);
  assert.deepEqual(texts(await bob.settled()), ["hello"]);
});

Deno.test("a duplicate sent in one piece with the first is none the less stored once", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  const line = JSON.stringify(chat("hello", { id: "once" }));
  alice.send([line, line, line].join("\n"));
  const replies = (await alice.settled()).filter(is("stored"));
  assert.deepEqual(replies.map(({ metadata }) => metadata.duplicate === true).sort(), [false, true, true]);
  assert.equal(new Set(replies.map(({ metadata }) => metadata.seq)).size, 1);
  assert.deepEqual(texts(await bob.settled()), ["hello"]);
});

Deno.test("an id is known again on another connection, after a rename, and over another transport", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  const first = await alice.say("#general", "hello", { id: "once" });
  await alice.command("/nick alicia");
  const token = await tokenFor(server, "alicia");
  const socket = await server.websocket("", { token });
  const again = await socket.say("#general", "hello", { id: "once" });
  assert.deepEqual([again.metadata.seq, again.metadata.duplicate], [first.metadata.seq, true]);
  const { json } = await call(server, "/api/messages/%23general?id=once", { token, body: "hello" });
  assert.deepEqual([json.seq, json.metadata.duplicate], [first.metadata.seq, true]);
});

Deno.test("an id is known again after a restart", async () => {
  const folder = await Deno.makeTempDir();
  let server = await TestServer.start({ folder });
  const { client, welcome } = await logIn(server, "alice");
  const first = await client.say("#general", "hello", { id: "once" });
  server = await server.restart();
  const again = await server.json("", { token: welcome.metadata.token });
  const second = await again.say("#general", "hello", { id: "once" });
  assert.deepEqual([second.metadata.seq, second.metadata.duplicate], [first.metadata.seq, true]);
  await server.stop();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("the same id with another text, or to somebody else, is id_conflict", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  await alice.say("#general", "hello", { id: "once" });
  assertError(await alice.say("#general", "other", { id: "once" }), "id_conflict");
  assertError(await alice.say("bob", "hello", { id: "once" }), "id_conflict");
  assert.deepEqual(texts(await bob.settled()), ["hello"]);
});

Deno.test("another sender's id is no duplicate", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  await alice.say("#general", "hello", { id: "same" });
  assert.equal((await bob.say("#general", "hello", { id: "same" })).metadata.duplicate, undefined);
});

Deno.test("a message without an id is stored as often as it is sent", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  alice.sendJson(chat("hello"));
  alice.sendJson(chat("hello"));
  await alice.settled();
  assert.deepEqual(texts(await bob.settled()), ["hello", "hello"]);
});

Deno.test("a request that failed leaves its id free", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  assertError(await alice.say("#nowhere", "hello", { id: "once" }), "no_such_room");
  assert.equal((await alice.say("#general", "hello", { id: "once" })).metadata.duplicate, undefined);
});

// ---- 3. one order ----

Deno.test("what one connection sends keeps its order, with refused messages between them", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  const sent = Array.from(
    { length: 300 },
    (_, i) => chat(`line ${i}`, i % 7 === 3 ? { destination: "#nowhere" } : {}),
  );
  alice.send(sent.map((message) => JSON.stringify(message)).join("\n"));
  await alice.settled();
  const expected = sent.filter(({ destination }) => destination === "#general").map(({ message }) => message);
  assert.deepEqual(texts(await bob.settled()), expected);
});

Deno.test("all see the messages of several senders and rooms in the order of seq, which only rises", async () => {
  await using server = await TestServer.start();
  const names = ["a", "b", "c"];
  const clients = await Promise.all(names.map((name) => server.json(name)));
  for (const client of clients) await client.command("/join #dev");
  await Promise.all(clients.map((client) => client.settled()));
  for (let i = 0; i < 100; i++) {
    for (const client of clients) {
      client.sendJson(chat(`${i}`, { destination: i % 2 ? "#dev" : "#general", id: `m${i}` }));
    }
    clients[0]!.sendJson(chat("direct", { destination: "b" }));
  }
  await Promise.all(clients.map((client) => client.settled().then(checkOrder)));
  for (const client of clients) checkOrder(await client.settled());
});

Deno.test("the sending connection gets the reply, the sender's other connections get the message", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  const other = await server.websocket("", { token: await tokenFor(server, "alice") });
  await server.json("bob");
  for (const destination of ["#general", "bob", "alice"]) {
    await alice.say(destination, `to ${destination}`);
    assert.equal((await other.envelope(says(`to ${destination}`))).sender, "alice");
  }
  assert.deepEqual(texts(await alice.settled()), []);
});

// ---- 5. nobody waits for a slow reader ----

Deno.test("who reads nothing is closed, the others get everything, and since brings the rest", async () => {
  await using server = await TestServer.start();
  const { welcome } = await logIn(server, "slow");
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  const login = { type: "command", message: "/login", metadata: { token: welcome.metadata.token } };
  await conn.write(new TextEncoder().encode(JSON.stringify(login) + "\n"));
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  const slow = server.chat.router.live.userNamed("slow")!;
  while (slow.receivers.size < 2) await alice.settled();
  const text = "x".repeat(15_000);
  let sent = 0;
  while (slow.receivers.size === 2) {
    assert.ok(sent < 4000, "it was never closed");
    await alice.say("#general", `${sent++}:${text}`);
  }
  assert.equal(texts(await bob.settled()).length, sent);
  const { missed } = await logIn(server, "", { token: welcome.metadata.token, since: 0 });
  assert.equal(texts(missed).length, sent);
  conn.close();
});

Deno.test("stored messages come in pages and do not count: 3 MiB of them reach who reads late", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  await quit(await server.json("bob"));
  const text = "x".repeat(15_000);
  for (let i = 0; i < 200; i++) alice.sendJson(chat(`${i}:${text}`));
  await alice.settled();
  const { missed } = await logIn(server, "bob");
  assert.equal(texts(missed).length, 200);
});

Deno.test("a restart of the server keeps the epoch, so that cursors stay good; another log has another", async () => {
  const folder = await Deno.makeTempDir();
  let server = await TestServer.start({ folder });
  const first = (await logIn(server, "alice")).welcome.metadata.epoch;
  server = await server.restart();
  assert.equal((await logIn(server, "bob")).welcome.metadata.epoch, first);
  await server.stop();
  await Deno.remove(folder, { recursive: true });
  await using other = await TestServer.start();
  assert.notEqual((await logIn(other, "alice")).welcome.metadata.epoch, first);
});

Deno.test("seq goes on where it was after a restart, and is never used again", async () => {
  const folder = await Deno.makeTempDir();
  let server = await TestServer.start({ folder });
  const before = await (await server.json("alice")).say("#general", "before");
  server = await server.restart();
  const after = await (await server.json("alice")).say("#general", "after");
  assert.ok(Number(after.metadata.seq) > Number(before.metadata.seq));
  await server.stop();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a message in flight while its receiver joins and leaves comes once or not at all, never late", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  await alice.command("/join #dev");
  for (let round = 0; round < 20; round++) {
    alice.sendJson(chat(`a${round}`, { destination: "#dev" }));
    const { metadata } = await bob.command("/join #dev");
    alice.sendJson(chat(`b${round}`, { destination: "#dev" }));
    await alice.settled();
    const live = texts(await bob.settled());
    const all = [...texts(metadata.messages as Envelope[]), ...live].filter((text) =>
      text.endsWith(String(round))
    );
    assert.deepEqual(all.slice(-2), [`a${round}`, `b${round}`]);
    assert.equal(new Set(all).size, all.length);
    await bob.command("/leave #dev");
  }
});

for (
  const [what, refused, error] of [
    ["too much metadata", { metadata: { note: "x".repeat(5000) } }, "too_long"],
    [
      "65 keys",
      { metadata: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, 1])) },
      "bad_message",
    ],
    ["an id that was used for something else", { id: "used" }, "id_conflict"],
  ] as const
) {
  Deno.test(`a direct message that is refused for ${what} leaves nothing behind`, async () => {
    await using server = await TestServer.start();
    const [alice, bob] = [await server.json("alice"), await server.json("bob")];
    await alice.say("#general", "first", { id: "used" });
    assertError(await alice.say("joe", "hello", refused), error);
    const { metadata } = await alice.command("/conversations");
    const conversations = metadata.conversations as { destination: string }[];
    assert.deepEqual(conversations.map(({ destination }) => destination), ["#general"]);
    assert.equal((await bob.command("/nick joe")).metadata.code, "nick");
    assert.equal((await alice.say("joe", "hello")).metadata.unknown, undefined);
    assert.equal((await bob.envelope(says("hello"))).sender, "alice");
  });
}
