import assert from "node:assert/strict";
import type { Seq } from "../../server/store.ts";
import { NOW, type Test, World } from "./world.ts";

export function testReading(test: Test): void {
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
