/** Who is let in and for how long: `too_many_connections`, and what a store that cannot commit does to its users. */

import assert from "node:assert/strict";
import { ChatError } from "../protocol/errors.ts";
import type { Envelope } from "../protocol/message.ts";
import { ChatServer } from "../server/chat_server.ts";
import { SYSTEM_CLOCK } from "../server/clock.ts";
import { SILENT_LOG } from "../server/log.ts";
import { memoryPair } from "../server/memory.ts";
import { SqliteStore } from "../server/sqlite/sqlite_store.ts";
import { FakeClock } from "./fake_clock.ts";
import { call, tokenOf } from "./scenario.ts";
import { assertError, TestServer } from "./test_server.ts";

Deno.test("one connection more than the server takes is told too_many_connections and closed", async () => {
  const folder = await Deno.makeTempDir();
  const store = await SqliteStore.open({ folder });
  const options = {
    store,
    clock: SYSTEM_CLOCK,
    log: SILENT_LOG,
    lobby: "#general",
    isRateLimited: false,
    webHint: "",
  };
  const chat = new ChatServer({ ...options, maxConnections: 1 });
  await chat.start();
  const [first, second] = [memoryPair(), memoryPair()];
  void chat.serve(first.server);
  void chat.serve(second.server);
  const lines: Envelope[] = [];
  for await (const batch of second.client.lines()) lines.push(...batch.map((line) => JSON.parse(line)));
  assertError(lines[0]!, "too_many_connections");
  first.client.close();
  await chat.stop("The test is over.");
  await store.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("where the store cannot commit a message is refused with store_unavailable, and goes with the same id later", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock });
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  const { store } = server;
  const append = store.append.bind(store);
  store.append = () =>
    Promise.reject(new ChatError("store_unavailable", "The disk is full. Send it again later."));
  const refused = await alice.say("#general", "hello", { id: "again" });
  assertError(refused, "store_unavailable");
  const token = await tokenOf(server, "carol");
  const { status, json } = await call(server, "/api/messages/%23general", { token, body: "x" });
  assert.deepEqual([status, json.error], [503, "store_unavailable"]);
  store.append = append;
  const { retry_after_ms: wait } = refused.metadata;
  clock.advance(Number(wait) - 1);
  assertError(await alice.say("#general", "too soon", { id: "soon" }), "store_unavailable");
  clock.advance(1);
  assert.equal((await alice.say("#general", "hello", { id: "again" })).metadata.duplicate, undefined);
  assert.equal((await bob.settled()).filter(({ type }) => type === "chat").length, 1);
});

Deno.test("a first login that was cut short between the account and the lobby is made whole by the next", async () => {
  await using server = await TestServer.start();
  await server.store.createUser({ name: "alice", passwordHash: null, isBot: false, isGuest: false });
  const whole = await server.tcp();
  whole.login("alice");
  const welcome = await whole.envelope(({ metadata }) => metadata.code === "welcome");
  assert.deepEqual(welcome.metadata.rooms, ["#general"]);
});

Deno.test("a first login that asks for no lobby joins no room, and nobody in the lobby hears of it", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  const guest = await server.tcp();
  guest.sendJson({ type: "command", message: "/login", metadata: { lobby: false } });
  const { metadata } = await guest.envelope(({ metadata }) => metadata.code === "welcome");
  assert.deepEqual(metadata.rooms, []);
  const bob = await server.tcp();
  bob.sendJson({
    type: "command",
    message: "/register bob",
    metadata: { password: "secret123", lobby: false },
  });
  await bob.envelope(({ metadata }) => metadata.code === "welcome");
  assert.equal((await call(server, "/api/login", { body: { name: "cleo", lobby: false } })).status, 200);
  assert.deepEqual(await alice.settled(), []);
  const wrong = await server.tcp();
  wrong.sendJson({ type: "command", message: "/login dora", metadata: { lobby: "no" } });
  const error = await wrong.envelope(({ metadata }) => metadata.code === "error");
  assert.equal(error.metadata.error, "bad_arguments");
});

Deno.test("a fault of the server's is internal, with a reference and no more, and is logged under it", async () => {
  const faults: unknown[] = [];
  const log = {
    ...SILENT_LOG,
    error: (_: string, properties?: Record<string, unknown>) => void faults.push(properties),
  };
  await using server = await TestServer.start({ log });
  const alice = await server.json("alice");
  server.store.listRooms = () => Promise.reject(new TypeError("secret detail"));
  const reply = await alice.command("/list");
  assertError(reply, "internal");
  const { reference } = reply.metadata;
  assert.ok(typeof reference === "string" && reply.message.includes(reference));
  assert.equal(JSON.stringify(reply).includes("secret detail"), false);
  assert.ok(JSON.stringify(faults).includes(reference));
  assert.equal((await alice.command("/ping")).metadata.code, "pong");
});

Deno.test("/healthz is 503 when the store does not answer", async () => {
  await using server = await TestServer.start();
  server.store.check = () => Promise.reject(new ChatError("store_unavailable", "no"));
  assert.equal((await call(server, "/healthz")).status, 503);
});
