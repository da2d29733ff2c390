/** Names that change: `/nick`, former names. */

import assert from "node:assert/strict";
import { FakeClock } from "./fake_clock.ts";
import { is, logIn, quit, says, tokenOf, tryLogin } from "./scenario.ts";
import { assertError, TestServer } from "./test_server.ts";

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
