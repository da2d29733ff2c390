import assert from "node:assert/strict";
import { NOW, seqOf, type Test } from "./world.ts";

export function testLog(test: Test): void {
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
