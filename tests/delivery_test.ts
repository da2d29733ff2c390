import assert from "node:assert/strict";
import fc from "fast-check";
import { FakeReceiver, GATE_MS, join, leave, settled, World } from "./delivery_world.ts";

// ---- who gets what ----

Deno.test("every member gets a message but the sending connection, which gets the reply", async () => {
  const world = new World();
  const [alice, bob, carol] = [world.receiver("alice"), world.receiver("bob"), world.receiver("carol")];
  const aliceElsewhere = new FakeReceiver(alice.user, "json", false);
  const room = world.room("#lab", alice, bob);
  world.room("#lobby", carol);
  world.deliverer.enqueue(world.said(room, { by: alice, id: "a1", text: "hello" }));
  await settled();
  assert.deepEqual(alice.heard, ["stored 1"]);
  assert.deepEqual([bob.heard, aliceElsewhere.heard], [["1"], ["1"]]);
  assert.deepEqual(carol.heard, []);
  const [message] = bob.envelopes;
  assert.deepEqual(
    [message?.sender, message?.destination, message?.message, message?.id],
    ["alice", "#lab", "hello", "a1"],
  );
});

Deno.test("the reply names the request, its seq and its time, and what else there is to say", async () => {
  const world = new World();
  const alice = world.receiver("alice");
  const bob = world.receiver("bob");
  const direct = world.conversation("direct", "", alice, bob);
  const reply = { message: "User 'bob' is offline. Message saved.", metadata: { offline: true } };
  world.deliverer.enqueue(world.said(direct, { by: alice, id: "a1", destination: "bob", reply }));
  await settled();
  const [envelope] = alice.envelopes;
  assert.equal(envelope?.type, "notification");
  assert.equal(envelope?.message, reply.message);
  assert.deepEqual(envelope?.metadata, {
    code: "stored",
    reply_to: "a1",
    seq: 1,
    timestamp: new Date(world.clock.now()).toISOString(),
    offline: true,
  });
});

Deno.test("a sender to whom no reply is due gets nothing for its own message", async () => {
  const world = new World();
  const [alice, bob] = [world.receiver("alice"), world.receiver("bob")];
  const room = world.room("#lab", alice, bob);
  world.deliverer.enqueue(world.said(room, { by: alice, reply: null }));
  await settled();
  assert.deepEqual(alice.pushed, []);
  assert.deepEqual(bob.heard, ["1"]);
});

Deno.test("a connection that still catches up gets nothing but the replies to its own messages", async () => {
  const world = new World();
  const [alice, bob] = [world.receiver("alice"), world.receiver("bob")];
  bob.isLive = false;
  const room = world.room("#lab", alice, bob);
  world.deliverer.enqueue(world.said(room, { by: alice }), world.said(room, { by: bob }));
  await settled();
  assert.deepEqual(bob.heard, ["stored 2"]);
  assert.deepEqual(alice.heard, ["stored 1", "2"]);
});

Deno.test("a message of somebody without a connection reaches the members, and nobody else", async () => {
  const world = new World();
  const bob = world.receiver("bob");
  world.deliverer.enqueue(world.said(world.room("#lab", bob), { by: null }));
  await settled();
  assert.deepEqual(bob.heard, ["1"]);
});

Deno.test("who says something in a conversation without being in it gets the reply and nothing else of it", async () => {
  const world = new World();
  const [bot, bob] = [world.receiver("openai"), world.receiver("bob")];
  const room = world.room("#lab", bob);
  world.deliverer.enqueue(world.said(room, { by: bob }), world.said(room, { by: bot, id: "answer-1" }));
  await settled();
  assert.deepEqual(bot.heard, ["stored 2"]);
  assert.deepEqual(bob.heard, ["stored 1", "2"]);
});

for (const isMember of [false, true]) {
  Deno.test(`a bot that is asked ${isMember ? "as a member" : "from outside"} gets the question once`, async () => {
    const world = new World();
    const [alice, bob, bot] = [world.receiver("alice"), world.receiver("bob"), world.receiver("openai")];
    const room = world.room("#lab", alice, bob, ...isMember ? [bot] : []);
    world.deliverer.enqueue(
      world.said(room, { by: alice }),
      world.said(room, { by: alice, alsoTo: bot.user }),
      world.said(room, { by: bob }),
    );
    await settled();
    assert.deepEqual(bot.heard, isMember ? ["1", "2", "3"] : ["2"]);
    assert.deepEqual(alice.heard, ["stored 1", "stored 2", "3"]);
  });
}

// ---- order ----

Deno.test("on a connection everything comes in the order of seq, across its rooms, with its replies in their places", async () => {
  const world = new World();
  const [alice, bob] = [world.receiver("alice"), world.receiver("bob")];
  const [lab, lobby] = [world.room("#lab", alice, bob), world.room("#lobby", alice, bob)];
  const direct = world.conversation("direct", "", alice, bob);
  world.deliverer.enqueue(
    world.said(lab, { by: bob }),
    world.said(lobby, { by: bob }),
    world.said(lab, { by: alice }),
    world.said(direct, { by: bob, destination: "alice" }),
    world.said(lobby, { by: alice }),
    world.said(lab, { by: bob }),
  );
  await settled();
  assert.deepEqual(alice.heard, ["1", "2", "stored 3", "4", "stored 5", "6"]);
  assert.deepEqual(bob.heard, ["stored 1", "stored 2", "3", "stored 4", "5", "stored 6"]);
});

Deno.test("a join and a leave between two messages take effect exactly there", async () => {
  const world = new World();
  const [alice, bob] = [world.receiver("alice"), world.receiver("bob")];
  const room = world.room("#lab", alice);
  // The first goes out alone and closes the gate, so that all that follows is one batch.
  world.deliverer.enqueue(
    world.said(room, { by: alice }),
    () => join(room, bob.user),
    world.said(room, { by: alice }),
    world.said(room, { by: alice }),
    () => leave(room, bob.user),
    world.said(room, { by: alice }),
  );
  await settled();
  assert.deepEqual(bob.heard, ["2", "3"]);
  assert.deepEqual(alice.heard, ["stored 1", "stored 2", "stored 3", "stored 4"]);
});

Deno.test("a change without a message takes effect in the turn in which it comes", async () => {
  const world = new World();
  let isDone = false;
  world.deliverer.enqueue(() => isDone = true);
  await Promise.resolve();
  assert.ok(isDone);
});

Deno.test("it says how far it is, and calls back for each message once it was given to all", async () => {
  const world = new World();
  const [alice, bob] = [world.receiver("alice"), world.receiver("bob")];
  const room = world.room("#lab", alice, bob);
  const seen: unknown[] = [];
  const first = world.said(room, { by: alice });
  world.deliverer.enqueue(
    { ...first, delivered: () => seen.push(bob.heard, world.deliverer.deliveredSeq) },
    () => seen.push("change"),
  );
  world.deliverer.enqueue(world.said(room, { by: alice }), world.said(room, { by: alice }));
  await settled();
  assert.deepEqual(seen, [["1"], 1, "change"]);
  assert.deepEqual(world.delivered, [2, 3]);
  assert.deepEqual([world.deliverer.deliveredSeq, world.deliverer.deliveries], [3, 6]);
});

Deno.test("the chunk of a sender says the seq of its own message too", async () => {
  const world = new World();
  const alice = world.receiver("alice");
  const room = world.room("#lab", alice);
  world.deliverer.enqueue(world.said(room, { by: alice }));
  await settled();
  assert.deepEqual(alice.pushed.map(({ lastSeq }) => lastSeq), [1]);
});

// ---- encoding once ----

Deno.test("members of a room share one chunk in each format", async () => {
  const world = new World();
  const alice = world.receiver("alice");
  const json = [world.receiver("bob"), world.receiver("carol")] as const;
  const text = [
    world.receiver("dave", { format: "text" }),
    world.receiver("erin", { format: "text" }),
  ] as const;
  const room = world.room("#lab", alice, ...json, ...text);
  world.deliverer.enqueue(world.said(room, { by: alice }));
  await settled();
  assert.equal(json[0].pushed.length, 1);
  assert.equal(json[0].pushed[0], json[1].pushed[0]);
  assert.equal(text[0].pushed[0], text[1].pushed[0]);
  assert.deepEqual(text[0].lines, ["[2026-11-21 10:00:00] #lab alice: text 1"]);
});

Deno.test("what one commit brings goes out as one chunk, and so does what is said while the gate is closed", async () => {
  const world = new World();
  const [alice, bob] = [world.receiver("alice"), world.receiver("bob", { isSlow: true })];
  const room = world.room("#lab", alice, bob);
  const say = () => world.deliverer.enqueue(world.said(room, { by: alice }));
  for (let i = 0; i < 2; i++) Promise.resolve().then(say);
  await settled();
  for (let i = 0; i < 3; i++) say();
  await settled();
  bob.endWrite();
  await settled();
  assert.deepEqual(bob.pushed.map(({ lines }) => lines.length), [2, 3]);
  assert.deepEqual(bob.writes.map(({ length }) => length), [2, 3]);
  bob.endWrite();
});

Deno.test("those who are in the same rooms share one merged chunk, in either format", async () => {
  const world = new World();
  const alice = world.receiver("alice");
  const both = [world.receiver("bob"), world.receiver("carol")] as const;
  const bothAsText = [
    world.receiver("tom", { format: "text" }),
    world.receiver("tim", { format: "text" }),
  ] as const;
  const [onlyLab, onlyLobby] = [world.receiver("dave"), world.receiver("erin")];
  const lab = world.room("#lab", alice, ...both, ...bothAsText, onlyLab);
  const lobby = world.room("#lobby", alice, ...both, ...bothAsText, onlyLobby);
  world.deliverer.enqueue(
    world.said(lab, { by: alice }),
    world.said(lobby, { by: alice }),
    world.said(lab, { by: alice }),
  );
  await settled();
  assert.deepEqual(both[0].heard, ["1", "2", "3"]);
  assert.equal(both[0].pushed.length, 1);
  assert.equal(both[0].pushed[0], both[1].pushed[0]);
  assert.equal(bothAsText[0].pushed[0], bothAsText[1].pushed[0]);
  assert.equal(bothAsText[0].lines.length, 3);
  assert.deepEqual([onlyLab.heard, onlyLobby.heard], [["1", "3"], ["2"]]);
});

Deno.test("a direct message reads differently for its sender's other connections than for its receiver", async () => {
  const world = new World();
  const alice = world.receiver("alice", { format: "text" });
  const aliceElsewhere = new FakeReceiver(alice.user, "text", false);
  const bob = world.receiver("bob", { format: "text" });
  const direct = world.conversation("direct", "", alice, bob);
  const room = world.room("#lab", alice, bob);
  world.deliverer.enqueue(
    world.said(direct, { by: alice, destination: "bob", text: "hi", reply: null }),
    world.said(room, { by: bob, text: "to all", reply: null }),
  );
  await settled();
  assert.deepEqual(aliceElsewhere.lines, [
    "[2026-11-21 10:00:00] alice -> bob: hi",
    "[2026-11-21 10:00:00] #lab bob: to all",
  ]);
  assert.deepEqual(bob.lines, ["[2026-11-21 10:00:00] alice: hi"]);
  assert.deepEqual(alice.lines, ["[2026-11-21 10:00:00] #lab bob: to all"]);
});

Deno.test("a reading reaches the subscribers and the publisher's other connections", async () => {
  const world = new World();
  const device = world.receiver("thermometer1");
  const deviceElsewhere = new FakeReceiver(device.user, "json", false);
  const bob = world.receiver("bob", { format: "text" });
  const feed = world.conversation("feed", "", device, bob);
  world.deliverer.enqueue(world.said(feed, { by: device, text: "21.4 °C", destination: "" }));
  await settled();
  assert.deepEqual(bob.lines, ["[2026-11-21 10:00:00] thermometer1: 21.4 °C"]);
  assert.deepEqual([device.heard, deviceElsewhere.heard], [["stored 1"], ["1"]]);
});

// ---- the gate ----

Deno.test("the next batch waits for the writes of the last one, and goes without the clock when they have ended", async () => {
  const world = new World();
  const [alice, bob] = [world.receiver("alice"), world.receiver("bob", { isSlow: true })];
  const room = world.room("#lab", alice, bob);
  world.deliverer.enqueue(world.said(room, { by: alice }));
  await settled();
  world.deliverer.enqueue(world.said(room, { by: alice }));
  await settled();
  assert.deepEqual(alice.heard, ["stored 1"]);
  bob.endWrite();
  await settled();
  assert.deepEqual(alice.heard, ["stored 1", "stored 2"]);
  bob.endWrite();
  await settled();
  assert.equal(world.clock.pending, 0, "no timer is left");
});

Deno.test("a slow write holds the gate for its limit and no longer, and later ones not at all", async () => {
  const world = new World();
  const [alice, bob] = [world.receiver("alice"), world.receiver("bob", { isSlow: true })];
  const room = world.room("#lab", alice, bob);
  world.deliverer.enqueue(world.said(room, { by: alice }));
  await settled();
  world.deliverer.enqueue(world.said(room, { by: alice }));
  world.clock.advance(GATE_MS - 1);
  await settled();
  assert.deepEqual(alice.heard, ["stored 1"]);
  world.clock.advance(1);
  await settled();
  assert.deepEqual(alice.heard, ["stored 1", "stored 2"]);
  world.deliverer.enqueue(world.said(room, { by: alice }));
  await settled();
  assert.deepEqual(alice.heard, ["stored 1", "stored 2", "stored 3"]);
  assert.deepEqual(bob.writes.map(({ length }) => length), [1]);
  bob.endWrite();
  await settled();
  assert.deepEqual(bob.writes.map(({ length }) => length), [1, 2]);
  assert.deepEqual(bob.heard, ["1", "2", "3"]);
  assert.equal(world.clock.pending, 0);
});

// ---- all of it at once ----

type Step =
  | { readonly kind: "say"; readonly by: number; readonly room: number; readonly asks: boolean }
  | { readonly kind: "join" | "leave"; readonly user: number; readonly room: number }
  | { readonly kind: "pause" };

const USERS = 4;
const ROOMS = 3;
const user = fc.nat(USERS - 1);
const room = fc.nat(ROOMS - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant("say" as const), by: user, room, asks: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("join" as const, "leave" as const), user, room }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "pause" as const }) },
);

Deno.test("whatever is said, joined and left, each connection gets what is its own, once and in order", async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
    const world = new World();
    const people = Array.from({ length: USERS }, (_, i) => world.receiver(`user${i}`));
    const bot = world.receiver("bot");
    const all = [...people, bot];
    const rooms = Array.from({ length: ROOMS }, (_, i) => world.room(`#room${i}`));
    const members = rooms.map(() => new Set<FakeReceiver>());
    const expected = new Map(all.map((receiver) => [receiver, [] as string[]]));
    for (const step of steps) {
      if (step.kind === "pause") await settled();
      else if (step.kind === "say") {
        const by = people[step.by]!;
        const message = world.said(rooms[step.room]!, { by, ...step.asks ? { alsoTo: bot.user } : {} });
        world.deliverer.enqueue(message);
        expected.get(by)!.push(`stored ${message.seq}`);
        const due = new Set([...members[step.room]!, ...step.asks ? [bot] : []]);
        for (const receiver of due) if (receiver !== by) expected.get(receiver)!.push(String(message.seq));
      } else {
        const [room, receiver] = [rooms[step.room]!, people[step.user]!];
        const change = step.kind === "join" ? join : leave;
        world.deliverer.enqueue(() => change(room, receiver.user));
        if (step.kind === "join") members[step.room]!.add(receiver);
        else members[step.room]!.delete(receiver);
      }
    }
    await settled();
    for (const receiver of all) assert.deepEqual(receiver.heard, expected.get(receiver), receiver.user.name);
  }));
});
