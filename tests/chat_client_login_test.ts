/** The chat client logs in, and logs in again. */

import assert from "node:assert/strict";
import { ConnectionLost } from "../client/chat_client.ts";
import { chat, failure, notification } from "./scripted_server.ts";
import { code, GENERAL, Scene } from "./client_scene.ts";

Deno.test("ChatClient logs in by name, and start resolves with the welcome after what was missed", async () => {
  await using scene = new Scene();
  const started = scene.client.start();
  const connection = await scene.server.accept();
  const login = await connection.next();
  assert.equal(login.type, "command");
  assert.equal(login.message, "/login alice");
  assert.deepEqual(login.metadata, {});
  connection.welcome(login, {
    user: "Alice",
    seq: 7,
    missed: [chat(7, "bob", "hi", { metadata: { stored: true } })],
  });
  const welcome = await started;
  assert.equal(welcome.metadata.user, "Alice");
  assert.equal((await scene.messages.take()).message, "hi");
  assert.equal(scene.client.user, "Alice");
  assert.equal(scene.client.token, "token-of-Alice");
  assert.deepEqual(scene.client.cursor, { since: 7, epoch: "log-1" });
  assert.deepEqual(scene.client.status, { state: "online", welcome });
});

Deno.test("ChatClient keeps the token of a guest and comes back with it", async () => {
  await using scene = new Scene({ login: {} });
  const started = scene.client.start();
  const first = await scene.server.accept();
  const login = await first.next();
  assert.equal(login.message, "/login");
  first.welcome(login, { user: "guest-abc123", token: "secret" });
  await started;
  first.close();
  const again = await (await scene.server.accept()).next();
  assert.equal(again.message, "/login guest-abc123");
  assert.equal(again.metadata.token, "secret");
});

Deno.test("ChatClient sends a password once and the token from then on", async () => {
  await using scene = new Scene({ login: { name: "alice", password: "open sesame" } });
  const started = scene.client.start();
  const first = await scene.server.accept();
  const login = await first.next();
  assert.deepEqual(login.metadata, { password: "open sesame" });
  first.welcome(login);
  await started;
  first.close();
  const again = await (await scene.server.accept()).next();
  assert.deepEqual(again.metadata, { token: "token-of-alice", since: 0 });
});

Deno.test("ChatClient falls back to the password where the token is refused", async () => {
  await using scene = new Scene({ login: { name: "alice", token: "old", password: "pw" } });
  const started = scene.client.start();
  const connection = await scene.server.accept();
  const first = await connection.next();
  assert.deepEqual(first.metadata, { token: "old" });
  connection.refuse(first, "bad_credentials");
  const second = await connection.next();
  assert.deepEqual(second.metadata, { password: "pw" });
  connection.welcome(second);
  await started;
});

Deno.test("ChatClient with a token alone never makes an account of it", async () => {
  await using scene = new Scene({ login: { name: "alice", token: "old" } });
  const started = scene.client.start();
  const connection = await scene.server.accept();
  connection.refuse(await connection.next(), "bad_credentials");
  await assert.rejects(started, code("bad_credentials"));
});

Deno.test("ChatClient registers, and logs in where the answer to its registration was lost", async () => {
  await using scene = new Scene({ login: { name: "alice", password: "pw", register: true } });
  const started = scene.client.start();
  const first = await scene.server.accept();
  const registration = await first.next();
  assert.equal(registration.message, "/register alice");
  assert.deepEqual(registration.metadata, { password: "pw" });
  first.close();
  const second = await scene.server.accept();
  const again = await second.next();
  assert.equal(again.message, "/register alice");
  second.refuse(again, "name_in_use");
  const login = await second.next();
  assert.equal(login.message, "/login alice");
  assert.deepEqual(login.metadata, { password: "pw" });
  second.welcome(login);
  await started;
});

Deno.test("ChatClient says so where the name that it registers is taken", async () => {
  await using scene = new Scene({ login: { name: "alice", register: true } });
  const started = scene.client.start();
  const connection = await scene.server.accept();
  connection.refuse(await connection.next(), "name_in_use");
  await assert.rejects(started, code("name_in_use"));
  await connection.ended;
});

for (const error of ["bad_credentials", "bad_name", "name_in_use", "too_many_connections"]) {
  Deno.test(`ChatClient ends where the first login is refused with ${error}`, async () => {
    await using scene = new Scene();
    const started = scene.client.start();
    const connection = await scene.server.accept();
    connection.refuse(await connection.next(), error);
    await assert.rejects(started, code(error));
    const status = await scene.reaches("closed");
    assert.equal((status.error as { code?: string }).code, error);
    await connection.ended;
    await assert.rejects(scene.client.say(GENERAL, "too late"), ConnectionLost);
  });
}

Deno.test("ChatClient ends where the server takes no more connections, which it says before any login", async () => {
  await using scene = new Scene();
  const started = scene.client.start();
  (await scene.server.accept()).send(failure("too_many_connections"));
  await assert.rejects(started, code("too_many_connections"));
});

for (const error of ["rate_limited", "store_unavailable", "internal", "login_timeout"]) {
  Deno.test(`ChatClient tries again where a login is refused with ${error}`, async () => {
    await using scene = new Scene();
    const started = scene.client.start();
    const connection = await scene.server.accept();
    connection.refuse(await connection.next(), error, { retry_after_ms: 1 });
    await scene.server.welcome();
    await started;
  });
}

for (const error of ["name_in_use", "too_many_connections"]) {
  Deno.test(`ChatClient tries again where a later login is refused with ${error}`, async () => {
    await using scene = new Scene();
    (await scene.online()).close();
    const second = await scene.server.accept();
    second.refuse(await second.next(), error);
    await second.ended;
    await scene.server.welcome();
    await scene.reaches("online");
    await scene.reaches("online");
  });
}

Deno.test("ChatClient ends where a later login is refused as wrong", async () => {
  await using scene = new Scene({ login: { name: "alice", token: "t" } });
  (await scene.online({ token: "t" })).close();
  const waiting = scene.client.say(GENERAL, "hello");
  const second = await scene.server.accept();
  second.refuse(await second.next(), "bad_credentials");
  const { error } = await scene.reaches("closed");
  assert.equal((error as { code?: string }).code, "bad_credentials");
  await assert.rejects(waiting, ConnectionLost);
});

Deno.test("ChatClient comes back to an open account that lost its token by name alone", async () => {
  await using scene = new Scene();
  (await scene.online()).close();
  const second = await scene.server.accept();
  second.refuse(await second.next(), "bad_credentials");
  const login = await second.next();
  assert.equal(login.message, "/login alice");
  assert.deepEqual(login.metadata, { since: 0 });
  second.welcome(login);
  await scene.reaches("online");
  await scene.reaches("online");
});

Deno.test("ChatClient becomes a fresh guest where the one that it was is gone", async () => {
  await using scene = new Scene({ login: {} });
  (await scene.online({ user: "guest-abc123" })).close();
  const second = await scene.server.accept();
  second.refuse(await second.next(), "bad_credentials");
  const login = await second.next();
  assert.equal(login.message, "/login");
  second.welcome(login, { user: "guest-xyz789" });
  await scene.reaches("online");
  await scene.reaches("online");
  assert.equal(scene.client.user, "guest-xyz789");
});

Deno.test("ChatClient does not take a welcome without a user or a log for one", async () => {
  await using scene = new Scene();
  scene.client.start();
  const connection = await scene.server.accept();
  connection.send(notification("welcome", { user: 7 }));
  await connection.ended;
  await scene.server.welcome();
  await scene.reaches("online");
});
