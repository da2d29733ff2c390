/** Feeds: publishing and subscribing. */

import assert from "node:assert/strict";
import { bot, logIn, quit, says, texts } from "./scenario.ts";
import { TestServer } from "./test_server.ts";

Deno.test("a subscription reaches those who subscribed, with an empty destination, and the reply counts them", async () => {
  await using server = await TestServer.start();
  const [sensor, bob, carol] = [
    await server.json("sensor"),
    await server.json("bob"),
    await server.json("carol"),
  ];
  assert.equal((await bob.command("/subscribe SENSOR")).metadata.to, "sensor");
  const reply = await sensor.say("", "21 °C", {
    type: "subscription",
    metadata: { celsius: 21, unit: "°C" },
  });
  assert.deepEqual([reply.metadata.code, reply.metadata.subscribers], ["stored", 1]);
  const got = await bob.envelope(says("21 °C"));
  assert.deepEqual([got.type, got.sender, got.destination, got.seq, got.metadata], [
    "subscription",
    "sensor",
    "",
    reply.metadata.seq,
    { celsius: 21, unit: "°C" },
  ]);
  assert.deepEqual(texts(await carol.settled()), []);
});

Deno.test("in text mode a reading is shown with its publisher", async () => {
  await using server = await TestServer.start();
  const [sensor, bob] = [await server.json("sensor"), await server.text("bob")];
  bob.send("/subscribe sensor");
  assert.equal(await bob.next(), "* Subscribed to sensor.");
  await sensor.say("", "21.4 °C", { type: "subscription" });
  assert.match(await bob.next(), /^\[.{19}\] sensor: 21\.4 °C$/);
});

Deno.test("after /unsubscribe nothing more comes", async () => {
  await using server = await TestServer.start();
  const [sensor, bob] = [await server.json("sensor"), await server.json("bob")];
  await bob.command("/subscribe sensor");
  assert.equal((await bob.command("/unsubscribe sensor")).metadata.code, "unsubscribed");
  const reply = await sensor.say("", "21 °C", { type: "subscription" });
  assert.equal(reply.metadata.subscribers, 0);
  assert.deepEqual(texts(await bob.settled()), []);
});

Deno.test("subscribing twice counts once, unsubscribing without a subscription is fine", async () => {
  await using server = await TestServer.start();
  const [sensor, bob] = [await server.json("sensor"), await server.json("bob")];
  assert.equal((await bob.command("/unsubscribe sensor")).metadata.code, "unsubscribed");
  for (let i = 0; i < 2; i++) {
    assert.equal((await bob.command("/subscribe sensor")).metadata.code, "subscribed");
  }
  const reply = await sensor.say("", "21 °C", { type: "subscription" });
  assert.equal(reply.metadata.subscribers, 1);
  assert.deepEqual(texts(await bob.settled()), ["21 °C"]);
});

Deno.test("a subscription outlives a restart of the server, and readings are kept while one is away", async () => {
  const folder = await Deno.makeTempDir();
  let server = await TestServer.start({ folder });
  const bob = await server.json("bob");
  await bot(server, "sensor");
  await bob.command("/subscribe sensor");
  await quit(bob);
  server = await server.restart();
  const sensor = await bot(server, "sensor");
  assert.equal((await sensor.say("", "21 °C", { type: "subscription" })).metadata.subscribers, 1);
  assert.deepEqual(texts((await logIn(server, "bob")).missed), ["21 °C"]);
  await server.stop();
  await Deno.remove(folder, { recursive: true });
});

for (const isOnline of [true, false]) {
  Deno.test(`saying subscribe to a bot that is ${isOnline ? "online" : "away"} is the command, and not stored`, async () => {
    await using server = await TestServer.start();
    const sensor = await bot(server, "sensor");
    if (!isOnline) await quit(sensor);
    const bob = await server.json("bob");
    const reply = await bob.say("sensor", "Subscribe");
    assert.deepEqual([reply.metadata.code, reply.metadata.to], ["subscribed", "sensor"]);
    assert.equal((await bob.say("sensor", "unsubscribe")).metadata.code, "unsubscribed");
    assert.equal(await server.store.head(), 0);
    if (isOnline) assert.deepEqual(texts(await sensor.settled()), []);
  });
}

Deno.test("in text mode `sensor: subscribe` subscribes", async () => {
  await using server = await TestServer.start();
  const sensor = await bot(server, "sensor");
  const bob = await server.text("bob");
  bob.send("sensor: subscribe");
  assert.equal(await bob.next(), "* Subscribed to sensor.");
  assert.equal((await sensor.say("", "1", { type: "subscription" })).metadata.subscribers, 1);
});

Deno.test("saying subscribe to a person, or in a room, is a message", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  await alice.say("bob", "subscribe");
  await bob.envelope(says("subscribe"));
  await alice.say("#general", "unsubscribe");
  await bob.envelope(says("unsubscribe"));
});
