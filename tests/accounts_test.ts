/** Names, passwords, tokens and guests, as sections 4 and 7 of docs/protocol.md promise them. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { scryptSync } from "node:crypto";
import { Accounts } from "../server/accounts.ts";
import { FakeClock } from "./fake_clock.ts";
import type { LineClient } from "./line_client.ts";
import { call, is, logIn, quit, says, tokenOf } from "./scenario.ts";
import { assertError, TestServer } from "./test_server.ts";

const DAY_MS = 24 * 3600 * 1000;

async function tokenFor(server: TestServer, name: string): Promise<string> {
  return await server.chat.accounts.tokenFor((await server.store.findUser(name))!);
}

/** What came of a login: `welcome`, or the error. */
async function tryLogin(
  server: TestServer,
  line: string,
  metadata: Record<string, unknown> = {},
): Promise<string> {
  const client = await server.tcp();
  const reply = await client.command(line, { metadata });
  return String(reply.metadata.error ?? reply.metadata.code);
}

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

Deno.test("a name without a password that is online elsewhere is name_in_use, without a token", async () => {
  await using server = await TestServer.start();
  await server.json("alice");
  assert.equal(await tryLogin(server, "/login Alice"), "name_in_use");
});

Deno.test("the connection whose name was in use stays open for another", async () => {
  await using server = await TestServer.start();
  await server.json("alice");
  const client = await server.tcp();
  assertError(await client.command("/login alice"), "name_in_use");
  assert.equal((await client.command("/login bob")).metadata.code, "welcome");
});

Deno.test("of several who come at once under one name without a password one is let in", async () => {
  await using server = await TestServer.start();
  await quit(await server.json("alice"));
  for (const name of ["alice", "fresh"]) {
    const clients = await Promise.all(Array.from({ length: 5 }, () => server.tcp()));
    const replies = await Promise.all(clients.map((client) => client.command(`/login ${name}`)));
    const outcomes = replies.map(({ metadata }) => metadata.error ?? metadata.code).sort();
    assert.deepEqual(outcomes, [...Array(4).fill("name_in_use"), "welcome"]);
  }
});

Deno.test("a name with a password may be online as often as one likes", async () => {
  await using server = await TestServer.start();
  const client = await server.tcp();
  await client.command("/register alice secret");
  assert.equal(await tryLogin(server, "/login alice secret"), "welcome");
  assert.equal(await tryLogin(server, "/login alice", { password: "secret" }), "welcome");
});

Deno.test("a name is free again when its holder has gone", async () => {
  await using server = await TestServer.start();
  await quit(await server.json("alice"));
  assert.equal(await tryLogin(server, "/login alice"), "welcome");
});

Deno.test("a holder that answers no ping for 10 s no longer counts, and is ended", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock });
  const holder = await server.json("alice");
  assert.equal(await tryLogin(server, "/login alice"), "name_in_use");
  await holder.envelope(is("ping"));
  clock.advance(9_000);
  assert.equal(await tryLogin(server, "/login alice"), "name_in_use");
  clock.advance(2_000);
  assert.equal(await tryLogin(server, "/login alice"), "welcome");
  await holder.rest();
});

Deno.test("a holder over WebSocket is asked for a sign of life too, and keeps its name where it gives one", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock });
  const holder = await server.websocket("alice");
  assert.equal(await tryLogin(server, "/login alice"), "name_in_use");
  await holder.envelope(is("ping"));
  await holder.settled();
  clock.advance(11_000);
  assert.equal(await tryLogin(server, "/login alice"), "name_in_use");
  await holder.envelope(is("ping"));
  clock.advance(11_000);
  assert.equal(await tryLogin(server, "/login alice"), "welcome");
  assertError(JSON.parse((await holder.rest()).at(-1)!), "idle_timeout");
});

Deno.test("a stream over HTTP cannot answer, so it is not asked and holds the name", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock });
  const token = await tokenOf(server, "alice");
  const response = await fetch(`${server.url}/api/stream`, { headers: { authorization: `Bearer ${token}` } });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let came = "";
  while (!came.includes("caught_up")) came += (await reader.read()).value;
  for (let attempt = 0; attempt < 2; attempt++) {
    assert.equal(await tryLogin(server, "/login alice"), "name_in_use");
    clock.advance(11_000);
  }
  await reader.cancel();
  assert.doesNotMatch(came, /"ping"/);
});

Deno.test("a holder that the server is still busy with is not taken for dead", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock });
  const holder = await server.json("alice");
  const [isAsked, isAllowed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const { store } = server;
  const listRooms = store.listRooms.bind(store);
  store.listRooms = (limit) => {
    isAsked.resolve();
    return isAllowed.promise.then(() => listRooms(limit));
  };
  const rooms = holder.command("/list");
  await isAsked.promise;
  for (let attempt = 0; attempt < 2; attempt++) {
    assert.equal(await tryLogin(server, "/login alice"), "name_in_use");
    clock.advance(11_000);
  }
  isAllowed.resolve();
  assert.equal((await rooms).metadata.code, "rooms");
});

Deno.test("a holder that answers the ping keeps its name", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock });
  const holder = await server.json("alice");
  assert.equal(await tryLogin(server, "/login alice"), "name_in_use");
  await holder.envelope(is("ping"));
  await holder.settled();
  clock.advance(11_000);
  assert.equal(await tryLogin(server, "/login alice"), "name_in_use");
});

Deno.test("a text connection that was silent for 2 minutes gives way to the same address, not before", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock });
  const holder = await server.text("alice");
  clock.advance(115_000);
  assert.equal(await tryLogin(server, "/login alice"), "name_in_use");
  clock.advance(10_000);
  assert.equal(await tryLogin(server, "/login alice"), "welcome");
  await holder.rest();
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

// ---- passwords ----

async function withPassword(server: TestServer): Promise<LineClient> {
  const client = await server.tcp();
  await client.command("/register alice secret");
  await client.envelope(is("caught_up"));
  return client;
}

Deno.test("/password protects the account from then on", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  assert.equal((await alice.command("/password secret")).metadata.code, "password_set");
  await quit(alice);
  assert.equal(await tryLogin(server, "/login alice"), "bad_credentials");
  assert.equal(await tryLogin(server, "/login alice secret"), "welcome");
});

Deno.test("/password needs the old one where one is set", async () => {
  await using server = await TestServer.start();
  const alice = await withPassword(server);
  assertError(await alice.command("/password next"), "bad_credentials");
  assertError(await alice.command("/password next wrong"), "bad_credentials");
  assert.equal(await tryLogin(server, "/login alice secret"), "welcome");
  assert.equal((await alice.command("/password next secret")).metadata.code, "password_set");
  assert.equal(await tryLogin(server, "/login alice next"), "welcome");
  assert.equal(await tryLogin(server, "/login alice secret"), "bad_credentials");
});

Deno.test("/password ends all other tokens and connections of the account, and keeps its own", async () => {
  await using server = await TestServer.start();
  const { client: alice, welcome } = await logIn(server, "alice");
  const { token } = welcome.metadata;
  const httpToken = await server.chat.accounts.tokenFor((await server.store.findUser("alice"))!);
  const other = await server.json("", { token: httpToken });
  assert.equal((await alice.command("/password secret")).metadata.code, "password_set");
  await other.rest();
  assert.equal(await tryLogin(server, "/login", { token: httpToken }), "bad_credentials");
  assert.equal((await call(server, "/api/rooms", { token: httpToken })).status, 401);
  assert.equal(await tryLogin(server, "/login", { token }), "welcome");
  assert.equal((await alice.say("#general", "still here")).metadata.code, "stored");
});

Deno.test("/password without a word is bad_arguments, before a login not_logged_in", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  assertError(await alice.command("/password"), "bad_arguments");
  assertError(await (await server.tcp()).command("/password x"), "not_logged_in");
});

Deno.test("no password is delivered, found or shown in a history", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  await alice.command("/password hunter2");
  assert.equal(JSON.stringify(await bob.settled()).includes("hunter2"), false);
  assert.deepEqual((await bob.command("/find hunter2")).metadata.messages, []);
});

// ---- renaming ----

Deno.test("/nick renames, and history shows the new name", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  await bob.say("#general", "hello");
  const { metadata } = await bob.command("/nick bobby");
  assert.deepEqual([metadata.code, metadata.old, metadata.new], ["nick", "bob", "bobby"]);
  const { messages } = (await alice.command("/history #general")).metadata as {
    messages: { sender: string }[];
  };
  assert.equal(messages.at(-1)!.sender, "bobby");
});

Deno.test("what is said after a /nick comes from the new name", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  await bob.command("/nick bobby");
  await bob.say("alice", "it is me");
  assert.equal((await alice.envelope(says("it is me"))).sender, "bobby");
});

Deno.test("after a /nick the old name leads to the account: direct messages, from=, logging in", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  await bob.say("#general", "findable words");
  await bob.command("/nick bobby");
  const stored = await alice.say("bob", "to the old name");
  assert.equal(stored.metadata.offline, undefined);
  assert.equal((await bob.envelope(says("to the old name"))).destination, "bobby");
  const found = (await alice.command("/find findable from=bob")).metadata.messages as { sender: string }[];
  assert.deepEqual(found.map(({ sender }) => sender), ["bobby"]);
  await quit(bob);
  assert.equal((await logIn(server, "bob")).welcome.metadata.user, "bobby");
});

Deno.test("nobody else can take the old name", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  await bob.command("/nick bobby");
  assertError(await alice.command("/nick bob"), "name_in_use");
  assert.equal(await tryLogin(server, "/register bob"), "name_in_use");
  assert.equal(await tryLogin(server, "/login bob"), "name_in_use");
});

Deno.test("one may go back to the old name, and change the case of the present one", async () => {
  await using server = await TestServer.start();
  const bob = await server.json("bob");
  await bob.command("/nick bobby");
  assert.equal((await bob.command("/nick bob")).metadata.new, "bob");
  assert.equal((await bob.command("/nick BOB")).metadata.new, "BOB");
});

for (const name of ["alice", "ALICE", "server", "guest-1", "openai", "joe"]) {
  Deno.test(`/nick ${name} is name_in_use where it is taken, reserved, or messages wait for it`, async () => {
    await using server = await TestServer.start();
    const [alice, bob] = [await server.json("alice"), await server.json("bob")];
    await alice.say("Joe", "for Joe alone");
    assertError(await bob.command(`/nick ${name}`), "name_in_use");
    assert.equal((await bob.command("/users")).metadata.count, 2);
  });
}

Deno.test("/nick to a bad name is bad_name, to none bad_arguments", async () => {
  await using server = await TestServer.start();
  const bob = await server.json("bob");
  assertError(await bob.command("/nick a!b"), "bad_name");
  assertError(await bob.command("/nick"), "bad_arguments");
});

Deno.test("others in the room and the user's other connections hear of a /nick", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  const other = await server.json("", {
    token: await server.chat.accounts.tokenFor((await server.store.findUser("bob"))!),
  });
  await bob.command("/nick bobby");
  for (const client of [alice, other]) {
    const { metadata } = await client.envelope(is("nick"));
    assert.deepEqual([metadata.old, metadata.new], ["bob", "bobby"]);
  }
});

Deno.test("an account, its password and its tokens outlive a restart of the server", async () => {
  const folder = await Deno.makeTempDir();
  let server = await TestServer.start({ folder });
  const { welcome } = await logIn(server, "alice");
  const { token, epoch } = welcome.metadata;
  server = await server.restart();
  assert.equal((await logIn(server, "", { token })).welcome.metadata.epoch, epoch);
  assert.ok(await tokenOf(server, "bob"));
  await server.stop();
  await Deno.remove(folder, { recursive: true });
});

// ---- logging out ----

Deno.test("/logout ends the token of this login, says so and closes; other logins of the user go on", async () => {
  await using server = await TestServer.start();
  const { client, welcome } = await logIn(server, "alice");
  const other = await tokenFor(server, "alice");
  const { code } = (await client.command("/logout")).metadata;
  assert.equal(code, "logged_out");
  assert.deepEqual(await client.rest(), []);
  assert.equal(await tryLogin(server, "/login", { token: welcome.metadata.token }), "bad_credentials");
  assert.equal(await tryLogin(server, "/login", { token: other }), "welcome");
});

Deno.test("/logout ends the connections that came with the same token, and no others of the user", async () => {
  await using server = await TestServer.start();
  const { client, welcome: { metadata: { token } } } = await logIn(server, "alice");
  const same = await server.websocket("", { token });
  const other = await server.json("", { token: await tokenFor(server, "alice") });
  await client.command("/logout");
  assertError(JSON.parse((await same.rest()).at(-1)!), "bad_credentials");
  assert.equal((await other.command("/ping")).metadata.code, "pong");
});

Deno.test("/logout counts also where the client closes right after it", async () => {
  await using server = await TestServer.start();
  const observer = await server.json("bob");
  const client = await server.websocket("alice");
  const { token } = JSON.parse(client.transcript.find((line) => line.includes('"welcome"'))!).metadata;
  client.sendJson({ type: "command", message: "/logout" });
  await client.close();
  for (let trips = 0; trips < 200 && server.chat.router.live.userNamed("alice"); trips++) {
    await observer.settled();
  }
  assert.equal(await tryLogin(server, "/login", { token }), "bad_credentials");
});

Deno.test("POST /api/logout ends the token that it came with, and its connections", async () => {
  await using server = await TestServer.start();
  const token = await tokenOf(server, "alice");
  const client = await server.json("", { token });
  const { status, json } = await call(server, "/api/logout", { token, method: "POST" });
  assert.deepEqual([status, json], [200, { user: "alice" }]);
  assertError(JSON.parse((await client.rest()).at(-1)!), "bad_credentials");
  assert.equal((await call(server, "/api/rooms", { token })).status, 401);
  assert.equal((await call(server, "/api/logout", { token, method: "POST" })).status, 401);
});

Deno.test("POST /api/logout with name and password has no token to end: 400", async () => {
  await using server = await TestServer.start();
  const client = await server.tcp();
  await client.command("/register alice secret");
  const authorization = `Basic ${btoa("alice:secret")}`;
  const { status, json } = await call(server, "/api/logout", { headers: { authorization }, method: "POST" });
  assert.deepEqual([status, json.error], [400, "bad_arguments"]);
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

/** Lets the next call of a store's method end, or begin, only when told. */
function hold<A extends unknown[], T>(
  store: { [K in string]: (...args: A) => Promise<T> },
  method: string,
  when: "before" | "after",
): { isThere: Promise<void>; goOn: () => void } {
  const [there, allowed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const original = store[method]!.bind(store);
  store[method] = async (...args) => {
    store[method] = original;
    const early = when === "after" ? await original(...args) : null;
    there.resolve();
    await allowed.promise;
    return early ?? await original(...args);
  };
  return { isThere: there.promise, goOn: allowed.resolve };
}

// deno-lint-ignore no-explicit-any -- any method of it
const storeOf = (server: TestServer) => server.store as any;

Deno.test("a login with a password that is changed meanwhile is bad_credentials", async () => {
  await using server = await TestServer.start();
  const [owner, thief] = [await server.tcp(), await server.tcp()];
  await owner.command("/register alice old");
  const { isThere, goOn } = hold(storeOf(server), "addToken", "before");
  const reply = thief.command("/login alice old");
  await isThere;
  assert.equal((await owner.command("/password new old")).metadata.code, "password_set");
  goOn();
  assertError(await reply, "bad_credentials");
});

Deno.test("a login by name alone that a password overtakes is bad_credentials", async () => {
  await using server = await TestServer.start();
  const token = await tokenOf(server, "alice");
  const [owner, other] = [await server.json("", { token }), await server.tcp()];
  await quit(owner);
  const { isThere, goOn } = hold(storeOf(server), "addToken", "before");
  const reply = other.command("/login alice");
  await isThere;
  const again = await server.json("", { token });
  await again.command("/password secret");
  goOn();
  assertError(await reply, "bad_credentials");
});

for (const [what, method] of [["token", "findToken"], ["password", "addToken"]] as const) {
  Deno.test(`who came in with a ${what} a moment before the password was changed is ended`, async () => {
    await using server = await TestServer.start();
    const [owner, thief] = [await server.tcp(), await server.tcp()];
    await owner.command("/register alice old");
    const token = await tokenFor(server, "alice");
    const { isThere, goOn } = hold(storeOf(server), method, "after");
    thief.login("alice", what === "token" ? { token } : { password: "old" });
    await isThere;
    assert.equal((await owner.command("/password new old")).metadata.code, "password_set");
    goOn();
    const lines = (await thief.rest()).map((line) => JSON.parse(line));
    assert.deepEqual(lines.map(({ metadata }) => metadata.error), ["bad_credentials"]);
  });
}

Deno.test("who came in with a token a moment before /logout ended it is ended", async () => {
  await using server = await TestServer.start();
  const token = await tokenOf(server, "alice");
  const [owner, other] = [await server.json("", { token }), await server.tcp()];
  const { isThere, goOn } = hold(storeOf(server), "findToken", "after");
  other.login("", { token });
  await isThere;
  await owner.command("/logout");
  goOn();
  assertError(JSON.parse((await other.rest())[0]!), "bad_credentials");
});

Deno.test("of two who change a password with the same old one, the second is bad_credentials", async () => {
  await using server = await TestServer.start();
  const [first, second] = [await server.tcp(), await server.tcp()];
  await first.command("/register alice old");
  await second.command("/login alice old");
  const { isThere, goOn } = hold(storeOf(server), "setPassword", "before");
  second.sendJson({ type: "command", id: "late", message: "/password evil old" });
  await isThere;
  assert.equal((await first.command("/password new old")).metadata.code, "password_set");
  goOn();
  await second.rest();
  assert.equal(await tryLogin(server, "/login alice evil"), "bad_credentials");
  assert.equal(await tryLogin(server, "/login alice new"), "welcome");
});

/** `scrypt` with parameters that cost nothing; of the password "secret". */
async function cheapPassword(server: TestServer, name: string): Promise<void> {
  const salt = Buffer.from("0123456789abcdef");
  const hash = scryptSync("secret", salt, 32, { N: 2, r: 1, p: 1 }).toString("base64");
  const { id } = (await server.store.findUser(name))!;
  await server.store.setPassword(id, `scrypt$2$1$1$${salt.toString("base64")}$${hash}`, null);
}

Deno.test("after ten wrong passwords for an account an address tries one every 10 s, on any connection and over HTTP", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock, isRateLimited: true });
  for (const name of ["alice", "bob"]) {
    await tokenOf(server, name);
    await cheapPassword(server, name);
  }
  for (let i = 0; i < 10; i++) assert.equal(await tryLogin(server, "/login alice wrong"), "bad_credentials");
  const refused = await (await server.tcp()).command("/login alice secret");
  assertError(refused, "rate_limited");
  assert.equal(refused.metadata.retry_after_ms, 10_000);
  const overHttp = await call(server, "/api/login", { body: { name: "alice", password: "secret" } });
  assert.deepEqual([overHttp.status, overHttp.json.error], [429, "rate_limited"]);
  const basic = await call(server, "/api/rooms", {
    headers: { authorization: `Basic ${btoa("alice:secret")}` },
  });
  assert.deepEqual([basic.status, basic.headers.get("retry-after")], [429, "10"]);
  assert.equal(await tryLogin(server, "/login bob secret"), "welcome");
  const owner = { name: "alice", password: "secret" };
  const elsewhere = { address: "192.0.2.1", isHeld: () => false };
  assert.equal((await server.chat.accounts.login(owner, elsewhere)).user.name, "alice");
  clock.advance(10_000);
  assert.equal(await tryLogin(server, "/login alice secret"), "welcome");
  assert.equal(await tryLogin(server, "/login alice wrong"), "bad_credentials", "the right one clears it");
});

Deno.test("/nick ten times at once, then once in 20 s", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock, isRateLimited: true });
  const alice = await server.json("a0");
  for (let i = 1; i <= 10; i++) {
    assert.equal((await alice.command(`/nick a${i}`)).metadata.code, "nick");
    clock.advance(1);
  }
  const refused = await alice.command("/nick a11");
  assertError(refused, "rate_limited");
  assert.ok(Number(refused.metadata.retry_after_ms) > 19_000);
  clock.advance(20_000);
  assert.equal((await alice.command("/nick a11")).metadata.code, "nick");
  assert.equal(await tryLogin(server, "/login a0"), "welcome", "the oldest name is free again");
});
