/** Passwords: setting and changing one, and logins that happen meanwhile. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { scryptSync } from "node:crypto";
import { FakeClock } from "./fake_clock.ts";
import { call, logIn, quit, tokenFor, tokenOf, tryLogin, withPassword } from "./scenario.ts";
import { assertError, TestServer } from "./test_server.ts";

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
