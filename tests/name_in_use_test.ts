/** A name without a password belongs to whoever is online under it: who holds it, and when it is free again. */

import assert from "node:assert/strict";
import { FakeClock } from "./fake_clock.ts";
import { is, quit, tokenOf, tryLogin } from "./scenario.ts";
import { assertError, TestServer } from "./test_server.ts";

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
