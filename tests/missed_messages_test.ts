/** What was missed comes with the next login, once: the fourth promise of section 5 of docs/protocol.md, over real connections. */

import assert from "node:assert/strict";
import type { Envelope } from "../protocol/message.ts";
import { memoryPair } from "../server/memory.ts";
import { chat, checkOrder, is, logIn, quit, says, texts, tokenFor } from "./scenario.ts";
import { TestServer } from "./test_server.ts";

Deno.test("with since one gets every later message of rooms, direct messages and subscriptions, one's own too", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  await server.json("sensor").then(async (sensor) => {
    await bob.command("/subscribe sensor");
    const { metadata } = await bob.say("#general", "the cursor");
    const token = await tokenFor(server, "bob");
    await bob.say("#general", "my own");
    await alice.say("#general", "room");
    await alice.say("bob", "direct");
    await sensor.say("", "reading", { type: "subscription" });
    await quit(bob);
    await alice.say("#general", "while away");
    const { missed, caughtUp } = await logIn(server, "", { token, since: metadata.seq });
    assert.deepEqual(texts(missed), ["my own", "room", "direct", "reading", "while away"]);
    assert.ok(missed.every(({ metadata }) => metadata.stored === true));
    checkOrder(missed);
    assert.deepEqual([caughtUp.metadata.count, caughtUp.metadata.seq], [5, missed.at(-1)!.seq]);
  });
});

Deno.test("without since one gets what none of one's connections was sent, without one's own", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  await alice.say("#general", "while here");
  await bob.settled();
  await bob.say("#general", "my own");
  await quit(bob);
  await alice.say("#general", "while away");
  const { missed } = await logIn(server, "bob");
  assert.deepEqual(texts(missed), ["while away"]);
});

Deno.test("a user who goes and comes again at once gets nothing twice and misses nothing", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  await quit(await server.json("bob"));
  for (let round = 0; round < 15; round++) {
    await alice.say("bob", `away ${round}`);
    const { client, missed } = await logIn(server, "bob");
    assert.deepEqual(texts(missed), [`away ${round}`]);
    await alice.say("bob", `here ${round}`);
    await client.envelope(says(`here ${round}`));
    await quit(client);
  }
});

Deno.test("what is said while somebody who reads slowly quits comes once, then or the next time", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  const { server: connection, client: bob } = memoryPair();
  const served = server.chat.serve(connection);
  const incoming = bob.lines()[Symbol.asyncIterator]();
  const came: Envelope[] = [];
  const read = async () => {
    const { value, done } = await incoming.next();
    for (const line of value ?? []) came.push(JSON.parse(line));
    return !done;
  };
  bob.send('{"type":"command","message":"/login bob"}');
  while (!came.some(is("caught_up"))) await read();
  await alice.say("#general", "one");
  bob.send('{"type":"command","message":"/quit"}');
  // Each waits while bob has not read what was written before it.
  for (const text of ["two", "three", "four"]) {
    await alice.say("#general", text);
    await read();
  }
  while (await read());
  await served;
  const { missed } = await logIn(server, "bob");
  assert.deepEqual(texts([...came, ...missed]), ["one", "two", "three", "four"]);
});

Deno.test("who comes back before the store knows what was delivered gets nothing twice", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  await alice.say("#general", "one");
  await bob.envelope(says("one"));
  const { promise: allowed, resolve: goOn } = Promise.withResolvers<void>();
  const save = server.store.saveDelivered.bind(server.store);
  server.store.saveDelivered = (users) => allowed.then(() => save(users));
  await quit(bob);
  const { missed } = await logIn(server, "bob");
  goOn();
  assert.deepEqual(texts(missed), []);
});

Deno.test("what one connection of a user was sent is not kept for another", async () => {
  await using server = await TestServer.start();
  const { client, welcome } = await logIn(server, "alice");
  const bob = await server.json("bob");
  await bob.say("alice", "seen there");
  await client.envelope(says("seen there"));
  await client.settled();
  const second = await logIn(server, "", { token: welcome.metadata.token });
  assert.deepEqual(texts(second.missed), []);
});

Deno.test("a first login starts at the present, but for direct messages kept for that name", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  await alice.say("#general", "old");
  await alice.say("Joe", "kept");
  const { missed } = await logIn(server, "joe");
  assert.deepEqual(texts(missed), ["kept"]);
});

Deno.test("a room that was joined since counts from the joining", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  await alice.command("/join #dev");
  await alice.say("#dev", "before");
  await bob.command("/join #dev");
  await alice.say("#dev", "after");
  const { missed } = await logIn(server, "", { token: await tokenFor(server, "bob"), since: 0 });
  assert.deepEqual(texts(missed), ["after"]);
});

Deno.test("what is said in a room that one left does not come with since", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  await alice.say("#general", "as a member");
  await bob.command("/leave #general");
  await alice.say("#general", "as none");
  const { missed } = await logIn(server, "", { token: await tokenFor(server, "bob"), since: 0 });
  assert.deepEqual(texts(missed), []);
});

Deno.test("a since beyond the end of the log is the end of the log", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  await alice.say("#general", "hello");
  const { client, missed, caughtUp } = await logIn(server, "bob", { since: 1_000_000 });
  assert.deepEqual([texts(missed), caughtUp.metadata.seq], [[], 1]);
  await alice.say("#general", "live");
  await client.envelope(says("live"));
});

Deno.test("messages said while somebody logs in come once each, stored or live, in order", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  await quit(await server.json("bob"));
  const lines = Array.from({ length: 600 }, (_, i) => `line ${i}`);
  for (const line of lines.slice(0, 300)) alice.sendJson(chat(line));
  await alice.settled();
  const bob = await server.tcp();
  bob.login("bob");
  for (const line of lines.slice(300)) alice.sendJson(chat(line));
  const got: Envelope[] = [];
  while (texts(got).length < lines.length || !got.some(is("caught_up"))) {
    got.push(JSON.parse(await bob.next()));
  }
  assert.deepEqual(texts(got), lines);
  const at = got.findIndex(is("caught_up"));
  assert.ok(
    got.slice(0, at).filter(({ type }) => type === "chat").every(({ metadata }) => metadata.stored === true),
  );
  assert.ok(got.slice(at).every(({ metadata }) => metadata.stored === undefined));
});

Deno.test("where more than 10,000 messages were missed the newest come, after a gap that says what is left out", async () => {
  await using server = await TestServer.start();
  const bob = await server.json("bob");
  const alice = (await server.json("alice"), (await server.store.findUser("alice"))!);
  const room = (await server.store.findRoom("#general"))!;
  await quit(bob);
  const message = {
    conversationId: room.id,
    senderId: alice.id,
    type: "chat",
    metadata: "{}",
    clientId: null,
  } as const;
  const all = Array.from(
    { length: 10_050 },
    (_, i) => ({ ...message, text: `line ${i}`, createdAt: Date.now() }),
  );
  await server.store.append(all);
  server.chat.router.deliverer.deliveredSeq = await server.store.head();
  const { missed, caughtUp } = await logIn(server, "bob", { since: 0 });
  const gap = missed[0]!;
  assert.deepEqual([gap.metadata.code, gap.metadata.from, gap.metadata.to], ["gap", 1, 50]);
  assert.equal(texts(missed).length, 10_000);
  assert.deepEqual([missed[1]!.message, missed.at(-1)!.message], ["line 50", "line 10049"]);
  assert.equal(caughtUp.metadata.count, 10_000);
});

Deno.test("/check gives what was not sent yet: while one is connected that is nothing", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  await alice.say("#general", "hello");
  await bob.envelope(says("hello"));
  const { metadata } = await bob.command("!check");
  assert.deepEqual([metadata.code, metadata.count], ["checked", 0]);
});

Deno.test("/check again and again while others talk gives nothing twice and nothing out of order", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  for (let i = 0; i < 100; i++) {
    bob.sendJson({ type: "chat", destination: "#general", message: `line ${i}`, id: `line${i}` });
    alice.sendJson({ type: "command", message: "/check" });
    alice.sendJson({ type: "command", message: "/check" });
    if (i % 5 === 0) await bob.settled();
  }
  await bob.settled();
  const came = texts(await alice.settled());
  assert.deepEqual(came, Array.from({ length: 100 }, (_, i) => `line ${i}`));
});
