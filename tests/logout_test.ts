/** Tokens that end: `/logout`, over a connection and over HTTP. */

import assert from "node:assert/strict";
import { call, logIn, tokenFor, tokenOf, tryLogin } from "./scenario.ts";
import { assertError, TestServer } from "./test_server.ts";

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
