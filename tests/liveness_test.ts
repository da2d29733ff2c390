/** Pings to who is silent, and the end of who does not answer. */

import assert from "node:assert/strict";
import { FakeClock } from "./fake_clock.ts";
import { is } from "./scenario.ts";
import { assertError, TestServer } from "./test_server.ts";

Deno.test("a JSON connection over TCP that was silent for 30 s is sent a ping, which any line answers", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock });
  const alice = await server.json("alice");
  clock.advance(36_000);
  await alice.envelope(is("ping"));
  alice.send("");
  await alice.settled();
  clock.advance(36_000);
  await alice.envelope(is("ping"));
});

Deno.test("no ping comes to a connection that was heard within 30 s", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock });
  const alice = await server.json("alice");
  clock.advance(25_000);
  assert.deepEqual(await alice.settled(), []);
  clock.advance(25_000);
  assert.deepEqual(await alice.settled(), []);
});

Deno.test("a JSON connection that answers no ping for 60 s is closed with idle_timeout", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock });
  const alice = await server.json("alice");
  clock.advance(35_000);
  await alice.envelope(is("ping"));
  clock.advance(66_000);
  assertError(JSON.parse((await alice.rest()).at(-1)!), "idle_timeout");
});

for (const mode of ["json", "text"]) {
  Deno.test(`a connection in ${mode} form without a login for 60 s is closed with login_timeout`, async () => {
    const clock = new FakeClock();
    await using server = await TestServer.start({ clock });
    const client = await server.tcp();
    if (mode === "json") await client.settled();
    else {
      client.send("/ping");
      await client.until((line) => line === "* Pong.");
    }
    clock.advance(36_000);
    if (mode === "json") await client.envelope(is("ping"));
    clock.advance(30_000);
    const last = (await client.rest()).at(-1)!;
    if (mode === "json") assertError(JSON.parse(last), "login_timeout");
    else assert.match(last, /^! login_timeout: /);
  });
}

Deno.test("a text connection is never pinged and never idle", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock });
  const alice = await server.text("alice");
  clock.advance(3_600_000);
  alice.send("/ping");
  assert.equal(await alice.next(), "* Pong.");
});
