import assert from "node:assert/strict";
import type { ConversationRecord, UserRecord } from "../../server/store.ts";
import { NOW, type Test } from "./world.ts";

export function testConversations(test: Test): void {
  test("a room is made once, and found by any spelling of its name", async ({ store }) => {
    assert.equal(await store.findRoom("#Tea"), null);
    const room = await store.findOrMakeRoom("#Tea", NOW);
    assert.deepEqual(room, { id: room.id, kind: "room", name: "#Tea", userIds: [] });
    assert.deepEqual(await store.findOrMakeRoom("#tEA", NOW), room);
    assert.deepEqual(await store.findRoom("#tea"), room);
  });

  test("two users have one direct conversation, whoever asks for it, and both take part", async (world) => {
    const [alice, bob] = [await world.user("alice"), await world.user("bob")];
    assert.equal(await world.store.findDirect(alice.id, bob.id), null);
    const direct = await world.store.findOrMakeDirect(bob.id, alice.id, NOW);
    assert.deepEqual([direct.kind, direct.name, [...direct.userIds].sort()], ["direct", "", [
      alice.id,
      bob.id,
    ]]);
    assert.deepEqual(await world.store.findOrMakeDirect(alice.id, bob.id, NOW), direct);
    assert.deepEqual(await world.store.findDirect(alice.id, bob.id), direct);
    assert.equal(await world.store.isParticipant(direct.id, alice.id), true);
    assert.equal(await world.store.isParticipant(direct.id, bob.id), true);
  });

  test("notes to oneself are a direct conversation of one", async (world) => {
    const alice = await world.user("alice");
    const notes = await world.store.findOrMakeDirect(alice.id, alice.id, NOW);
    assert.deepEqual(notes.userIds, [alice.id, alice.id]);
    assert.equal(await world.store.countParticipants(notes.id), 1);
    const seq = await world.say(alice, notes, "milk");
    assert.equal((await world.store.messagesBySeq([seq]))[0]?.destination, "alice");
  });

  test("a feed belongs to its publisher, who is its first participant", async (world) => {
    const bot = await world.user("thermometer", { isBot: true });
    assert.equal(await world.store.findFeed(bot.id), null);
    const feed = await world.store.findOrMakeFeed(bot.id, NOW);
    assert.deepEqual(feed, { id: feed.id, kind: "feed", name: "", userIds: [bot.id] });
    assert.deepEqual(await world.store.findOrMakeFeed(bot.id, NOW), feed);
    assert.deepEqual(await world.store.findFeed(bot.id), feed);
    assert.equal(await world.store.isParticipant(feed.id, bot.id), true);
  });

  test("joining tells whether it is new, where it begins, and how many there are", async (world) => {
    const [alice, bob] = [await world.user("alice"), await world.user("bob")];
    const room = await world.room("#tea", alice);
    const seq = await world.say(alice, room, "hello");
    assert.deepEqual(await world.store.join(room.id, bob.id, NOW), { isNew: true, seq, count: 2 });
    await world.say(alice, room, "hello again");
    assert.deepEqual(await world.store.join(room.id, bob.id, NOW), { isNew: false, seq, count: 2 });
  });

  test("leaving ends the membership, once", async (world) => {
    const alice = await world.user("alice");
    const room = await world.room("#tea", alice);
    assert.equal(await world.store.leave(room.id, alice.id), true);
    assert.equal(await world.store.leave(room.id, alice.id), false);
    assert.equal(await world.store.isParticipant(room.id, alice.id), false);
    assert.deepEqual(await world.store.conversationsOf(alice.id), []);
  });

  test("members are listed by name, up to a limit, and counted", async (world) => {
    const bob = await world.user("bob");
    const carol = await world.user("Carol", { isBot: true });
    const alice = await world.user("Alice");
    const room = await world.room("#tea", carol, bob, alice);
    assert.equal(await world.store.countParticipants(room.id), 3);
    assert.deepEqual(await world.store.participants(room.id, 2), [
      { userId: alice.id, name: "Alice", isBot: false },
      { userId: bob.id, name: "bob", isBot: false },
    ]);
    assert.equal((await world.store.participants(room.id, 10))[2]?.isBot, true);
  });

  test("the first members by name are the same in a room of nearly all users and in a small one", async (world) => {
    const users = await Promise.all(
      Array.from({ length: 60 }, (_, index) => world.user(`user${(index * 7) % 60}`)),
    );
    const [large, small] = [
      await world.room("#large", ...users.slice(0, 58)),
      await world.room("#small", ...users),
    ];
    for (const user of users.slice(4)) await world.store.leave(small.id, user.id);
    const firstOf = async (room: ConversationRecord) =>
      (await world.store.participants(room.id, 3)).map(({ name }) => name);
    const sorted = (some: readonly UserRecord[]) => some.map(({ name }) => name).sort().slice(0, 3);
    assert.deepEqual(await firstOf(large), sorted(users.slice(0, 58)));
    assert.deepEqual(await firstOf(small), sorted(users.slice(0, 4)));
  });

  test("a user's conversations of all kinds are listed", async (world) => {
    const [alice, bob] = [await world.user("alice"), await world.user("bob")];
    const room = await world.room("#tea", alice);
    const direct = await world.store.findOrMakeDirect(alice.id, bob.id, NOW);
    const feed = await world.store.findOrMakeFeed(bob.id, NOW);
    await world.store.join(feed.id, alice.id, NOW);
    assert.deepEqual(await world.store.conversationsOf(alice.id), [room, direct, feed]);
  });

  test("rooms are listed with members and last message: the fullest, the liveliest, then by name", async (world) => {
    const [alice, bob] = [await world.user("alice"), await world.user("bob")];
    const tea = await world.room("#tea", alice, bob);
    const coffee = await world.room("#Coffee", alice);
    const [second, first] = [await world.room("#b"), await world.room("#a")];
    const water = await world.room("#water", alice);
    const teaSeq = await world.say(alice, tea, "hello");
    const waterSeq = await world.say(alice, water, "hello");
    const all = [
      { conversationId: tea.id, room: "#tea", members: 2, lastSeq: teaSeq },
      { conversationId: water.id, room: "#water", members: 1, lastSeq: waterSeq },
      { conversationId: coffee.id, room: "#Coffee", members: 1, lastSeq: 0 },
      { conversationId: first.id, room: "#a", members: 0, lastSeq: 0 },
      { conversationId: second.id, room: "#b", members: 0, lastSeq: 0 },
    ];
    assert.deepEqual(await world.store.listRooms(9), all);
    assert.deepEqual(await world.store.listRooms(3), all.slice(0, 3));
  });

  test("summaries come newest first, with destination, last message and what is unread", async (world) => {
    const [alice, bob] = [await world.user("alice"), await world.user("bob")];
    const tea = await world.room("#tea", alice, bob);
    await world.room("#quiet", alice);
    const direct = await world.store.findOrMakeDirect(alice.id, bob.id, NOW);
    const feed = await world.store.findOrMakeFeed(bob.id, NOW);
    await world.store.join(feed.id, alice.id, NOW);
    await world.say(bob, direct, "psst");
    await world.say(bob, tea, "one");
    const own = await world.say(alice, tea, "my own");
    const summaries = await world.store.summaries(alice.id);
    assert.deepEqual(
      summaries.map(({ destination, unread, last }) => [destination, unread, last?.text]),
      [["#tea", 1, "my own"], ["bob", 1, "psst"], ["#quiet", 0, undefined], ["bob", 0, undefined]],
    );
    assert.deepEqual([summaries[0]?.lastSeq, summaries[0]?.conversation], [own, tea]);
    assert.equal(summaries[2]?.lastSeq, 0);
  });

  test("unread messages are counted to 999", async (world) => {
    const [alice, bob] = [await world.user("alice"), await world.user("bob")];
    const room = await world.room("#tea", alice, bob);
    await world.sayMany(bob, room, 1005);
    assert.equal((await world.store.summaries(alice.id))[0]?.unread, 999);
  });

  test("the read marker goes forward only, and at most to the last message", async (world) => {
    const [alice, bob] = [await world.user("alice"), await world.user("bob")];
    const room = await world.room("#tea", alice, bob);
    const [first, second, third] = await world.sayMany(bob, room, 3);
    await world.say(bob, await world.room("#other", bob), "later, elsewhere");
    assert.equal(await world.store.markRead(room.id, alice.id, second!), second);
    assert.equal(await world.store.markRead(room.id, alice.id, first!), second);
    assert.equal((await world.store.summaries(alice.id))[0]?.unread, 1);
    assert.equal(await world.store.markRead(room.id, alice.id, third! + 1000), third);
    assert.equal((await world.store.summaries(alice.id))[0]?.readSeq, third);
    assert.equal((await world.store.summaries(alice.id))[0]?.unread, 0);
  });
}
