/** The HTTP API and the other routes of the web port, as section 3 of docs/protocol.md promises them. */

import assert from "node:assert/strict";
import type { Envelope } from "../protocol/message.ts";
import { SILENT_LOG } from "../server/log.ts";
import { FakeClock } from "./fake_clock.ts";
import { bot, call, exchange, is, says, tokenOf } from "./scenario.ts";
import { TestServer } from "./test_server.ts";

Deno.test("/healthz is 200 and says ok", async () => {
  await using server = await TestServer.start();
  const { status, json } = await call(server, "/healthz");
  assert.deepEqual([status, json], [200, "ok"]);
});

Deno.test("/healthz says it under any host name, to any page, with the headers of all routes", async () => {
  await using server = await TestServer.start({ allowOrigin: ["https://chat.example.org"] });
  const answer = await exchange(
    server.webPort,
    "GET /healthz HTTP/1.1\r\nHost: elsewhere.example\r\nOrigin: https://evil.example\r\nConnection: close\r\n\r\n",
  );
  assert.match(answer, /^HTTP\/1\.1 200 /);
  assert.match(answer, /\r\n\r\nok$/);
  assert.match(answer, /^x-content-type-options: nosniff\r$/im);
  assert.doesNotMatch(answer, /^access-control-allow-origin/im);
});

Deno.test("/metrics is Prometheus, to this machine", async () => {
  await using server = await TestServer.start();
  const { status, json } = await call(server, "/metrics");
  assert.equal(status, 200);
  assert.match(json, /^# HELP /m);
});

Deno.test("POST /api/login gives the user and a token, making the account where there is none", async () => {
  await using server = await TestServer.start();
  const { status, json } = await call(server, "/api/login", { body: { name: "alice" } });
  assert.deepEqual([status, Object.keys(json).sort(), json.user], [200, ["token", "user"], "alice"]);
  assert.equal((await call(server, "/api/rooms", { token: json.token })).status, 200);
});

Deno.test("a first login over HTTP joins the lobby", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  const token = await tokenOf(server, "bob");
  assert.equal((await alice.envelope(is("member_joined"))).metadata.user, "bob");
  const { json } = await call(server, "/api/rooms", { token });
  assert.deepEqual(json.rooms.map(({ room, joined }: Record<string, unknown>) => [room, joined]), [[
    "#general",
    true,
  ]]);
});

Deno.test("POST /api/login with a wrong password is 401 bad_credentials, with words", async () => {
  await using server = await TestServer.start();
  const { status, json } = await call(server, "/api/login", { body: { name: "alice", password: "x" } });
  assert.deepEqual([status, json.error, typeof json.message], [401, "bad_credentials", "string"]);
});

Deno.test("POST /api/login with a name that is online is 409 name_in_use", async () => {
  await using server = await TestServer.start();
  await server.json("alice");
  const { status, json } = await call(server, "/api/login", { body: { name: "alice" } });
  assert.deepEqual([status, json.error], [409, "name_in_use"]);
});

Deno.test("POST /api/login with a bad name is 400 bad_name", async () => {
  await using server = await TestServer.start();
  const { status, json } = await call(server, "/api/login", { body: { name: "a b" } });
  assert.deepEqual([status, json.error], [400, "bad_name"]);
});

for (
  const [path, options] of [
    ["/api/rooms", {}],
    ["/api/messages", { body: { destination: "#general", message: "x" } }],
    ["/api/stream", {}],
    ["/api/search?q=x", { headers: { authorization: "Digest x" } }],
  ] as const
) {
  Deno.test(`${path} without an Authorization that counts is 401`, async () => {
    await using server = await TestServer.start();
    const { status, json, headers } = await call(server, path, options);
    assert.deepEqual([status, json.error], [401, "not_logged_in"]);
    assert.ok(headers.has("www-authenticate"));
  });
}

Deno.test("a token that is none is 401 bad_credentials", async () => {
  await using server = await TestServer.start();
  const { status, json } = await call(server, "/api/rooms", { token: "nonsense" });
  assert.deepEqual([status, json.error], [401, "bad_credentials"]);
});

Deno.test("Basic with name and password is taken, with a wrong one it is not", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  await alice.command("/password sécret:1");
  const basic = (text: string) => {
    const bytes = new TextEncoder().encode(text);
    return { authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` };
  };
  assert.equal((await call(server, "/api/rooms", { headers: basic("alice:sécret:1") })).status, 200);
  assert.equal((await call(server, "/api/rooms", { headers: basic("alice:sécret") })).status, 401);
});

Deno.test("Basic with an empty password does not open an account without one", async () => {
  await using server = await TestServer.start();
  await server.json("alice");
  assert.equal(
    (await call(server, "/api/rooms", { headers: { authorization: `Basic ${btoa("alice:")}` } })).status,
    401,
  );
});

Deno.test("POST /api/messages stores and gives the stored envelope, 201", async () => {
  await using server = await TestServer.start();
  const bob = await server.json("bob");
  const token = await tokenOf(server, "alice");
  const body = { destination: "#general", message: "hello", id: "h1", metadata: { k: 1 } };
  const { status, json } = await call(server, "/api/messages", { token, body });
  const { seq, timestamp, ...rest } = json;
  assert.deepEqual([status, rest], [201, {
    type: "chat",
    sender: "alice",
    destination: "#general",
    message: "hello",
    metadata: { k: 1 },
    id: "h1",
  }]);
  const got = await bob.envelope(says("hello"));
  assert.deepEqual([got.seq, got.timestamp], [seq, timestamp]);
});

Deno.test("with the destination in the path the body is the text, whatever it looks like", async () => {
  await using server = await TestServer.start();
  const bob = await server.json("bob");
  const token = await tokenOf(server, "alice");
  for (
    const body of ["build failed", '{"destination":"#other","message":"x"}', "/quit", "bob: hi", "two\nlines"]
  ) {
    const { status, json } = await call(server, "/api/messages/%23general", { token, body });
    assert.deepEqual([status, json.message, json.destination], [201, body, "#general"]);
    await bob.envelope(says(body));
  }
});

Deno.test("a direct message is posted with the user's name in the path", async () => {
  await using server = await TestServer.start();
  const bob = await server.json("bob");
  const token = await tokenOf(server, "alice");
  await call(server, "/api/messages/bob", { token, body: "hi" });
  assert.equal((await bob.envelope(says("hi"))).destination, "bob");
});

Deno.test("?id=ID makes a post safe to send again: the second is the first, marked duplicate", async () => {
  await using server = await TestServer.start();
  const token = await tokenOf(server, "alice");
  const path = "/api/messages/%23general?id=build-7";
  const first = await call(server, path, { token, body: "build failed" });
  const second = await call(server, path, { token, body: "build failed" });
  assert.deepEqual([second.json.seq, second.json.metadata.duplicate], [first.json.seq, true]);
  assert.equal(await server.store.head(), first.json.seq);
});

Deno.test("the same id with another text is 409 id_conflict", async () => {
  await using server = await TestServer.start();
  const token = await tokenOf(server, "alice");
  await call(server, "/api/messages/%23general?id=x", { token, body: "one" });
  const { status, json } = await call(server, "/api/messages/%23general?id=x", { token, body: "two" });
  assert.deepEqual([status, json.error], [409, "id_conflict"]);
});

Deno.test("one need not have joined a public room to post to it", async () => {
  await using server = await TestServer.start();
  const bob = await server.json("bob");
  await bob.command("/join #dev");
  const token = await tokenOf(server, "alice");
  assert.equal((await call(server, "/api/messages/%23dev", { token, body: "hi" })).status, 201);
  await bob.envelope(says("hi"));
});

for (
  const [what, body, status, error] of [
    ["no JSON", "{", 400, "bad_json"],
    ["an array", "[]", 400, "bad_json"],
    ["without a message", '{"destination":"#general"}', 400, "bad_message"],
    ["without a destination", '{"message":"x"}', 400, "bad_message"],
    ["a command", '{"type":"command","message":"/quit"}', 400, "bad_message"],
    ["a notification", '{"type":"notification","destination":"#general","message":"x"}', 400, "bad_message"],
    ["an empty text", '{"destination":"#general","message":" "}', 400, "bad_message"],
    ["an unknown room", '{"destination":"#nowhere","message":"x"}', 404, "no_such_room"],
    ["a bad name", '{"destination":"b b","message":"x"}', 400, "bad_name"],
    ["a bad id", '{"destination":"#general","message":"x","id":"a b"}', 400, "bad_message"],
    ["too long", JSON.stringify({ destination: "#general", message: "x".repeat(17_000) }), 413, "too_long"],
  ] as const
) {
  Deno.test(`a POST that is ${what} is ${status} ${error}`, async () => {
    await using server = await TestServer.start();
    const token = await tokenOf(server, "alice");
    const answer = await call(server, "/api/messages", { token, body });
    assert.deepEqual([answer.status, answer.json.error], [status, error]);
    assert.equal(await server.store.head(), 0);
  });
}

Deno.test("a body of 100 kB is 413, and a body that is not UTF-8 is 400 bad_encoding", async () => {
  await using server = await TestServer.start();
  const token = await tokenOf(server, "alice");
  const path = "/api/messages/%23general";
  assert.equal((await call(server, path, { token, body: "x".repeat(100_000) })).status, 413);
  const { status, json } = await call(server, path, { token, body: new Uint8Array([0xc3, 0x28]) });
  assert.deepEqual([status, json.error], [400, "bad_encoding"]);
});

Deno.test("POST with type subscription publishes in one's feed", async () => {
  await using server = await TestServer.start();
  const bob = await server.json("bob");
  const token = await tokenOf(server, "sensor");
  await bob.command("/subscribe sensor");
  const body = { type: "subscription", message: "21 °C", metadata: { celsius: 21 } };
  assert.equal((await call(server, "/api/messages", { token, body })).status, 201);
  const got = await bob.envelope(says("21 °C"));
  assert.deepEqual([got.type, got.sender, got.destination, got.metadata.celsius], [
    "subscription",
    "sensor",
    "",
    21,
  ]);
});

Deno.test("GET /api/messages/DESTINATION gives what /history gives, with before, after and limit", async () => {
  await using server = await TestServer.start();
  const token = await tokenOf(server, "alice");
  for (const body of ["one", "two", "three", "four"]) {
    await call(server, "/api/messages/%23general", { token, body });
  }
  const texts = async (query: string) => {
    const { status, json } = await call(server, `/api/messages/%23general${query}`, { token });
    assert.equal(status, 200);
    return [json.messages.map(({ message }: Envelope) => message), json.more];
  };
  assert.deepEqual(await texts(""), [["one", "two", "three", "four"], false]);
  assert.deepEqual(await texts("?limit=2"), [["three", "four"], true]);
  assert.deepEqual(await texts("?before=3&limit=1"), [["two"], true]);
  assert.deepEqual(await texts("?after=2"), [["three", "four"], false]);
});

Deno.test("a limit, a before and a destination from a URL cannot smuggle in other words", async () => {
  await using server = await TestServer.start();
  const token = await tokenOf(server, "alice");
  for (const query of ["?limit=1%20before%3D1", "?before=1%20%23other", "?limit=x"]) {
    assert.equal((await call(server, `/api/messages/%23general${query}`, { token })).status, 400, query);
  }
});

Deno.test("the history of a room that one is not in is 403 not_a_member", async () => {
  await using server = await TestServer.start();
  const bob = await server.json("bob");
  await bob.command("/join #dev");
  const token = await tokenOf(server, "alice");
  const { status, json } = await call(server, "/api/messages/%23dev", { token });
  assert.deepEqual([status, json.error], [403, "not_a_member"]);
});

Deno.test("/api/rooms, /api/users and /api/conversations give what the commands give", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  await alice.say("#general", "hello");
  const token = await tokenOf(server, "bob");
  for (const [path, command] of [["rooms", "/list"], ["users", "/users"]] as const) {
    const { json } = await call(server, `/api/${path}`, { token });
    const { code: _, reply_to: __, ...metadata } = (await alice.command(command)).metadata;
    assert.deepEqual(json, metadata);
  }
  const { json } = await call(server, "/api/conversations", { token });
  assert.deepEqual([json.conversations[0].destination, json.conversations[0].kind], ["#general", "room"]);
});

Deno.test("GET /api/search finds what was said, newest first, with a snippet", async () => {
  await using server = await TestServer.start();
  const token = await tokenOf(server, "alice");
  for (const body of ["the build failed", "all is well", "the build failed again"]) {
    await call(server, "/api/messages/%23general", { token, body });
  }
  const { json } = await call(server, `/api/search?q=${encodeURIComponent('"build failed" in=#general')}`, {
    token,
  });
  assert.deepEqual(json.messages.map(({ message }: Envelope) => message), [
    "the build failed again",
    "the build failed",
  ]);
  assert.match(json.messages[0].metadata.snippet, /build/);
});

Deno.test("a search without words is 400 bad_arguments", async () => {
  await using server = await TestServer.start();
  const token = await tokenOf(server, "alice");
  const { status, json } = await call(server, "/api/search", { token });
  assert.deepEqual([status, json.error], [400, "bad_arguments"]);
});

Deno.test("a call that there is not is 404", async () => {
  await using server = await TestServer.start();
  const token = await tokenOf(server, "alice");
  assert.equal((await call(server, "/api/nothing", { token })).status, 404);
});

Deno.test("saying subscribe to a bot over HTTP is the command", async () => {
  await using server = await TestServer.start();
  const sensor = await bot(server, "sensor");
  const token = await tokenOf(server, "alice");
  const { json } = await call(server, "/api/messages/sensor", { token, body: "subscribe" });
  assert.equal(json.to, "sensor");
  assert.equal(await server.store.head(), 0);
  assert.equal((await sensor.command("/ping")).metadata.code, "pong");
});

Deno.test("a user whose name is a number has a history over HTTP like any other", async () => {
  await using server = await TestServer.start();
  const token = await tokenOf(server, "alice");
  await tokenOf(server, "7123456");
  await call(server, "/api/messages/7123456", { token, body: "hello" });
  const { status, json } = await call(server, "/api/messages/7123456?limit=5", { token });
  assert.deepEqual([status, json.messages?.map((message: Envelope) => message.message)], [200, ["hello"]]);
  assert.equal((await call(server, "/api/messages/7123456?limit=x", { token })).json.error, "bad_arguments");
});

Deno.test("a body that breaks off is no fault of the server's", async () => {
  const faults: unknown[] = [];
  const log = { ...SILENT_LOG, error: (...fault: unknown[]) => void faults.push(fault) };
  await using server = await TestServer.start({ log });
  const token = await tokenOf(server, "alice");
  for (const path of ["/api/login", "/api/messages", "/api/messages/%23general"]) {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port: server.webPort });
    const head =
      `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${server.webPort}\r\nAuthorization: Bearer ${token}\r\n`;
    await conn.write(new TextEncoder().encode(`${head}Content-Length: 100\r\n\r\n{`));
    await call(server, "/api/rooms", { token });
    conn.close();
    await call(server, "/api/rooms", { token });
  }
  await call(server, "/healthz");
  assert.deepEqual(faults, []);
});

/** Sends what may be half a request; resolves with the answer, whether or not the server closes then. */
async function answerTo(port: number, request: string, ends: RegExp): Promise<string> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(new TextEncoder().encode(request));
  const buffer = new Uint8Array(4096);
  let answer = "";
  while (!ends.test(answer)) {
    const count = await conn.read(buffer);
    if (count === null) break;
    answer += new TextDecoder().decode(buffer.subarray(0, count));
  }
  return answer;
}

Deno.test("a body that does not come to its end within 30 s is idle_timeout", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock });
  const head = `POST /api/login HTTP/1.1\r\nHost: 127.0.0.1:${server.webPort}\r\nContent-Length: 100\r\n`;
  const answer = answerTo(server.webPort, `${head}\r\n{`, /\}$/);
  await clock.armed(30_000);
  clock.advance(30_000);
  assert.match(await answer, /^HTTP\/1\.1 408 [^]*"error":"idle_timeout"/);
});

Deno.test("a body of more than 64 KiB without a length is cut off with too_long", async () => {
  await using server = await TestServer.start();
  const chunk = `10000\r\n${"x".repeat(65536)}\r\n`;
  const head =
    `POST /api/login HTTP/1.1\r\nHost: 127.0.0.1:${server.webPort}\r\nTransfer-Encoding: chunked\r\n`;
  const answer = await answerTo(server.webPort, `${head}\r\n${chunk}1\r\nx\r\n0\r\n\r\n`, /\}$/);
  assert.match(answer, /^HTTP\/1\.1 413 [^]*"error":"too_long"/);
});
