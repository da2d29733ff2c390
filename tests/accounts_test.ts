/** Names, passwords, tokens and guests, as sections 4 and 7 of docs/protocol.md promise them. */

import assert from "node:assert/strict";
import { Accounts } from "../server/accounts.ts";
import { FakeClock } from "./fake_clock.ts";
import { call, logIn, quit, tryLogin } from "./scenario.ts";
import { assertError, TestServer } from "./test_server.ts";

const DAY_MS = 24 * 3600 * 1000;

Deno.test("/login NAME makes the account where there is none", async () => {
  await using server = await TestServer.start();
  assert.equal(await tryLogin(server, "/login alice"), "welcome");
  assert.equal((await server.store.findUser("alice"))?.isPlaceholder, false);
});

Deno.test("/login with a password or a token never makes an account", async () => {
  await using server = await TestServer.start();
  assert.equal(await tryLogin(server, "/login alice secret"), "bad_credentials");
  assert.equal(await tryLogin(server, "/login alice", { password: "secret" }), "bad_credentials");
  assert.equal(await tryLogin(server, "/login alice", { token: "secret" }), "bad_credentials");
  assert.equal(await server.store.findUser("alice"), null);
});

Deno.test("a token logs in with or without the name, whatever the name's case", async () => {
  await using server = await TestServer.start();
  const { welcome } = await logIn(server, "Alice");
  const { token } = welcome.metadata;
  for (const line of ["/login", "/login Alice", "/login ALICE"]) {
    const again = await server.tcp();
    const reply = await again.command(line, { metadata: { token } });
    assert.deepEqual([reply.metadata.code, reply.metadata.user, reply.metadata.token], [
      "welcome",
      "Alice",
      token,
    ]);
  }
});

Deno.test("a token of another's account is bad_credentials", async () => {
  await using server = await TestServer.start();
  const { welcome } = await logIn(server, "alice");
  await server.json("bob");
  assert.equal(await tryLogin(server, "/login bob", { token: welcome.metadata.token }), "bad_credentials");
});

Deno.test("/login alone logs in as a fresh guest", async () => {
  await using server = await TestServer.start();
  const { welcome } = await logIn(server, "");
  assert.match(String(welcome.metadata.user), /^guest-.{6}$/);
  assert.deepEqual([welcome.metadata.guest, welcome.metadata.protected], [true, false]);
  assert.notEqual((await logIn(server, "")).welcome.metadata.user, welcome.metadata.user);
});

Deno.test("a guest's token logs in again as that guest, its name alone does not", async () => {
  await using server = await TestServer.start();
  const { client, welcome } = await logIn(server, "");
  await quit(client);
  assert.equal(await tryLogin(server, `/login ${welcome.metadata.user}`), "name_in_use");
  const again = await logIn(server, "", { token: welcome.metadata.token });
  assert.equal(again.welcome.metadata.user, welcome.metadata.user);
});

Deno.test("a guest's account goes a day after it was last online, not before", async () => {
  const clock = new FakeClock(Date.now());
  await using server = await TestServer.start({ clock });
  const { client, welcome } = await logIn(server, "");
  await quit(client);
  const keeper = await server.websocket("keeper");
  const advance = async (ms: number) => {
    clock.advance(ms);
    // What became due writes to the store; that is over when later writes are.
    for (let i = 0; i < 5; i++) await keeper.say("#general", "still here");
  };
  await advance(DAY_MS - 3_600_000);
  const back = await logIn(server, "", { token: welcome.metadata.token });
  assert.equal(back.welcome.metadata.user, welcome.metadata.user);
  await quit(back.client);
  await advance(DAY_MS + 3_700_000);
  assert.equal(await tryLogin(server, "/login", { token: welcome.metadata.token }), "bad_credentials");
});

Deno.test("a guest that stays online for days keeps its account", async () => {
  const clock = new FakeClock(Date.now());
  await using server = await TestServer.start({ clock });
  const { token } = (await call(server, "/api/login", { body: {} })).json;
  const socket = await server.websocket("", { token });
  for (let day = 0; day < 3; day++) {
    clock.advance(DAY_MS);
    await socket.settled();
  }
  assert.equal((await socket.say("#general", "still here")).metadata.code, "stored");
  assert.equal(await tryLogin(server, "/login", { token }), "welcome");
});

Deno.test("/register makes an account with a password and logs in", async () => {
  await using server = await TestServer.start();
  const client = await server.tcp();
  const { metadata } = await client.command("/register alice secret");
  assert.deepEqual([metadata.code, metadata.user, metadata.protected], ["welcome", "alice", true]);
  assert.equal(await tryLogin(server, "/login alice secret"), "welcome");
});

Deno.test("/register without a password makes an account that has none", async () => {
  await using server = await TestServer.start();
  const client = await server.tcp();
  assert.equal((await client.command("/register alice")).metadata.protected, false);
});

for (
  const name of [
    "alice",
    "ALICE",
    "server",
    "system",
    "admin",
    "operator",
    "thermometer1",
    "openai",
    "AIBot",
    "guest-abc",
  ]
) {
  Deno.test(`/register ${name} is name_in_use where it is taken or reserved`, async () => {
    await using server = await TestServer.start();
    await quit(await server.json("alice"));
    assert.equal(await tryLogin(server, `/register ${name}`), "name_in_use");
  });
}

for (
  const name of ["server", "System", "admin", "operator", "thermometer1", "openai", "aibot", "guest-123456"]
) {
  Deno.test(`nobody logs in as ${name}`, async () => {
    await using server = await TestServer.start();
    assert.notEqual(await tryLogin(server, `/login ${name}`), "welcome");
  });
}

Deno.test("names of 32 characters of the allowed ones are taken; others are bad_name", async () => {
  await using server = await TestServer.start();
  for (const name of ["a", "7", "A_b.c-9", "x".repeat(32)]) {
    assert.equal(await tryLogin(server, `/login ${name}`), "welcome", name);
  }
  for (const name of ["_a", ".a", "-a", "a.", "a/b", "é", "x".repeat(33), "#a", '"a"']) {
    assert.equal(await tryLogin(server, `/login ${name}`), "bad_name", name);
  }
});

Deno.test("a name is compared without regard to case, and shown as it was made", async () => {
  await using server = await TestServer.start();
  await quit(await server.json("Alice"));
  const { welcome } = await logIn(server, "aLICE");
  assert.equal(welcome.metadata.user, "Alice");
});

Deno.test("wrong passwords, missing ones, and names that are not there get the same words", async () => {
  await using server = await TestServer.start();
  const owner = await server.tcp();
  await owner.command("/register alice secret");
  await server.json("bob");
  const words = new Set<string>();
  const requests: [string, Record<string, unknown>][] = [
    ["/login alice wrong", {}],
    ["/login alice", {}],
    ["/login nobody secret", {}],
    ["/login bob secret", {}],
    ["/login alice", { token: "nonsense" }],
  ];
  for (const [line, metadata] of requests) {
    const reply = await (await server.tcp()).command(line, { metadata });
    assertError(reply, "bad_credentials");
    words.add(reply.message);
  }
  assert.equal(words.size, 1);
});

Deno.test("the fifth bad_credentials closes the connection, the fourth does not", async () => {
  await using server = await TestServer.start();
  const client = await server.tcp();
  for (let i = 0; i < 4; i++) {
    assertError(await client.command("/login alice", { metadata: { token: "nonsense" } }), "bad_credentials");
  }
  client.login("alice", { token: "nonsense" });
  assertError(JSON.parse((await client.rest())[0]!), "bad_credentials");
});

Deno.test("a second login on a connection is already_logged_in, and changes nothing", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  assertError(await alice.command("/login bob"), "already_logged_in");
  assertError(await alice.command("/register bob"), "already_logged_in");
  assert.equal(await server.store.findUser("bob"), null);
});

Deno.test("/login with arguments of the wrong kind is bad_arguments", async () => {
  await using server = await TestServer.start();
  for (const metadata of [{ password: 5 }, { token: {} }, { since: "0" }, { since: -1 }, { since: 1.5 }]) {
    assert.equal(await tryLogin(server, "/login alice", metadata), "bad_arguments", JSON.stringify(metadata));
  }
  assert.equal(await tryLogin(server, "/login alice two words"), "bad_arguments");
  assert.equal(await server.store.findUser("alice"), null);
});

// ---- too many new accounts ----

Deno.test("one address makes 50 accounts at once and then one every 2 s; who has one logs in all the same", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock });
  const accounts = new Accounts(server.store, clock, { isRateLimited: true });
  const from = (address: string) => ({ address, isHeld: () => false });
  const there = from("192.0.2.1");
  const { token } = await accounts.login({ name: "alice" }, there);
  for (let i = 1; i < 50; i++) await accounts.login(i % 2 ? { name: `user${i}` } : {}, there);
  const refused = { code: "rate_limited", details: { retry_after_ms: 2000 } };
  await assert.rejects(accounts.login({}, there), refused);
  await assert.rejects(accounts.login({ name: "bob" }, there), refused);
  await assert.rejects(accounts.register("bob", undefined, there.address), refused);
  await assert.rejects(accounts.register("bob", "secret", there.address), refused);
  assert.equal(await server.store.findUser("bob"), null);
  await accounts.login({ name: "alice" }, there);
  await accounts.login({ token }, there);
  clock.advance(2000);
  await accounts.login({ name: "bob" }, there);
  await assert.rejects(accounts.login({ name: "carol" }, there), refused);
  await accounts.login({ name: "carol" }, from("192.0.2.2"));
});

Deno.test("new accounts from this machine are not counted, nor any without a rate limit", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock });
  for (
    const [isRateLimited, address] of [[true, "127.0.0.1"], [true, "::1"], [false, "192.0.2.1"]] as const
  ) {
    const accounts = new Accounts(server.store, clock, { isRateLimited });
    for (let i = 0; i < 60; i++) await accounts.login({}, { address, isHeld: () => false });
  }
});
