import assert from "node:assert/strict";
import type { Seq } from "../../server/store.ts";
import { NOW, type Test } from "./world.ts";

export function testSearch(test: Test): void {
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
