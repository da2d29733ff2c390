/** Rooms, members, conversations and read markers, as section 4 of docs/protocol.md promises them. */

import assert from "node:assert/strict";
import type { Envelope } from "../protocol/message.ts";
import { FakeClock } from "./fake_clock.ts";
import { bot, codes, is, messagesOf, pair, quit, sayAll, says, texts } from "./scenario.ts";
import { assertError, TestServer } from "./test_server.ts";

Deno.test("/join makes the room if there is none, and says all about it", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = await pair(server);
  await alice.command("/join #Dev");
  await alice.say("#Dev", "first");
  const { metadata } = await bob.command("/join #dev");
  const { code, room, members, member_count, messages, more, seq } = metadata as Record<string, unknown>;
  assert.deepEqual([code, room, member_count, more, seq], ["joined", "#Dev", 2, false, 1]);
  assert.deepEqual(members, [
    { user: "alice", online: true, bot: false },
    { user: "bob", online: true, bot: false },
  ]);
  assert.deepEqual(texts(messages as Envelope[]), ["first"]);
});

Deno.test("a room may be joined without its #, or by the destination", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  assert.equal((await alice.command("/join dev")).metadata.room, "#dev");
  assert.equal((await alice.command("/join", { destination: "#other" })).metadata.room, "#other");
});

Deno.test("joined holds the newest 50 messages, oldest first, and says that there are more", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = await pair(server);
  await alice.command("/join #dev");
  for (let i = 1; i <= 60; i++) alice.sendJson({ type: "chat", destination: "#dev", message: `line ${i}` });
  await alice.settled();
  const reply = await bob.command("/join #dev");
  assert.deepEqual(texts(messagesOf(reply)), Array.from({ length: 50 }, (_, i) => `line ${i + 11}`));
  assert.equal(reply.metadata.more, true);
});

Deno.test("joining again is answered the same and announced to nobody", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = await pair(server);
  assert.equal((await bob.command("/join #general")).metadata.member_count, 2);
  assert.deepEqual(await alice.settled(), []);
});

Deno.test("members hear of who joins and leaves, the one who does gets the reply only", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = await pair(server);
  await alice.command("/join #dev");
  assert.deepEqual(codes(await bob.settled()), []);
  await bob.command("/join #dev");
  const { metadata } = await alice.envelope(is("member_joined"));
  assert.deepEqual([metadata.room, metadata.user], ["#dev", "bob"]);
  assert.equal((await bob.command("/leave #dev")).metadata.room, "#dev");
  assert.deepEqual((await alice.envelope(is("member_left"))).metadata.user, "bob");
  assert.deepEqual(await bob.settled(), []);
});

Deno.test("who left a room gets nothing more of it and reads it no more", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = await pair(server);
  await alice.say("#general", "secret words");
  await bob.envelope(says("secret words"));
  await bob.command("/leave #general");
  await alice.say("#general", "later");
  assert.deepEqual(await bob.settled(), []);
  assertError(await bob.command("/history #general"), "not_a_member");
  assert.deepEqual(messagesOf(await bob.command("/find secret")), []);
  assertError(await bob.command("/find secret in=#general"), "not_a_member");
});

Deno.test("saying something in a room that one is not in is not_a_member, and changes nothing", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = await pair(server);
  await alice.command("/join #dev");
  assertError(await bob.say("#dev", "hello?"), "not_a_member");
  assert.equal(await server.store.head(), 0);
});

for (
  const [command, error] of [
    ["/join", "bad_arguments"],
    ["/join #a #b", "bad_arguments"],
    ["/join #a!b", "bad_name"],
    [`/join #${"x".repeat(49)}`, "bad_name"],
    ["/join #", "bad_name"],
    ["/leave", "bad_arguments"],
    ["/leave #nowhere", "no_such_room"],
    ["/leave #dev", "not_a_member"],
    ["/users #nowhere", "no_such_room"],
    ["/history", "bad_arguments"],
    ["/history #nowhere", "no_such_room"],
    ["/history #dev", "not_a_member"],
    ["/history nobody", "no_such_user"],
    ["/history #general 0", "bad_arguments"],
    ["/history #general before=x", "bad_arguments"],
    ["/history #general before=1 after=2", "bad_arguments"],
    ["/history #general #dev", "bad_arguments"],
    ["/find", "bad_arguments"],
    ["/find x in=#nowhere", "no_such_room"],
    ["/find x in=#dev", "not_a_member"],
    ["/find x from=nobody", "no_such_user"],
    ["/find x before=y", "bad_arguments"],
    ["/seen #general", "bad_arguments"],
    ["/seen #general x", "bad_arguments"],
    ["/seen #dev 1", "not_a_member"],
    ["/subscribe", "bad_arguments"],
    ["/subscribe nobody", "no_such_user"],
    ["/unsubscribe nobody", "no_such_user"],
    ["/typing", "bad_arguments"],
    ["/typing #dev", "not_a_member"],
    ["/say", "bad_arguments"],
    ["/msg bob", "bad_arguments"],
    ["/msg", "bad_arguments"],
    ["/ask", "bad_arguments"],
    ["/help nonsense", "bad_arguments"],
    ["/nonsense", "unknown_command"],
  ] as const
) {
  Deno.test(`${command} is ${error}, with words`, async () => {
    await using server = await TestServer.start();
    const [alice, bob] = await pair(server);
    await alice.command("/join #dev");
    const reply = await bob.command(command);
    assertError(reply, error);
    assert.notEqual(reply.message, "");
    if (error === "bad_arguments") assert.match(reply.message, /Usage: \//);
  });
}

Deno.test("a room name of 48 letters, marks and digits of any script is taken", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  for (const room of ["#" + "x".repeat(48), "#größe", "#日本語", "#हिन्दी", "#a_b.c-9", "#٣"]) {
    assert.equal((await alice.command(`/join ${room}`)).metadata.room, room.normalize("NFKC"), room);
  }
});

Deno.test("room names are the same after NFKC and toLowerCase", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = await pair(server);
  await alice.command("/join #Straﬁn");
  assert.equal((await bob.command("/join #STRAFIN")).metadata.member_count, 2);
  await bob.say("#strafin", "hello");
  await alice.envelope(says("hello"));
});

Deno.test("/list gives each room with its members, who is online, whether one joined, and its last seq", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = await pair(server);
  await alice.command("/join #dev");
  const [seq] = await sayAll(alice, "#dev", ["hello"]);
  await quit(alice);
  const { rooms } = (await bob.command("/list")).metadata;
  assert.deepEqual(rooms, [
    { room: "#general", members: 2, online: 1, joined: true, last_seq: 0 },
    { room: "#dev", members: 1, online: 0, joined: false, last_seq: seq },
  ]);
});

Deno.test("/list is not filled up by rooms that nobody is in, and says that there are more", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = await pair(server);
  await alice.command("/join #zoo");
  await Promise.all(
    Array.from({ length: 1000 }, (_, n) => server.store.findOrMakeRoom(`#-${n}`, Date.now())),
  );
  const { rooms, more } = (await bob.command("/list")).metadata as {
    rooms: { room: string }[];
    more: boolean;
  };
  assert.deepEqual(rooms.slice(0, 2).map(({ room }) => room), ["#general", "#zoo"]);
  assert.deepEqual([rooms.length, more], [1000, true]);
});

Deno.test("/users gives who is online, /users #room its members, also those who are away", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = await pair(server);
  await bot(server, "robot");
  await quit(alice);
  const online = (await bob.command("/users")).metadata;
  assert.deepEqual([online.users, online.count], [[
    { user: "bob", online: true, bot: false },
    { user: "robot", online: true, bot: true },
  ], 2]);
  const members = (await bob.command("/users general")).metadata;
  assert.deepEqual([members.users, members.count], [[
    { user: "alice", online: false, bot: false },
    { user: "bob", online: true, bot: false },
  ], 2]);
});

// ---- conversations and read markers ----

Deno.test("/conversations gives rooms, direct conversations and subscriptions, with what is unread", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = await pair(server);
  await bob.command("/subscribe alice");
  await alice.say("#general", "one");
  await alice.say("bob", "two");
  await alice.say("", "three", { type: "subscription" });
  await bob.envelope(says("three"));
  const { conversations } = (await bob.command("/conversations")).metadata as {
    conversations: {
      destination: string;
      kind: string;
      unread: number;
      read_seq: number;
      last_seq: number;
      last: Envelope;
    }[];
  };
  const seen = conversations.map((
    { destination, kind, unread, last },
  ) => [destination, kind, unread, last.message]);
  assert.deepEqual(seen.sort(), [
    ["#general", "room", 1, "one"],
    ["alice", "direct", 1, "two"],
    ["alice", "feed", 1, "three"],
  ]);
  for (const { last, last_seq } of conversations) assert.equal(last.seq, last_seq);
});

Deno.test("/seen moves the read marker forward only, and no further than the last message", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = await pair(server);
  const seqs = await sayAll(alice, "#general", ["1", "2", "3"]);
  const seen = async (seq: number) => (await bob.command(`/seen #general ${seq}`)).metadata;
  assert.deepEqual([(await seen(seqs[1]!)).seq, (await seen(seqs[0]!)).seq], [seqs[1], seqs[1]]);
  const beyond = await seen(999_999);
  assert.deepEqual([beyond.code, beyond.destination, beyond.seq], ["seen", "#general", seqs[2]]);
  const { conversations } = (await bob.command("/conversations")).metadata as {
    conversations: { unread: number }[];
  };
  assert.equal(conversations[0]!.unread, 0);
});

Deno.test("one's own messages are not unread", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  await sayAll(alice, "#general", ["1", "2"]);
  const { conversations } = (await alice.command("/conversations")).metadata as {
    conversations: { unread: number }[];
  };
  assert.equal(conversations[0]!.unread, 0);
});

Deno.test("unread counts to 999", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = await pair(server);
  for (let i = 0; i < 1010; i++) alice.sendJson({ type: "chat", destination: "#general", message: `${i}` });
  await alice.settled();
  const { conversations } = (await bob.command("/conversations")).metadata as {
    conversations: { unread: number }[];
  };
  assert.equal(conversations[0]!.unread, 999);
});

Deno.test("rooms, memberships and messages outlive a restart of the server", async () => {
  const folder = await Deno.makeTempDir();
  let server = await TestServer.start({ folder });
  const alice = await server.json("alice");
  await alice.command("/join #dev");
  await alice.say("#dev", "kept");
  server = await server.restart();
  const again = await server.json("alice");
  assert.deepEqual(texts(messagesOf(await again.command("/history #dev"))), ["kept"]);
  await server.stop();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("one user makes 100 rooms at once and then one every 5 s; joining what is there stays free", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock, isRateLimited: true });
  const [alice, bob] = await pair(server);
  for (let i = 0; i < 100; i++) {
    assert.equal((await alice.command(`/join #r${i}`)).metadata.code, "joined");
    clock.advance(20);
  }
  const refused = await alice.command("/join #more");
  assertError(refused, "rate_limited");
  assert.ok(Number(refused.metadata.retry_after_ms) <= 5000);
  assertError(await alice.command("/history #more"), "no_such_room");
  assert.equal((await alice.command("/join #r0")).metadata.code, "joined");
  assert.equal((await bob.command("/join #more")).metadata.code, "joined");
  clock.advance(5000);
  assert.equal((await alice.command("/join #more2")).metadata.code, "joined");
});

Deno.test("/list gives one's own rooms first", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = await pair(server);
  await bob.command("/join #busy");
  await (await server.json("carol")).command("/join #busy");
  await alice.command("/join #mine");
  const { metadata } = await alice.command("/list");
  const rooms = metadata.rooms as { room: string }[];
  assert.deepEqual(rooms.map(({ room }) => room), ["#general", "#mine", "#busy"]);
});

Deno.test("no reply is larger than 256 KiB, however many rooms with long names one is in", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  const { id } = (await server.store.findUser("alice"))!;
  const names = Array.from(
    { length: 1500 },
    (_, i) => "#" + "\u{20000}".repeat(44) + String(i).padStart(4, "0"),
  );
  const made = await Promise.all(names.map((name) => server.store.findOrMakeRoom(name, 0)));
  await Promise.all(made.map((room) => server.store.join(room.id, id, 0)));
  await quit(alice);
  const again = await server.json("alice");
  const welcome = JSON.parse(again.transcript.find((line) => line.includes('"welcome"'))!);
  const replies = [welcome, await again.command("/conversations"), await again.command("/list")];
  for (const reply of replies) {
    assert.equal(reply.metadata.more, true, reply.metadata.code);
    const bytes = new TextEncoder().encode(JSON.stringify(reply)).length;
    assert.ok(bytes <= 256 * 1024 && bytes > 100 * 1024, `${reply.metadata.code} has ${bytes}`);
  }
});
