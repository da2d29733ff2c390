/** What every implementation of the Store contract has to do: one test for each behaviour. */

import assert from "node:assert/strict";
import type { Clock } from "../server/clock.ts";
import type { Appended, ConversationRecord, NewMessage, Seq, Store, UserRecord } from "../server/store.ts";
import { FakeClock } from "./fake_clock.ts";

const NOW = Date.parse("2026-11-21T10:00:00.000Z");
const DAY_MS = 24 * 60 * 60 * 1000;

/** Opens a new, empty store; disposing it closes the store and removes what it made. */
export type OpenStore = (clock: Clock) => Promise<{ store: Store } & AsyncDisposable>;

/** A store and short ways to put something in it. */
class World {
  constructor(readonly store: Store, readonly clock: FakeClock) {}

  async user(name: string, options: { isBot?: boolean; isGuest?: boolean } = {}): Promise<UserRecord> {
    const user = await this.store.createUser({
      name,
      passwordHash: null,
      isBot: options.isBot ?? false,
      isGuest: options.isGuest ?? false,
    });
    assert.ok(user, `${name} is taken`);
    return user;
  }

  /** A room that these users joined. */
  async room(name: string, ...members: UserRecord[]): Promise<ConversationRecord> {
    const room = await this.store.findOrMakeRoom(name, NOW);
    for (const { id } of members) await this.store.join(room.id, id, NOW);
    return room;
  }

  message(
    sender: UserRecord,
    conversation: ConversationRecord,
    text: string,
    more: Partial<NewMessage> = {},
  ): NewMessage {
    return {
      conversationId: conversation.id,
      senderId: sender.id,
      type: "chat",
      text,
      metadata: "{}",
      clientId: null,
      createdAt: NOW,
      ...more,
    };
  }

  /** Stores one message and returns where. */
  async say(
    sender: UserRecord,
    conversation: ConversationRecord,
    text: string,
    more: Partial<NewMessage> = {},
  ): Promise<Seq> {
    const [outcome] = await this.store.append([this.message(sender, conversation, text, more)]);
    return seqOf(outcome!);
  }

  /** Stores so many, and returns the seqs. */
  async sayMany(sender: UserRecord, conversation: ConversationRecord, count: number): Promise<Seq[]> {
    const messages = Array.from(
      { length: count },
      (_, index) => this.message(sender, conversation, `line ${index}`),
    );
    return (await this.store.append(messages)).map(seqOf);
  }

  async found(user: UserRecord, words: string): Promise<string[]> {
    const { messages } = await this.store.search({ userId: user.id, words, limit: 50 });
    return messages.map(({ text }) => text);
  }
}

function seqOf(outcome: Appended): Seq {
  if (outcome.status !== "stored") assert.fail(`It was not stored: ${outcome.status}`);
  return outcome.seq;
}

/** Registers all tests of the contract. */
export function testStore(name: string, open: OpenStore): void {
  const test = (behaviour: string, body: (world: World) => Promise<void>) =>
    Deno.test(`${name}: ${behaviour}`, async () => {
      const clock = new FakeClock(NOW);
      await using opened = await open(clock);
      await body(new World(opened.store, clock));
    });

  testUsers(test);
  testTokens(test);
  testConversations(test);
  testLog(test);
  testQuestions(test);
  testReading(test);
  testMissed(test);
  testSearch(test);
}

type Test = (behaviour: string, body: (world: World) => Promise<void>) => void;

function testUsers(test: Test): void {
  test("a user is found by name whatever its case", async (world) => {
    const alice = await world.user("Alice");
    assert.deepEqual(await world.store.findUser("aLICE"), alice);
    assert.deepEqual(await world.store.userById(alice.id), alice);
    assert.equal(alice.name, "Alice");
    assert.equal(await world.store.findUser("bob"), null);
    assert.equal(await world.store.userById(alice.id + 1), null);
  });

  test("what a user was made with is kept", async ({ store }) => {
    const made = await store.createUser({ name: "bot", passwordHash: "hash", isBot: true, isGuest: false });
    assert.deepEqual(made, {
      id: made!.id,
      name: "bot",
      isBot: true,
      isGuest: false,
      passwordHash: "hash",
      isPlaceholder: false,
      deliveredSeq: 0,
      lastSeenAt: made!.lastSeenAt,
      isUnseen: true,
    });
  });

  test("a user is unseen until it is written when it was last here", async ({ store, clock }) => {
    const named = { name: "late", passwordHash: null, isBot: false, isGuest: false };
    const { id } = await store.findOrReserveUser("late");
    clock.advance(1000);
    assert.equal((await store.createUser(named))!.isUnseen, true);
    clock.advance(1000);
    await store.saveDelivered([{ userId: id, deliveredSeq: 0, lastSeenAt: clock.now() }]);
    assert.equal((await store.userById(id))!.isUnseen, false);
  });

  test("a name that is taken makes no second account", async (world) => {
    await world.user("Alice");
    const again = await world.store.createUser({
      name: "ALICE",
      passwordHash: null,
      isBot: false,
      isGuest: false,
    });
    assert.equal(again, null);
  });

  test("a new account starts at the head of the log, a placeholder at its beginning", async (world) => {
    const alice = await world.user("alice");
    const kept = await world.store.findOrReserveUser("Bob");
    assert.equal(kept.isPlaceholder, true);
    const seq = await world.say(alice, await world.room("#tea", alice), "hello");
    assert.equal((await world.user("carol")).deliveredSeq, seq);
    const bob = await world.user("bob");
    assert.deepEqual([bob.id, bob.name, bob.isPlaceholder, bob.deliveredSeq], [kept.id, "bob", false, 0]);
  });

  test("reserving a name that exists gives its account", async (world) => {
    const alice = await world.user("alice");
    assert.deepEqual(await world.store.findOrReserveUser("ALICE"), alice);
    const placeholder = await world.store.findOrReserveUser("joe");
    assert.deepEqual(await world.store.findOrReserveUser("Joe"), placeholder);
  });

  test("a former name leads to the account until its time has passed, and nobody else gets it", async (world) => {
    const alice = await world.user("alice");
    assert.equal(await world.store.renameUser(alice.id, "Alicia", NOW + DAY_MS), true);
    assert.equal((await world.store.findUser("alice"))?.name, "Alicia");
    assert.equal((await world.store.findOrReserveUser("alice")).id, alice.id);
    const taken = { name: "Alice", passwordHash: null, isBot: false, isGuest: false };
    assert.equal(await world.store.createUser(taken), null);
    const bob = await world.user("bob");
    assert.equal(await world.store.renameUser(bob.id, "alice", NOW + DAY_MS), false);

    world.clock.advance(DAY_MS + 1);
    assert.equal(await world.store.findUser("alice"), null);
    const second = await world.user("alice");
    assert.notEqual(second.id, alice.id);
    assert.equal((await world.store.findUser("alice"))?.id, second.id);
  });

  test("a user can take its former name back, and change the case of its name", async (world) => {
    const alice = await world.user("alice");
    assert.equal(await world.store.renameUser(alice.id, "ann", NOW + DAY_MS), true);
    assert.equal(await world.store.renameUser(alice.id, "Alice", NOW + DAY_MS), true);
    assert.equal(await world.store.renameUser(alice.id, "ALICE", NOW + DAY_MS), true);
    assert.equal((await world.store.findUser("ann"))?.name, "ALICE");
    assert.equal((await world.store.findUser("alice"))?.name, "ALICE");
  });

  test("a name is refused to others while it is taken or messages wait for it", async (world) => {
    const alice = await world.user("alice");
    await world.user("bob");
    const joe = await world.store.findOrReserveUser("joe");
    await world.say(alice, await world.store.findOrMakeDirect(alice.id, joe.id, NOW), "hello");
    assert.equal(await world.store.renameUser(alice.id, "BOB", NOW), false);
    assert.equal(await world.store.renameUser(alice.id, "joe", NOW), false);
    assert.equal((await world.store.userById(alice.id))?.name, "alice");
  });

  test("what was delivered only goes forward", async (world) => {
    const alice = await world.user("alice");
    const save = (deliveredSeq: number) =>
      world.store.saveDelivered([{ userId: alice.id, deliveredSeq, lastSeenAt: NOW }]);
    await save(7);
    await save(5);
    assert.equal((await world.store.userById(alice.id))?.deliveredSeq, 7);
  });

  test("guests that were away too long end, and what they said stays", async (world) => {
    const guest = await world.user("guest-1a2b3c", { isGuest: true });
    const fresh = await world.user("guest-9z9z9z", { isGuest: true });
    const alice = await world.user("alice");
    const room = await world.room("#tea", guest, fresh, alice);
    await world.say(guest, room, "I was here");
    await world.store.addToken(guest.id, "token", NOW);
    await world.store.saveDelivered([{ userId: fresh.id, deliveredSeq: 0, lastSeenAt: NOW + DAY_MS }]);

    assert.deepEqual(await world.store.removeGuests(NOW + DAY_MS), [guest.id]);
    assert.deepEqual(await world.store.removeGuests(NOW + DAY_MS), []);
    assert.equal(await world.store.findUser(guest.name), null);
    assert.equal(await world.store.findToken("token", NOW), null);
    assert.equal(await world.store.isParticipant(room.id, guest.id), false);
    assert.equal(await world.store.isParticipant(room.id, fresh.id), true);
    const [message] = (await world.store.history({ conversationId: room.id, limit: 1 })).messages;
    assert.equal(message?.senderName, "guest-1a2b3c");
    const again = { name: guest.name, passwordHash: null, isBot: false, isGuest: true };
    assert.equal(await world.store.createUser(again), null, "its name is never another's");
    assert.equal((await world.store.findOrReserveUser(guest.name)).isPlaceholder, true);
  });
}

function testTokens(test: Test): void {
  test("a token leads to its user until it is unused for too long", async (world) => {
    const alice = await world.user("alice");
    await world.store.addToken(alice.id, "used", NOW);
    await world.store.addToken(alice.id, "unused", NOW);
    assert.deepEqual(await world.store.findToken("used", NOW + DAY_MS), alice);
    await world.store.removeTokens(NOW + 1);
    assert.deepEqual(await world.store.findToken("used", NOW + DAY_MS), alice);
    assert.equal(await world.store.findToken("unused", NOW), null);
  });

  test("a token that is removed leads nowhere, the others of its user still do", async (world) => {
    const alice = await world.user("alice");
    await world.store.addToken(alice.id, "ended", NOW);
    await world.store.addToken(alice.id, "other", NOW);
    await world.store.removeToken("ended");
    await world.store.removeToken("unknown");
    assert.equal(await world.store.findToken("ended", NOW), null);
    assert.deepEqual(await world.store.findToken("other", NOW), alice);
  });

  test("a name that was reserved for a message which was refused is free", async (world) => {
    const alice = await world.user("alice");
    const joe = await world.store.findOrReserveUser("joe");
    await world.store.findOrMakeDirect(alice.id, joe.id, NOW);
    assert.equal(await world.store.renameUser(alice.id, "Joe", NOW + DAY_MS), true);
    assert.equal((await world.store.findUser("joe"))?.id, alice.id);
    assert.equal((await world.store.findOrReserveUser("joe")).id, alice.id);
  });

  test("five former names lead to their account, older ones are free", async (world) => {
    const alice = await world.user("a0");
    for (let i = 1; i <= 7; i++) await world.store.renameUser(alice.id, `a${i}`, NOW + DAY_MS + i);
    const owners = await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map((i) => world.store.findUser(`a${i}`)));
    assert.deepEqual(owners.map((owner) => owner?.id === alice.id), [
      false,
      false,
      true,
      true,
      true,
      true,
      true,
      true,
    ]);
    await world.user("a0");
  });

  test("a token is added, and a password set, only where the one that was checked is still the password", async (world) => {
    const { store } = world;
    const alice = await world.user("alice");
    assert.equal(await store.setPassword(alice.id, "hash", null, null), true);
    assert.equal(await store.addToken(alice.id, "late", NOW, null), false);
    assert.equal(await store.setPassword(alice.id, "other", null, null), false);
    assert.equal(await store.findToken("late", NOW), null);
    assert.equal((await store.userById(alice.id))?.passwordHash, "hash");
    assert.equal(await store.addToken(alice.id, "good", NOW, "hash"), true);
    assert.equal(await store.addToken(alice.id, "any", NOW), true);
  });

  test("a bot is asked where a question to it has no answer yet", async (world) => {
    const { store } = world;
    const [alice, bob] = [await world.user("alice"), await world.user("ai", { isBot: true })];
    const room = await world.room("#tea", alice);
    const seq = await world.say(alice, room, "why?", { askedBotId: bob.id });
    const other = await world.room("#coffee", alice);
    assert.equal(await store.isAsked(room.id, bob.id), true);
    assert.equal(await store.isAsked(room.id, alice.id), false);
    assert.equal(await store.isAsked(other.id, bob.id), false);
    await world.say(bob, room, "so", { answersSeq: seq });
    assert.equal(await store.isAsked(room.id, bob.id), false);
  });

  test("a new password ends the user's other tokens", async (world) => {
    const [alice, bob] = [await world.user("alice"), await world.user("bob")];
    for (const [user, token] of [[alice, "kept"], [alice, "ended"], [bob, "bobs"]] as const) {
      await world.store.addToken(user.id, token, NOW);
    }
    await world.store.setPassword(alice.id, "hash", "kept");
    assert.equal((await world.store.findToken("kept", NOW))?.passwordHash, "hash");
    assert.equal(await world.store.findToken("ended", NOW), null);
    assert.equal((await world.store.findToken("bobs", NOW))?.passwordHash, null);
    await world.store.setPassword(alice.id, "hash 2", null);
    assert.equal(await world.store.findToken("kept", NOW), null);
  });
}

function testConversations(test: Test): void {
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

function testLog(test: Test): void {
  test("an empty log has its head at 0, and answers", async ({ store }) => {
    assert.equal(await store.head(), 0);
    await store.check();
    assert.match(store.epoch, /^.{16,}$/);
    assert.deepEqual(await store.append([]), []);
  });

  test("seq rises through the messages of one call and over calls", async (world) => {
    const alice = await world.user("alice");
    const room = await world.room("#tea", alice);
    const calls = [
      world.sayMany(alice, room, 3),
      world.sayMany(alice, room, 2),
      world.sayMany(alice, room, 1),
    ];
    const seqs = (await Promise.all(calls)).flat();
    assert.deepEqual(seqs, [...seqs].sort((a, b) => a - b));
    assert.equal(new Set(seqs).size, 6);
    assert.equal(await world.store.head(), seqs.at(-1));
  });

  test("a message comes back as it was given", async (world) => {
    const [alice, bob] = [await world.user("alice"), await world.user("bob")];
    const direct = await world.store.findOrMakeDirect(alice.id, bob.id, NOW);
    const text = "line 1\nline 2\0 \u{1f600} „ä“ '; DROP TABLE messages --";
    const metadata = JSON.stringify({ a: [1, { b: "ü" }], __proto__: null });
    const seq = await world.say(alice, direct, text, { metadata, clientId: "id-1", createdAt: NOW + 5 });
    assert.deepEqual(await world.store.messagesBySeq([seq]), [{
      seq,
      conversation: direct,
      senderId: alice.id,
      senderName: "alice",
      destination: "bob",
      type: "chat",
      text,
      metadata,
      clientId: "id-1",
      createdAt: NOW + 5,
    }]);
  });

  test("the same id with the same text is a duplicate of the first", async (world) => {
    const alice = await world.user("alice");
    const room = await world.room("#tea", alice);
    const seq = await world.say(alice, room, "hello", { clientId: "id", createdAt: NOW });
    const again = world.message(alice, room, "hello", {
      clientId: "id",
      createdAt: NOW + 9,
      metadata: '{"x":1}',
    });
    assert.deepEqual(await world.store.append([again]), [{ status: "duplicate", seq, createdAt: NOW }]);
    assert.equal(await world.store.head(), seq);
  });

  test("the same id for another text, conversation or type is a conflict", async (world) => {
    const alice = await world.user("alice");
    const [room, other] = [await world.room("#tea", alice), await world.room("#coffee", alice)];
    await world.say(alice, room, "hello", { clientId: "id" });
    const outcomes = await world.store.append([
      world.message(alice, room, "hello!", { clientId: "id" }),
      world.message(alice, other, "hello", { clientId: "id" }),
      world.message(alice, room, "hello", { clientId: "id", type: "subscription" }),
    ]);
    assert.deepEqual(outcomes.map(({ status }) => status), ["conflict", "conflict", "conflict"]);
  });

  test("two users may use the same id, and one may say the same without an id", async (world) => {
    const [alice, bob] = [await world.user("alice"), await world.user("bob")];
    const room = await world.room("#tea", alice, bob);
    const outcomes = await world.store.append([
      world.message(alice, room, "hello", { clientId: "id" }),
      world.message(bob, room, "hello", { clientId: "id" }),
      world.message(bob, room, "hello"),
      world.message(bob, room, "hello"),
    ]);
    assert.deepEqual(outcomes.map(({ status }) => status), Array(4).fill("stored"));
  });

  test("an id is recognised within one call", async (world) => {
    const alice = await world.user("alice");
    const room = await world.room("#tea", alice);
    const message = world.message(alice, room, "hello", { clientId: "id" });
    const [first, second] = await world.store.append([message, message]);
    assert.deepEqual(second, { status: "duplicate", seq: seqOf(first!), createdAt: NOW });
  });

  test("one refused message among ten thousand does not touch the others", async (world) => {
    const alice = await world.user("alice");
    const room = await world.room("#tea", alice);
    await world.say(alice, room, "taken", { clientId: "id-5000" });
    const messages = Array.from(
      { length: 10_000 },
      (_, index) => world.message(alice, room, `line ${index}`, { clientId: `id-${index}` }),
    );
    const outcomes = await world.store.append(messages);
    assert.deepEqual(outcomes[5000], { status: "conflict" });
    const seqs = outcomes.filter((_, index) => index !== 5000).map(seqOf);
    assert.equal(seqs.length, 9999);
    assert.ok(seqs.every((seq, index) => index === 0 || seq > seqs[index - 1]!));
  });

  test("a write that fails by its own fault changes nothing and does not touch those beside it", async (world) => {
    const alice = await world.user("alice");
    const room = await world.room("#tea", alice);
    const nowhere = { ...room, id: 4711 };
    const results = await Promise.allSettled([
      world.say(alice, room, "before", { clientId: "b" }),
      world.store.append([world.message(alice, room, "half"), world.message(alice, nowhere, "nowhere")]),
      world.store.join(nowhere.id, alice.id, NOW),
      world.say(alice, room, "after", { clientId: "a" }),
    ]);
    assert.deepEqual(results.map(({ status }) => status), ["fulfilled", "rejected", "rejected", "fulfilled"]);
    const { messages } = await world.store.history({ conversationId: room.id, limit: 10 });
    assert.deepEqual(messages.map(({ text }) => text), ["before", "after"]);
  });

  test("writes settle in the order of their calls, each reaction before the next one's", async (world) => {
    const alice = await world.user("alice");
    const room = await world.room("#tea", alice);
    const order: string[] = [];
    const note = (what: string) => () => void order.push(what);
    await Promise.all([
      world.store.append([world.message(alice, room, "1")]).then(note("1")),
      world.store.leave(room.id, alice.id).then(note("leave")),
      world.store.append([world.message(alice, room, "2"), world.message(alice, room, "3")]).then(
        note("2 3"),
      ),
      world.store.join(4711, alice.id, NOW).then(note("no"), note("refused")),
      world.store.join(room.id, alice.id, NOW).then(note("join")),
      world.store.append([world.message(alice, room, "4")]).then(note("4")),
    ]);
    assert.deepEqual(order, ["1", "leave", "2 3", "refused", "join", "4"]);
  });

  test("a read sees every write that has settled", async (world) => {
    const alice = await world.user("alice");
    const room = await world.room("#tea", alice);
    for (let count = 1; count <= 20; count++) {
      const seq = await world.say(alice, room, `line ${count}`);
      assert.equal(await world.store.head(), seq);
    }
  });

  test("it is full when ten thousand messages wait, and ready again when they are written", async (world) => {
    const alice = await world.user("alice");
    const room = await world.room("#tea", alice);
    await world.store.ready();
    assert.equal(world.store.isFull, false);
    const written = world.sayMany(alice, room, 10_000);
    assert.equal(world.store.isFull, true);
    await world.store.ready();
    assert.equal(world.store.isFull, false);
    assert.equal((await written).length, 10_000);
  });

  test("it is full when 16 MiB wait", async (world) => {
    const alice = await world.user("alice");
    const room = await world.room("#tea", alice);
    const text = "x".repeat(16 * 1024);
    const written = world.store.append(Array.from({ length: 1024 }, () => world.message(alice, room, text)));
    assert.equal(world.store.isFull, true);
    await world.store.ready();
    await written;
  });

  test("closing writes what waits, and nothing is taken after it", async (world) => {
    const alice = await world.user("alice");
    const room = await world.room("#tea", alice);
    const waiting = world.sayMany(alice, room, 100);
    const closing = world.store.close();
    assert.equal((await waiting).length, 100);
    await closing;
    const refused = { name: "ChatError", code: "store_unavailable" };
    await assert.rejects(world.say(alice, room, "too late"), refused);
    await assert.rejects(world.store.leave(room.id, alice.id), refused);
    await assert.rejects(world.store.head(), refused);
    await assert.rejects(world.store.check(), refused);
    await world.store.close();
  });
}

function testQuestions(test: Test): void {
  const askWorld = async (world: World) => {
    const [alice, bot] = [await world.user("alice"), await world.user("openai", { isBot: true })];
    const room = await world.room("#tea", alice);
    const question = await world.say(alice, room, "why?", { askedBotId: bot.id });
    return { alice, bot, room, question };
  };

  test("a bot answers a question once, also where it is no member", async (world) => {
    const { bot, room, question } = await askWorld(world);
    const answer = world.message(bot, room, "because", { clientId: "answer-1", answersSeq: question });
    const [first] = await world.store.append([answer]);
    const seq = seqOf(first!);
    assert.deepEqual(await world.store.append([answer]), [{ status: "duplicate", seq, createdAt: NOW }]);
    const second = world.message(bot, room, "or because", { clientId: "answer-1b", answersSeq: question });
    assert.deepEqual(await world.store.append([second]), [{ status: "not_asked" }]);
    assert.equal(await world.store.head(), seq);
  });

  test("only the bot that was asked may answer, and only where it was asked", async (world) => {
    const { alice, bot, room, question } = await askWorld(world);
    const other = await world.user("other", { isBot: true });
    const elsewhere = await world.room("#coffee", alice);
    const outcomes = await world.store.append([
      world.message(other, room, "me!", { answersSeq: question }),
      world.message(bot, elsewhere, "here", { answersSeq: question }),
      world.message(bot, room, "no question", { answersSeq: question + 1 }),
      world.message(bot, room, "right", { answersSeq: question }),
    ]);
    assert.deepEqual(outcomes.map(({ status }) => status), ["not_asked", "not_asked", "not_asked", "stored"]);
  });

  test("who asked a question is known for the bot that was asked", async (world) => {
    const { alice, bot, room, question } = await askWorld(world);
    const other = await world.user("other", { isBot: true });
    const statement = await world.say(alice, room, "no question");
    assert.equal(await world.store.askerOf(question, bot.id), alice.id);
    assert.equal(await world.store.askerOf(question, other.id), null);
    assert.equal(await world.store.askerOf(statement, bot.id), null);
    await world.say(bot, room, "because", { answersSeq: question });
    assert.equal(await world.store.askerOf(question, bot.id), alice.id);
  });

  test("a question that is sent again is asked once", async (world) => {
    const { alice, bot, room } = await askWorld(world);
    const question = world.message(alice, room, "how?", { clientId: "q", askedBotId: bot.id });
    const [first, second] = await world.store.append([question, question]);
    assert.deepEqual(second, { status: "duplicate", seq: seqOf(first!), createdAt: NOW });
  });

  test("a bot misses questions that have no answer, also in rooms that it is not in", async (world) => {
    const { alice, bot, room, question } = await askWorld(world);
    await world.say(alice, room, "not asked");
    const second = await world.say(alice, room, "and how?", { askedBotId: bot.id });
    const missed = async (after: Seq) =>
      (await world.store.missed(bot.id, after, { includeOwn: false })).seqs;
    assert.deepEqual(await missed(0), [question, second]);
    await world.say(bot, room, "because", { answersSeq: question });
    assert.deepEqual(await missed(0), [second]);
    assert.deepEqual(await missed(second), []);
  });

  test("a bot that ended before it answered is given again what was asked of it since a time", async (world) => {
    const { alice, bot, room, question } = await askWorld(world);
    const ask = (text: string, createdAt: number) =>
      world.say(alice, room, text, { askedBotId: bot.id, createdAt });
    await ask("long ago?", NOW - 1);
    const answered = await ask("answered?", NOW);
    const [first, second] = [await ask("first?", NOW), await ask("second?", NOW + 1)];
    await world.say(bot, room, "because", { answersSeq: answered });
    const after = await world.store.head();
    const third = await ask("third?", NOW + 2);
    const missed = async (userId: number, since: Seq, askedSince: number) =>
      (await world.store.missed(userId, since, { includeOwn: false, askedSince })).seqs;
    assert.deepEqual(await missed(bot.id, after, NOW), [question, first, second, third]);
    assert.deepEqual(await missed(bot.id, after, NOW + 1), [second, third]);
    assert.deepEqual(await missed(bot.id, third, NOW + 3), []);
    assert.deepEqual(await missed(alice.id, after, NOW), []);
  });

  test("a question is given again once, also where more than ten thousand messages were missed", async (world) => {
    const { alice, bot, room } = await askWorld(world);
    await world.store.join(room.id, bot.id, NOW);
    const question = await world.say(alice, room, "now?", { askedBotId: bot.id });
    const seqs = await world.sayMany(alice, room, 10_001);
    const missed = (after: Seq) =>
      world.store.missed(bot.id, after, { includeOwn: false, askedSince: NOW + 1 });
    const again = await world.store.missed(bot.id, question, { includeOwn: false, askedSince: NOW });
    assert.deepEqual(again.seqs, [question - 1, question, ...seqs.slice(1)]);
    assert.deepEqual(again.gap, { from: seqs[0], to: seqs[0] });
    assert.deepEqual((await missed(question)).seqs, seqs.slice(1));
  });

  test("a bot that is a member may answer too, and says also what answers nothing open", async (world) => {
    const { bot, room, question } = await askWorld(world);
    await world.store.join(room.id, bot.id, NOW);
    const answer = (text: string, clientId: string) =>
      world.store.append([world.message(bot, room, text, { clientId, answersSeq: question })]);
    const [first] = await answer("because", "answer-1");
    const { seqs } = await world.store.missed(bot.id, question, { includeOwn: false, askedSince: NOW });
    assert.deepEqual(seqs, []);
    assert.equal((await answer("and because", "more"))[0]!.status, "stored");
    assert.deepEqual(await answer("because", "answer-1"), [
      { status: "duplicate", seq: seqOf(first!), createdAt: NOW },
    ]);
  });

  test("a question in a bot's own room is missed once", async (world) => {
    const { bot, room, alice } = await askWorld(world);
    await world.store.join(room.id, bot.id, NOW);
    const question = await world.say(alice, room, "now?", { askedBotId: bot.id });
    const { seqs } = await world.store.missed(bot.id, question - 1, { includeOwn: false });
    assert.deepEqual(seqs, [question]);
  });
}

function testReading(test: Test): void {
  const historyWorld = async (world: World) => {
    const alice = await world.user("alice");
    const [room, other] = [await world.room("#tea", alice), await world.room("#coffee", alice)];
    const seqs: Seq[] = [];
    for (let count = 0; count < 10; count++) {
      seqs.push(await world.say(alice, room, `line ${count}`));
      await world.say(alice, other, "elsewhere");
    }
    const read = async (query: { limit: number; before?: Seq; after?: Seq; around?: Seq }) => {
      const { messages, more } = await world.store.history({ conversationId: room.id, ...query });
      return { lines: messages.map(({ text }) => Number(text.slice(5))), more };
    };
    return { alice, room, seqs, read };
  };

  test("history gives the newest messages, oldest first, and says whether there are older ones", async (world) => {
    const { read } = await historyWorld(world);
    assert.deepEqual(await read({ limit: 3 }), { lines: [7, 8, 9], more: true });
    assert.deepEqual(await read({ limit: 10 }), { lines: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], more: false });
    assert.deepEqual(await read({ limit: 200 }), { lines: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], more: false });
  });

  test("history goes backward from before and forward from after, bounds excluded", async (world) => {
    const { read, seqs } = await historyWorld(world);
    assert.deepEqual(await read({ limit: 2, before: seqs[5]! }), { lines: [3, 4], more: true });
    assert.deepEqual(await read({ limit: 2, before: seqs[2]! }), { lines: [0, 1], more: false });
    assert.deepEqual(await read({ limit: 2, after: seqs[5]! }), { lines: [6, 7], more: true });
    assert.deepEqual(await read({ limit: 2, after: seqs[7]! }), { lines: [8, 9], more: false });
    assert.deepEqual(await read({ limit: 2, before: 1 }), { lines: [], more: false });
    assert.deepEqual(await read({ limit: 2, after: seqs[9]! }), { lines: [], more: false });
  });

  test("history around a message holds both sides and the message itself", async (world) => {
    const { read, seqs } = await historyWorld(world);
    assert.deepEqual(await read({ limit: 5, around: seqs[4]! }), { lines: [2, 3, 4, 5, 6], more: true });
    assert.deepEqual(await read({ limit: 5, around: seqs[1]! }), { lines: [0, 1, 2, 3, 4], more: false });
    assert.deepEqual(await read({ limit: 4, around: seqs[9]! }), { lines: [7, 8, 9], more: true });
    assert.deepEqual(await read({ limit: 1, around: seqs[4]! }), { lines: [4], more: true });
  });

  test("history shows the present name of the sender and of the receiver", async (world) => {
    const [alice, bob] = [await world.user("alice"), await world.user("bob")];
    const direct = await world.store.findOrMakeDirect(alice.id, bob.id, NOW);
    const feed = await world.store.findOrMakeFeed(alice.id, NOW);
    const seqs = [
      await world.say(alice, direct, "to bob"),
      await world.say(bob, direct, "to alice"),
      await world.say(alice, feed, "published", { type: "subscription" }),
    ];
    await world.store.renameUser(alice.id, "Alicia", NOW);
    const messages = await world.store.messagesBySeq(seqs);
    assert.deepEqual(
      messages.map(({ senderName, destination, type }) => [senderName, destination, type]),
      [["Alicia", "bob", "chat"], ["bob", "Alicia", "chat"], ["Alicia", "", "subscription"]],
    );
  });

  test("messages are read by seq in the order that is asked for", async (world) => {
    const { seqs } = await historyWorld(world);
    const messages = await world.store.messagesBySeq([seqs[7]!, 99_999, seqs[2]!, seqs[5]!]);
    assert.deepEqual(messages.map(({ text }) => text), ["line 7", "line 2", "line 5"]);
    assert.deepEqual(await world.store.messagesBySeq([]), []);
  });
}

function testMissed(test: Test): void {
  test("a user misses what was said in its rooms since it joined, and in direct conversations at all", async (world) => {
    const [alice, bob] = [await world.user("alice"), await world.user("bob")];
    const room = await world.room("#tea", alice);
    const other = await world.room("#coffee", alice);
    const joe = await world.store.findOrReserveUser("joe");
    const direct = await world.store.findOrMakeDirect(alice.id, joe.id, NOW);
    const kept = await world.say(alice, direct, "for you");
    await world.say(alice, room, "before joining");
    await world.store.join(room.id, joe.id, NOW);
    const heard = await world.say(alice, room, "after joining");
    const head = await world.say(alice, other, "not a member");
    assert.deepEqual(await world.store.missed(joe.id, 0, { includeOwn: false }), {
      seqs: [kept, heard],
      gap: null,
      head,
    });
    assert.deepEqual((await world.store.missed(joe.id, kept, { includeOwn: false })).seqs, [heard]);
    assert.deepEqual((await world.store.missed(bob.id, 0, { includeOwn: true })).seqs, []);
  });

  test("one's own messages are missed only where they are asked for", async (world) => {
    const [alice, bob] = [await world.user("alice"), await world.user("bob")];
    const room = await world.room("#tea", alice, bob);
    const own = await world.say(alice, room, "mine");
    const others = await world.say(bob, room, "yours");
    assert.deepEqual((await world.store.missed(alice.id, 0, { includeOwn: false })).seqs, [others]);
    assert.deepEqual((await world.store.missed(alice.id, 0, { includeOwn: true })).seqs, [own, others]);
  });

  test("what a service published is missed since subscribing", async (world) => {
    const [alice, bot] = [await world.user("alice"), await world.user("thermometer", { isBot: true })];
    const feed = await world.store.findOrMakeFeed(bot.id, NOW);
    await world.say(bot, feed, "20 °C", { type: "subscription" });
    await world.store.join(feed.id, alice.id, NOW);
    const reading = await world.say(bot, feed, "21 °C", { type: "subscription" });
    assert.deepEqual((await world.store.missed(alice.id, 0, { includeOwn: false })).seqs, [reading]);
  });

  test("what is missed comes in the order of seq over all conversations", async (world) => {
    const [alice, bob] = [await world.user("alice"), await world.user("bob")];
    const rooms = [await world.room("#a", alice, bob), await world.room("#b", alice, bob)];
    const seqs: Seq[] = [];
    for (let count = 0; count < 6; count++) seqs.push(await world.say(bob, rooms[count % 2]!, "x"));
    assert.deepEqual((await world.store.missed(alice.id, 0, { includeOwn: false })).seqs, seqs);
  });

  test("of more than ten thousand the newest are given, and the gap tells what is left out", async (world) => {
    const [alice, bob] = [await world.user("alice"), await world.user("bob")];
    const [first, second] = [await world.room("#a", alice, bob), await world.room("#b", alice, bob)];
    const seqs = [
      ...await world.sayMany(bob, second, 6000),
      ...await world.sayMany(alice, second, 10),
      ...await world.sayMany(bob, first, 6000),
    ].filter((_, index) => index < 6000 || index >= 6010);
    const missed = await world.store.missed(alice.id, seqs[9]!, { includeOwn: false });
    assert.deepEqual(missed.seqs, seqs.slice(-10_000));
    assert.deepEqual(missed.gap, { from: seqs[10], to: seqs[1999] });
    assert.equal((await world.store.missed(alice.id, seqs[1999]!, { includeOwn: false })).gap, null);
  });
}

function testSearch(test: Test): void {
  test("a message is found as soon as it is stored, newest first, with its hits marked", async (world) => {
    const alice = await world.user("alice");
    const room = await world.room("#tea", alice);
    const first = await world.say(alice, room, "The release is tomorrow");
    const second = await world.say(alice, room, "Release notes");
    const { messages, more } = await world.store.search({ userId: alice.id, words: "release", limit: 10 });
    assert.deepEqual(messages.map(({ seq }) => seq), [second, first]);
    assert.deepEqual(messages.map(({ snippet }) => snippet), [
      "**Release** notes",
      "The **release** is tomorrow",
    ]);
    assert.equal(more, false);
    assert.deepEqual([messages[0]?.senderName, messages[0]?.destination], ["alice", "#tea"]);
  });

  test("only conversations that the user takes part in are searched, with all their history", async (world) => {
    const [alice, bob, carol] = [
      await world.user("alice"),
      await world.user("bob"),
      await world.user("carol"),
    ];
    const room = await world.room("#tea", alice);
    const direct = await world.store.findOrMakeDirect(alice.id, carol.id, NOW);
    await world.say(alice, room, "secret of the room");
    await world.say(alice, direct, "secret of two");
    assert.deepEqual(await world.found(bob, "secret"), []);
    assert.deepEqual(await world.found(carol, "secret"), ["secret of two"]);
    await world.store.join(room.id, bob.id, NOW);
    assert.deepEqual(await world.found(bob, "secret"), ["secret of the room"]);
    await world.store.leave(room.id, bob.id);
    assert.deepEqual(await world.found(bob, "secret"), []);
  });

  test("each word must occur; phrases and prefixes are understood, case and accents are not needed", async (world) => {
    const alice = await world.user("alice");
    const room = await world.room("#tea", alice);
    const texts = [
      "Crème brûlée recipe",
      "recipe for creme caramel",
      "ΟΔΟΣ και Ωμέγα",
      "can't stop",
      "чай и мёд",
    ];
    for (const text of texts) await world.say(alice, room, text);
    assert.deepEqual(await world.found(alice, "recipe creme"), [texts[1], texts[0]]);
    assert.deepEqual(await world.found(alice, '"creme brulee"'), [texts[0]]);
    assert.deepEqual(await world.found(alice, '"brulee creme"'), []);
    assert.deepEqual(await world.found(alice, "rec* car*"), [texts[1]]);
    assert.deepEqual(await world.found(alice, "rec"), []);
    assert.deepEqual(await world.found(alice, "οδος"), [texts[2]]);
    assert.deepEqual(await world.found(alice, "can't"), [texts[3]]);
    assert.deepEqual(await world.found(alice, "ЧАЙ"), [texts[4]]);
  });

  test("what means something to the index is only a word to the searcher", async (world) => {
    const alice = await world.user("alice");
    const room = await world.room("#tea", alice);
    await world.say(alice, room, "this AND that, text: NEAR(x) OR not");
    for (
      const words of [
        "AND",
        "text:",
        "NEAR(x)",
        "OR -not",
        "that, (this",
        '"unbalanced that',
        "{this}:and ^that",
      ]
    ) {
      const expected = words.includes("unbalanced") ? 0 : 1;
      assert.equal((await world.found(alice, words)).length, expected, words);
    }
    for (const words of ["", "   ", '"', '""', "* *", "!!! ---", "\0"]) {
      assert.deepEqual(await world.found(alice, words), [], JSON.stringify(words));
    }
  });

  test("a search can be narrowed to a conversation and to a sender", async (world) => {
    const [alice, bob] = [await world.user("alice"), await world.user("bob")];
    const [tea, coffee] = [await world.room("#tea", alice, bob), await world.room("#coffee", alice)];
    const seqs = [
      await world.say(alice, tea, "hello tea"),
      await world.say(bob, tea, "hello from bob"),
      await world.say(alice, coffee, "hello coffee"),
    ];
    const found = async (userId: number, query: { conversationId?: number; senderId?: number }) =>
      (await world.store.search({ userId, words: "hello", limit: 10, ...query })).messages.map(({ seq }) =>
        seq
      );
    assert.deepEqual(await found(alice.id, { conversationId: tea.id }), [seqs[1], seqs[0]]);
    assert.deepEqual(await found(alice.id, { senderId: alice.id }), [seqs[2], seqs[0]]);
    assert.deepEqual(await found(alice.id, { conversationId: coffee.id, senderId: bob.id }), []);
    assert.deepEqual(await found(bob.id, { conversationId: coffee.id }), []);
  });

  test("found messages come in pages", async (world) => {
    const alice = await world.user("alice");
    const room = await world.room("#tea", alice);
    const seqs = await world.sayMany(alice, room, 7);
    const page = (before?: Seq) =>
      world.store.search({ userId: alice.id, words: "line", limit: 3, ...(before ? { before } : {}) });
    const first = await page();
    assert.deepEqual(first.messages.map(({ seq }) => seq), seqs.slice(4).reverse());
    assert.equal(first.more, true);
    const second = await page(seqs[4]);
    assert.deepEqual(second.messages.map(({ seq }) => seq), seqs.slice(1, 4).reverse());
    const third = await page(seqs[1]);
    assert.deepEqual([third.messages.map(({ seq }) => seq), third.more], [[seqs[0]], false]);
  });
}
