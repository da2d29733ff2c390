/** The chat client says something, until it is stored. */

import assert from "node:assert/strict";
import { ChatClient, ConnectionLost, type Hold } from "../client/chat_client.ts";
import { chat, ScriptedServer } from "./scripted_server.ts";
import { code, GENERAL, Scene } from "./client_scene.ts";

// ---- saying ----

Deno.test("ChatClient.say resolves with the stored reply", async () => {
  await using scene = new Scene();
  const connection = await scene.online();
  const said = scene.client.say(GENERAL, "hello", { metadata: { mood: "good" } });
  const request = await connection.next();
  assert.equal(request.type, "chat");
  assert.equal(request.destination, GENERAL);
  assert.equal(request.message, "hello");
  assert.deepEqual(request.metadata, { mood: "good" });
  assert.match(request.id, /^[A-Za-z0-9_-]{1,64}$/);
  assert.deepEqual(scene.client.pending, [
    { id: request.id, type: "chat", destination: GENERAL, message: "hello", metadata: { mood: "good" } },
  ]);
  connection.stored(request, 12, { offline: true });
  const reply = await said;
  assert.equal(reply.metadata.seq, 12);
  assert.equal(reply.metadata.offline, true);
  assert.deepEqual(scene.client.pending, []);
  assert.equal(scene.client.cursor?.since, 12);
});

Deno.test("ChatClient.publish sends a subscription without a destination", async () => {
  await using scene = new Scene();
  const connection = await scene.online();
  const published = scene.client.publish("21.4 °C");
  const request = await connection.next();
  assert.equal(request.type, "subscription");
  assert.equal(request.destination, "");
  connection.stored(request, 1, { subscribers: 3 });
  assert.equal((await published).metadata.subscribers, 3);
});

Deno.test("ChatClient.say rejects with the ChatError with which it was refused", async () => {
  await using scene = new Scene();
  const connection = await scene.online();
  const said = scene.client.say("#secret", "hello");
  connection.refuse(await connection.next(), "not_a_member", { room: "#secret" });
  await assert.rejects(said, (error: { code?: string; message?: string; details?: unknown }) => {
    assert.equal(error.code, "not_a_member");
    assert.equal(error.message, "This is not_a_member.");
    assert.deepEqual(error.details, { room: "#secret" });
    return true;
  });
  assert.deepEqual(scene.client.pending, []);
});

Deno.test("ChatClient keeps what is said before it is connected and sends it after caught_up, in order", async () => {
  await using scene = new Scene();
  const said = ["one", "two", "three"].map((text) => scene.client.say(GENERAL, text));
  const connection = await scene.online();
  for (const [i, request] of (await connection.nextMany(3)).entries()) connection.stored(request, i + 1);
  assert.deepEqual((await Promise.all(said)).map(({ metadata }) => metadata.seq), [1, 2, 3]);
});

Deno.test("ChatClient sends what was not acknowledged again, in order and with the same ids", async () => {
  await using scene = new Scene();
  const first = await scene.online();
  const said = ["one", "two", "three"].map((text) => scene.client.say(GENERAL, text));
  const before = await first.nextMany(3);
  first.stored(before[0]!, 1);
  await said[0];
  first.close();
  const second = await scene.server.welcome({ seq: 1 });
  const after = await second.nextMany(2);
  assert.deepEqual(after, before.slice(1));
  second.stored(after[0]!, 2, { duplicate: true });
  second.stored(after[1]!, 3);
  await Promise.all(said);
});

Deno.test("ChatClient takes its own message that comes back in the resume for the acknowledgement", async () => {
  await using scene = new Scene();
  const first = await scene.online();
  const said = scene.client.say(GENERAL, "hello");
  const other = scene.client.say(GENERAL, "again");
  const [request] = await first.nextMany(2);
  first.close();
  const missed = [
    chat(1, "bob", "before", { metadata: { stored: true } }),
    chat(2, "ALICE", "hello", { id: request!.id, metadata: { stored: true } }),
    chat(3, "bob", "after", { metadata: { stored: true } }),
  ];
  const second = await scene.server.welcome({ seq: 3, missed });
  assert.deepEqual(await said, {
    type: "notification",
    sender: "server",
    destination: "",
    message: "",
    timestamp: missed[1]!.timestamp,
    metadata: { code: "stored", reply_to: request!.id, seq: 2, timestamp: missed[1]!.timestamp },
  });
  assert.equal((await second.next()).message, "again", "what came back is not sent again");
  assert.equal((await scene.messages.take()).message, "before");
  assert.equal((await scene.messages.take()).message, "after", "one's own is not told as another's");
  assert.equal(scene.client.cursor?.since, 3);
  scene.client.close();
  await assert.rejects(other, ConnectionLost);
});

Deno.test("ChatClient takes somebody else's message with the id of its own for what it is", async () => {
  await using scene = new Scene();
  const connection = await scene.online();
  const said = scene.client.say(GENERAL, "hello", { id: "guessed" });
  const request = await connection.next();
  connection.send(chat(1, "mallory", "hello", { id: "guessed" }));
  assert.equal((await scene.messages.take()).sender, "mallory");
  assert.equal(scene.client.pending.length, 1);
  connection.stored(request, 2);
  assert.equal((await said).metadata.seq, 2);
});

Deno.test("ChatClient tells what the user said from another connection", async () => {
  await using scene = new Scene();
  const connection = await scene.online();
  connection.send(chat(1, "alice", "from my phone", { id: "phone-1" }));
  assert.equal((await scene.messages.take()).message, "from my phone");
});

Deno.test("ChatClient has at most 256 requests under way", async () => {
  await using scene = new Scene();
  const connection = await scene.online();
  const said = Array.from({ length: 300 }, (_, i) => scene.client.say(GENERAL, `message ${i}`));
  const ping = scene.client.command("/ping");
  const underWay = await connection.nextMany(256);
  await connection.expectPing();
  await ping;
  for (const [i, request] of underWay.entries()) connection.stored(request, i + 1);
  const rest = await connection.nextMany(44);
  assert.deepEqual(
    rest.map(({ message }) => message),
    Array.from({ length: 44 }, (_, i) => `message ${256 + i}`),
  );
  for (const [i, request] of rest.entries()) connection.stored(request, 257 + i);
  await Promise.all(said);
});

Deno.test("ChatClient.say with an id that waits already is the same request, or a conflict", async () => {
  await using scene = new Scene();
  const connection = await scene.online();
  const said = scene.client.say(GENERAL, "hello", { id: "once" });
  const again = scene.client.say(GENERAL, "hello", { id: "once" });
  await assert.rejects(scene.client.say(GENERAL, "other", { id: "once" }), code("id_conflict"));
  connection.stored(await connection.next(), 1);
  assert.equal((await said).metadata.seq, 1);
  assert.equal((await again).metadata.seq, 1);
});

Deno.test("ChatClient refuses by itself what would make the server close each connection anew", async () => {
  await using scene = new Scene();
  const connection = await scene.online();
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  await assert.rejects(scene.client.say(GENERAL, "x".repeat(70_000)), code("too_long"));
  await assert.rejects(scene.client.say(GENERAL, "hello", { id: "not an id" }), code("bad_message"));
  await assert.rejects(scene.client.say(GENERAL, "hello", { metadata: loop }), code("bad_message"));
  const ping = scene.client.command("/ping");
  await connection.expectPing();
  await ping;
});

Deno.test("ChatClient sends metadata as it was when it was said", async () => {
  await using scene = new Scene();
  const metadata = { count: 1 };
  scene.client.say(GENERAL, "hello", { metadata });
  metadata.count = 2;
  const connection = await scene.online();
  assert.deepEqual((await connection.next()).metadata, { count: 1 });
});

// ---- refusals that pass ----

Deno.test("ChatClient waits after rate_limited until all is answered, and sends all again in order", async () => {
  await using scene = new Scene();
  const connection = await scene.online();
  const said = [
    scene.client.say(GENERAL, "one"),
    scene.client.command("/msg bob two"),
    scene.client.say(GENERAL, "three"),
  ];
  const requests = await connection.nextMany(3);
  connection.stored(requests[0]!, 1);
  connection.refuse(requests[1]!, "rate_limited", { retry_after_ms: 0 });
  await said[0];
  said.push(scene.client.say(GENERAL, "four"));
  const ping = scene.client.command("/ping");
  await connection.expectPing();
  await ping;
  connection.refuse(requests[2]!, "rate_limited", { retry_after_ms: 0 });
  const again = await connection.nextMany(3);
  assert.deepEqual(again.slice(0, 2), requests.slice(1));
  assert.equal(again[2]!.message, "four");
  for (const [i, request] of again.entries()) connection.stored(request, i + 2);
  assert.deepEqual((await Promise.all(said)).map(({ metadata }) => metadata.seq), [1, 2, 3, 4]);
});

Deno.test("ChatClient waits longer after each store_unavailable, until something is stored", async () => {
  const attempts: number[] = [];
  await using scene = new Scene({
    backoff: (attempt) => {
      attempts.push(attempt);
      return 0;
    },
  });
  const connection = await scene.online();
  const said = [scene.client.say(GENERAL, "one"), scene.client.say(GENERAL, "two")];
  for (let round = 0; round < 3; round++) {
    const requests = await connection.nextMany(2);
    assert.deepEqual(requests.map(({ message }) => message), ["one", "two"]);
    for (const request of requests) connection.refuse(request, "store_unavailable");
  }
  for (const [i, request] of (await connection.nextMany(2)).entries()) connection.stored(request, i + 1);
  await Promise.all(said);
  assert.deepEqual(new Set(attempts), new Set([1, 2, 3]));
  const more = scene.client.say(GENERAL, "three");
  connection.refuse(await connection.next(), "store_unavailable");
  connection.stored(await connection.next(), 3);
  await more;
  assert.equal(attempts.at(-1), 1);
});

Deno.test("ChatClient sends at once on a new connection what it was to hold back on the last", async () => {
  await using scene = new Scene();
  const first = await scene.online();
  const said = scene.client.say(GENERAL, "hello");
  first.refuse(await first.next(), "rate_limited", { retry_after_ms: 3_600_000 });
  first.close();
  const second = await scene.server.welcome();
  second.stored(await second.next(), 1);
  await said;
});

Deno.test("ChatClient tells that what is said waits after a refusal that passes, and when it goes on", async () => {
  const holds: (Hold | undefined)[] = [];
  const server = new ScriptedServer();
  const client = new ChatClient(
    { connect: server.connect, login: { name: "alice" }, backoff: () => 0 },
    { held: (hold) => holds.push(hold) },
  );
  void client.start();
  const connection = await server.welcome();
  const said = client.say(GENERAL, "too fast");
  connection.refuse(await connection.next(), "rate_limited", { retry_after_ms: 1 });
  connection.stored(await connection.next(), 1);
  await said;
  assert.deepEqual(holds.map((hold) => hold?.error.code), ["rate_limited", undefined]);
  assert.equal(holds[0]?.retryInMs, 1);
  await client.close();
});
