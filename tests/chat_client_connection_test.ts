/** The chat client and connections that break, or that it closes. */

import assert from "node:assert/strict";
import { ChatClient, type ClientStatus, ConnectionLost } from "../client/chat_client.ts";
import { chat, ScriptedServer } from "./scripted_server.ts";
import { GENERAL, Scene } from "./client_scene.ts";

// ---- connections that break ----

Deno.test("ChatClient tries again where the server cannot be reached, and says why", async () => {
  await using scene = new Scene();
  scene.server.refusal = "Nobody is at home.";
  const started = scene.client.start();
  await scene.reaches("connecting");
  const waiting = await scene.reaches("connecting");
  assert.deepEqual(waiting, { state: "connecting", attempt: 2, problem: "Nobody is at home.", retryInMs: 0 });
  scene.server.refusal = undefined;
  await scene.server.welcome();
  await started;
});

Deno.test("ChatClient counts attempts, and gives up where the backoff does", async () => {
  const attempts: number[] = [];
  await using scene = new Scene({
    backoff: (attempt) => {
      attempts.push(attempt);
      return attempt < 4 ? 0 : undefined;
    },
  });
  scene.server.refusal = "Nobody is at home.";
  const said = scene.client.say(GENERAL, "hello");
  await assert.rejects(scene.client.start(), { name: "ConnectionLost", message: "Nobody is at home." });
  await assert.rejects(said, ConnectionLost);
  assert.deepEqual(attempts, [1, 2, 3, 4]);
  assert.equal(scene.client.status.state, "closed");
});

Deno.test("ChatClient.retryNow ends the wait", async () => {
  await using scene = new Scene({ backoff: () => 3_600_000 });
  (await scene.online()).close();
  await scene.reaches("online");
  const { retryInMs } = await scene.reaches("connecting");
  assert.equal(retryInMs, 3_600_000);
  scene.client.retryNow();
  await scene.server.welcome();
  await scene.reaches("online");
});

Deno.test("ChatClient counts a request whose reply never comes as a broken connection", async () => {
  await using scene = new Scene({ replyTimeoutMs: 20 });
  const first = await scene.online();
  const said = scene.client.say(GENERAL, "hello");
  const request = await first.next();
  await first.ended;
  await scene.reaches("online");
  assert.equal((await scene.reaches("connecting")).problem, "The server did not answer in time.");
  const second = await scene.server.welcome();
  assert.deepEqual(await second.next(), request);
  second.stored(request, 1);
  await said;
});

Deno.test("ChatClient counts a login that is never answered as a broken connection", async () => {
  await using scene = new Scene({ replyTimeoutMs: 20 });
  const started = scene.client.start();
  await (await scene.server.accept()).ended;
  await scene.server.welcome();
  await started;
});

Deno.test("ChatClient asks a quiet server for a sign of life", async () => {
  await using scene = new Scene({ replyTimeoutMs: 20 });
  const first = await scene.online();
  await first.expectPing();
  assert.equal((await first.next()).message, "/ping");
  await first.ended;
  await scene.server.welcome();
});

Deno.test("ChatClient gives up an attempt to connect that takes too long", async () => {
  const signals: AbortSignal[] = [];
  const scene = new Scene({
    replyTimeoutMs: 5,
    connect: (signal) => {
      signals.push(signal);
      return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    },
  });
  scene.client.start();
  await scene.reaches("connecting");
  const { problem } = await scene.reaches("connecting");
  assert.equal(problem, "The server did not take the connection in time.");
  await scene.reaches("connecting");
  await scene.client.close();
  assert.ok(signals.length >= 2);
  assert.ok(signals.every((signal) => signal.aborted));
});

// ---- closing ----

Deno.test("ChatClient.close rejects what waits and ends the connection", async () => {
  const scene = new Scene();
  const connection = await scene.online();
  const said = scene.client.say(GENERAL, "hello");
  const list = scene.client.command("/list");
  await scene.client.close();
  await connection.ended;
  await assert.rejects(said, ConnectionLost);
  await assert.rejects(list, ConnectionLost);
  assert.deepEqual(scene.client.status, { state: "closed" });
  assert.deepEqual(scene.client.pending, []);
  await assert.rejects(scene.client.say(GENERAL, "too late"), ConnectionLost);
  await assert.rejects(scene.client.command("/list"), ConnectionLost);
  scene.client.signal("/typing #general");
  await scene.client.close();
});

Deno.test("ChatClient.close works before the start, during the login, and in the wait", async () => {
  const unstarted = new Scene();
  await unstarted.client.close();
  await assert.rejects(unstarted.client.start(), ConnectionLost);

  const connecting = new Scene();
  const started = connecting.client.start();
  const connection = await connecting.server.accept();
  await connecting.client.close();
  await assert.rejects(started, ConnectionLost);
  await connection.ended;

  const waiting = new Scene({ backoff: () => 3_600_000 });
  (await waiting.online()).close();
  await waiting.reaches("online");
  await waiting.reaches("connecting");
  await waiting.client.close();
  assert.deepEqual(waiting.client.status, { state: "closed" });
});

Deno.test("ChatClient.close works from within a handler, and nothing is told after it", async () => {
  const heard: string[] = [];
  const server = new ScriptedServer();
  const client: ChatClient = new ChatClient({ connect: server.connect, login: { name: "alice" } }, {
    message(message) {
      heard.push(message.message);
      void client.close();
    },
  });
  const started = client.start();
  const connection = await server.welcome();
  await started;
  connection.send(chat(1, "bob", "one"), chat(2, "bob", "two"));
  await connection.ended;
  await client.close();
  assert.deepEqual(heard, ["one"]);
});

Deno.test("ChatClient ends with the error that a handler throws", async () => {
  const server = new ScriptedServer();
  const ended = Promise.withResolvers<ClientStatus>();
  const client = new ChatClient({ connect: server.connect, login: { name: "alice" } }, {
    message() {
      throw new TypeError("A fault of the handler.");
    },
    status(status) {
      if (status.state === "closed") ended.resolve(status);
    },
  });
  const started = client.start();
  const connection = await server.welcome();
  await started;
  connection.send(chat(1, "bob", "one"));
  assert.deepEqual(await ended.promise, { state: "closed", error: new TypeError("A fault of the handler.") });
  await connection.ended;
});

Deno.test("ChatClient lets nobody's process end over a promise that nobody waits for", async () => {
  const scene = new Scene();
  const connection = await scene.online();
  scene.client.say("#secret", "refused");
  connection.refuse(await connection.next(), "not_a_member");
  scene.client.say(GENERAL, "unanswered");
  scene.client.command("/list");
  await scene.client.close();
  scene.client.say(GENERAL, "too late");
});

Deno.test("ChatClient.check leaves a connection that answers, and gives up one that does not", async () => {
  await using scene = new Scene();
  const connection = await scene.online();
  scene.client.check(60_000);
  await connection.expectPing();
  const answered = scene.client.command("/ping");
  await connection.expectPing();
  await answered;
  assert.equal(scene.client.status.state, "online");
  scene.client.check(1);
  await connection.ended;
  await scene.server.welcome();
  await scene.reaches("connecting");
});
