import assert from "node:assert/strict";
import { DAY_MS, NOW, type Test } from "./world.ts";

export function testTokens(test: Test): void {
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
