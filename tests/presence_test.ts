/** Who is online, who is typing, what was read: notifications that are not stored. */

import assert from "node:assert/strict";
import { FakeClock } from "./fake_clock.ts";
import { bot, codes, is, quit, settledText, tokenFor } from "./scenario.ts";
import { assertError, TestServer } from "./test_server.ts";

// ---- presence ----

/** Alice has heard that bob is online. */
async function bothOnline(server: TestServer, clock: FakeClock) {
  const alice = await server.json("alice");
  const bob = await server.json("bob");
  clock.advance(1000);
  await alice.envelope(is("online", "bob"));
  return { alice, bob };
}

Deno.test("who comes is online to those who share a room, gathered for a second", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock });
  const alice = await server.json("alice");
  clock.advance(1000);
  await quit(await server.json("bob"));
  clock.advance(60_000);
  await alice.envelope(is("ping"));
  await alice.settled();
  await server.json("bob");
  assert.deepEqual(codes(await alice.settled()), []);
  clock.advance(1000);
  assert.equal((await alice.envelope(is("online"))).metadata.user, "bob");
});

Deno.test("who goes is offline after ten seconds away, not before", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock });
  const { alice, bob } = await bothOnline(server, clock);
  await quit(bob);
  clock.advance(9000);
  assert.deepEqual(codes(await alice.settled()), []);
  clock.advance(2000);
  assert.equal((await alice.envelope(is("offline"))).metadata.user, "bob");
});

Deno.test("a reconnect within ten seconds is no news", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock });
  const { alice, bob } = await bothOnline(server, clock);
  await quit(bob);
  clock.advance(5000);
  await alice.settled();
  await server.json("bob");
  for (let second = 0; second < 15; second++) {
    clock.advance(1000);
    assert.deepEqual(codes(await alice.settled()), []);
  }
});

Deno.test("a second connection of a user, and its end, are no news", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock });
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  clock.advance(1000);
  await alice.envelope(is("online", "bob"));
  await quit(await server.json("", { token: await tokenFor(server, "bob") }));
  clock.advance(15_000);
  assert.deepEqual(codes(await alice.settled()), []);
  await bob.settled();
});

Deno.test("those who share no room hear nothing of a user's coming and going", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock });
  const alice = await server.json("alice");
  await alice.command("/leave #general");
  const bob = await server.json("bob");
  clock.advance(1000);
  await quit(bob);
  clock.advance(11_000);
  assert.deepEqual(codes(await alice.settled()), []);
});

Deno.test("text mode shows who is online and offline", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock });
  const alice = await server.text("alice");
  const bob = await server.text("bob");
  await settledText(alice);
  clock.advance(1000);
  assert.equal(await alice.next(), "* bob is online");
  await quit(bob);
  clock.advance(11_000);
  assert.equal(await alice.next(), "* bob is offline");
});

Deno.test("a room of over 200 members gets no presence, joins and leaves", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock });
  const alice = await server.json("alice");
  const lobby = (await server.store.findRoom("#general"))!;
  for (let i = 0; i < 200; i++) {
    const user = await server.store.createUser({
      name: `member${i}`,
      passwordHash: null,
      isBot: false,
      isGuest: false,
    });
    await server.store.join(lobby.id, user!.id, clock.now());
  }
  const bob = await server.json("bob");
  clock.advance(1000);
  await bob.command("/nick bobby");
  await bob.command("/leave #general");
  clock.advance(1000);
  assert.deepEqual(codes(await alice.settled()), []);
});

// ---- typing and read markers ----

Deno.test("/typing tells the members of a room but oneself, and has no reply", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  await alice.envelope(is("member_joined"));
  alice.sendJson({ type: "command", id: "t", message: "/typing #general" });
  assert.deepEqual(await alice.settled(), []);
  const { metadata } = await bob.envelope(is("typing"));
  assert.deepEqual([metadata.destination, metadata.user], ["#general", "alice"]);
});

Deno.test("/typing NAME tells that user alone, on all its connections", async () => {
  await using server = await TestServer.start();
  const [alice, bob, carol] = [
    await server.json("alice"),
    await server.json("bob"),
    await server.json("carol"),
  ];
  const second = await server.websocket("", { token: await tokenFor(server, "bob") });
  await alice.say("bob", "hi");
  alice.sendJson({ type: "command", message: "/typing", destination: "bob" });
  for (const client of [bob, second]) {
    assert.equal((await client.envelope(is("typing"))).metadata.user, "alice");
  }
  assert.deepEqual(codes(await carol.settled()), []);
});

Deno.test("typing names the user as the name is spelled, however it was written", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("Bob")];
  await alice.say("bob", "hi");
  alice.sendJson({ type: "command", message: "/typing BOB" });
  assert.equal((await bob.envelope(is("typing"))).metadata.destination, "Bob");
});

Deno.test("/typing and drafts reach a user with whom nothing was said yet, and make no conversation", async () => {
  await using server = await TestServer.start();
  const [alice, bob, robot] = [
    await server.json("alice"),
    await server.json("Bob"),
    await bot(server, "robot"),
  ];
  alice.sendJson({ type: "command", message: "/typing BOB" });
  const typing = await bob.envelope(is("typing"));
  assert.deepEqual([typing.metadata.destination, typing.metadata.user], ["Bob", "alice"]);
  robot.sendDraft("bob", "d1", "Hel");
  const draft = await bob.envelope(is("draft"));
  assert.deepEqual([draft.metadata.destination, draft.metadata.user, draft.metadata.delta], [
    "Bob",
    "robot",
    "Hel",
  ]);
  const { conversations } = (await bob.command("/conversations")).metadata;
  assert.deepEqual((conversations as { kind: string }[]).map(({ kind }) => kind), ["room"]);
});

Deno.test("/typing to oneself, to somebody who is away or to a feed tells nobody", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  await quit(await server.json("carol"));
  await bob.command("/subscribe alice");
  const second = await server.websocket("", { token: await tokenFor(server, "alice") });
  await alice.settled();
  await bob.settled();
  for (const name of ["alice", "carol"]) alice.sendJson({ type: "command", message: `/typing ${name}` });
  assertError(await alice.command("/typing alice/feed"), "bad_name");
  assertError(await alice.command("/typing nobody"), "no_such_user");
  assert.deepEqual(await second.settled(), []);
  assert.deepEqual(await bob.settled(), []);
});

Deno.test("typing is not shown in text mode", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.text("bob")];
  alice.sendJson({ type: "command", message: "/typing #general" });
  await alice.settled();
  assert.deepEqual(await settledText(bob), []);
});

Deno.test("/seen is told to the user's other connections, and to nobody else", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  const second = await server.websocket("", { token: await tokenFor(server, "bob") });
  const { metadata: { seq } } = await alice.say("#general", "hello");
  await bob.command(`/seen #general ${seq}`);
  const { metadata } = await second.envelope(is("seen"));
  assert.deepEqual([metadata.destination, metadata.seq], ["#general", seq]);
  assert.deepEqual(codes(await alice.settled()), []);
});

Deno.test("/seen names the conversation as it is spelled, in the reply and to the other connections", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("Alice"), await server.json("bob")];
  await bob.command("/join #Tea");
  await alice.command("/join #tea");
  await alice.command("/subscribe bob");
  await bob.say("alice", "hi");
  await bob.say("", "21 °C", { type: "subscription" });
  const second = await server.websocket("", { token: await tokenFor(server, "alice") });
  for (const [typed, spelled] of [["#TEA", "#Tea"], ["BOB", "bob"], ["Bob/FEED", "bob/feed"]] as const) {
    assert.equal((await alice.command(`/seen ${typed} 1`)).metadata.destination, spelled);
    assert.equal((await second.envelope(is("seen"))).metadata.destination, spelled);
  }
});
