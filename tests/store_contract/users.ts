import assert from "node:assert/strict";
import { DAY_MS, NOW, type Test } from "./world.ts";

export function testUsers(test: Test): void {
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
