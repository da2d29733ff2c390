import assert from "node:assert/strict";
import type { Seq } from "../../server/store.ts";
import { NOW, type Test } from "./world.ts";

export function testMissed(test: Test): void {
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
