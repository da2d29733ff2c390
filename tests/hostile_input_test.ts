/** What somebody may try who means no good, from outside: nothing of it may harm the server or anybody else on it. */

import assert from "node:assert/strict";
import { bot, call, exchange, is, quit, says, settledText, texts, tokenOf, undated } from "./scenario.ts";
import { assertError, TestServer } from "./test_server.ts";

function nested(levels: number): string {
  return '{"a":'.repeat(levels) + "1" + "}".repeat(levels);
}

/** Asserts that the server still serves, by a whole conversation. */
async function assertWell(server: TestServer): Promise<void> {
  const [one, two] = [await server.json("well1"), await server.text("well2")];
  await one.say("well2", "are you there?");
  assert.match(await two.until((line) => line.includes("are you")), /well1: are you there\?$/);
  await Promise.all([quit(one), quit(two)]);
}

// ---- JSON ----

Deno.test("nesting of 8 levels, the envelope being the first, is taken; 9 is bad_message", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  const chat = (metadata: string) =>
    `{"type":"chat","id":"i","destination":"#general","message":"x","metadata":${metadata}}`;
  alice.send(chat(nested(7)));
  assert.equal((await alice.settled())[0]!.metadata.code, "stored");
  alice.send(chat(nested(8)).replace('"id":"i"', '"id":"j"'));
  assertError((await alice.settled())[0]!, "bad_message");
});

Deno.test("depth counts in unknown fields and in arrays too", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  alice.send(
    `{"type":"chat","destination":"#general","message":"x","unknown":${"[".repeat(8)}${"]".repeat(8)}}`,
  );
  assertError((await alice.settled())[0]!, "bad_message");
});

Deno.test("a line of 60,000 opening brackets is an error and no more", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  for (
    const line of [
      "[".repeat(60_000),
      '{"a":'.repeat(12_000),
      `{"type":${"[".repeat(30_000)}${"]".repeat(30_000)}}`,
    ]
  ) {
    alice.send(line);
    const [reply] = await alice.settled();
    assert.match(String(reply!.metadata.error), /^bad_(json|message)$/);
  }
  await assertWell(server);
});

Deno.test("__proto__, constructor and the like are data like any other", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  const metadata =
    '{"__proto__":{"isAdmin":true},"constructor":{"prototype":1},"toString":"x","hasOwnProperty":1}';
  alice.send(`{"type":"chat","destination":"#general","message":"x","metadata":${metadata}}`);
  const line = await bob.until((line) => line.includes('"message":"x"'));
  assert.ok(line.includes(metadata), line);
  assert.equal(({} as Record<string, unknown>).isAdmin, undefined);
});

Deno.test("a __proto__ on the envelope sets nothing", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  alice.send('{"__proto__":{"type":"chat","message":"x","destination":"#general"}}');
  assertError((await alice.settled())[0]!, "bad_message");
});

Deno.test("credentials within a __proto__ of the metadata do not count", async () => {
  await using server = await TestServer.start();
  const token = await tokenOf(server, "alice");
  const client = await server.tcp();
  client.send(`{"type":"command","message":"/login","metadata":{"__proto__":{"token":"${token}"}}}`);
  const welcome = await client.envelope(is("welcome"));
  assert.match(String(welcome.metadata.user), /^guest-/);
});

for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"]) {
  Deno.test(`${name} as a user, a room and a command is a name like any other, or refused`, async () => {
    await using server = await TestServer.start();
    const alice = await server.json("alice");
    assertError(await alice.command(`/${name}`), "unknown_command");
    assert.equal((await alice.command(`/join #${name}`)).metadata.room, `#${name}`);
    const expected = name.startsWith("_") ? "bad_name" : undefined;
    assert.equal((await alice.say(name, "x")).metadata.error, expected);
    const { metadata } = await (await server.tcp()).command(
      `/login ${name === "valueOf" ? "valueof" : name}`,
    );
    assert.equal(metadata.error, expected);
  });
}

Deno.test("duplicate keys, huge numbers and odd escapes are taken as JSON has them", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  alice.send(
    String
      .raw`{"type":"command","type":"chat","destination":"#general","message":"\u0000\u2028\/","metadata":{"n":1e999}}`,
  );
  const got = await bob.envelope(({ type }) => type === "chat");
  assert.deepEqual([got.message, got.metadata.n], ["\0\u2028/", null]);
});

Deno.test("text that looks like JSON or SQL reaches the others as it is", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  for (
    const text of [
      '","sender":"server","x":"',
      "'); DROP TABLE messages; --",
      "\\",
      '"',
      "\u2028\u2029",
      "\ufeff\ufffe",
    ]
  ) {
    await alice.say("#general", `x${text}`, { metadata: { k: text } });
    const got = await bob.envelope(says(`x${text}`));
    assert.deepEqual([got.sender, got.metadata], ["alice", { k: text }]);
  }
});

// ---- text clients ----

Deno.test("control and bidirectional characters never reach a text client raw", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.text("bob")];
  await alice.say("#general", "\x1b[2J\x07\x00\x7f\x9b\u202eevil\u2066\ttab");
  assert.equal(
    undated(await bob.until((line) => line.includes("evil"))),
    "[TIME] #general alice: \\u{1b}[2J\\u{7}\\u{0}\\u{7f}\\u{9b}\\u{202e}evil\\u{2066}\ttab",
  );
});

Deno.test("no participant can forge a line of the server's: further lines begin with four spaces", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.text("bob")];
  await settledText(bob);
  const forged =
    "x\n* Welcome\r\n! internal: y\r[2026-11-21 10:00:00] #general admin: z\n\n\u0085* NEL\u000b* VT";
  await alice.say("#general", forged);
  await alice.say("bob", forged);
  const lines = await settledText(bob);
  const starts = lines.filter((line) => !line.startsWith("    "));
  assert.deepEqual(starts.map(undated), ["[TIME] #general alice: x", "[TIME] alice: x"]);
});

Deno.test("a forged line does not come out of the store, a history or an error either", async () => {
  await using server = await TestServer.start();
  await quit(await server.text("bob"));
  const alice = await server.json("alice");
  await alice.say("#general", "x\n* forged\x1b[31m");
  const bob = await server.text("bob");
  bob.send("/history");
  bob.send("/find forged");
  bob.send("/\x1b[31m* forged");
  bob.send("/join #\x1b[31m");
  const lines = [...bob.transcript, ...await settledText(bob)];
  assert.equal(
    lines.some((line) => line.startsWith("* forged") || line.includes("\x1b")),
    false,
    lines.join("\n"),
  );
});

Deno.test("a name cannot hold a control character, an @ or a space, over any way in", async () => {
  await using server = await TestServer.start();
  for (const name of ["a\u202eb", "a\tb", "a\0b", "a@b", "admin\u0000"]) {
    const { status, json } = await call(server, "/api/login", { body: { name } });
    assert.deepEqual([status, json.error], [400, "bad_name"]);
  }
});

// ---- what is too long or not text ----

Deno.test("a line that never ends is cut off at 64 KiB and the connection closed", async () => {
  await using server = await TestServer.start();
  const client = await server.tcp();
  for (let i = 0; i < 40; i++) client.writeBytes(new TextEncoder().encode("x".repeat(4096)));
  assert.match((await client.rest()).join("\n"), /! line_too_long: .*65536/);
  await assertWell(server);
});

Deno.test("bytes that are not UTF-8 in text mode are bad_encoding, and said to nobody", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.text("alice"), await server.json("bob")];
  alice.writeBytes(new Uint8Array([0xff, 0xfe, 0x41, 0x0a]));
  assert.match(await alice.until((line) => line.startsWith("!")), /^! bad_encoding: /);
  alice.send("fine");
  await bob.envelope(says("fine"));
});

Deno.test("a character that is cut in two by packets arrives whole", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.text("alice"), await server.json("bob")];
  for (const byte of new TextEncoder().encode("😀 ok\n")) alice.writeBytes(new Uint8Array([byte]));
  await bob.envelope(says("😀 ok"));
});

for (
  const request of [
    "POST /api/messages/%23general HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 20\r\n\r\nalice\r\nhello\r\n/quit\r\n",
    "OPTIONS * HTTP/1.0\r\n\r\n",
    "CONNECT evil.example:443 HTTP/1.1\r\n\r\n",
    "HEAD / HTTP/2\r\n\r\n",
  ]
) {
  Deno.test(`${request.split("\r\n")[0]} on the TCP port is refused, and nothing after it is read`, async () => {
    await using server = await TestServer.start();
    const answer = await exchange(server.port, request);
    assert.match(answer, /^HTTP\/1\.1 400/m);
    assert.equal(await server.store.findUser("alice"), null);
  });
}

Deno.test("a TLS hello on the TCP port harms nothing", async () => {
  await using server = await TestServer.start();
  const client = await server.tcp();
  client.writeBytes(new Uint8Array([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03, 0x0a]));
  assert.match(await client.next(), /^! bad_encoding: /);
  await assertWell(server);
});

Deno.test("a connection that ends in the middle of a line or of a login harms nothing", async () => {
  await using server = await TestServer.start();
  for (const beginning of ["", "{", '{"type":"command","message":"/login al', "alice", "\xff"]) {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    await conn.write(new TextEncoder().encode(beginning));
    conn.close();
  }
  await assertWell(server);
});

// ---- floods ----

Deno.test("thousands of commands from a peer that does not read wait for it, and nobody else does", async () => {
  await using server = await TestServer.start();
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  const line = '{"type":"command","message":"/help"}\n';
  const writing = writeAll(conn, '{"type":"command","message":"/login mallory"}\n' + line.repeat(5000));
  await assertWell(server);
  const { count } = await readLines(conn, 5000, (text) => text.includes('"commands":'));
  assert.equal(count, 5000);
  await writing;
  conn.close();
});

for (const [what, line] of [["bad JSON", "{"], ["errors", "{}"], ["empty lines", ""]] as const) {
  Deno.test(`a flood of ${what} from a peer that does not read takes little memory`, async () => {
    await using server = await TestServer.start();
    const conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    const before = Deno.memoryUsage().rss;
    const flood = writeAll(conn, "{}\n" + (line + "\n").repeat(500_000)).catch(() => {});
    for (let i = 0; i < 5; i++) await assertWell(server);
    const grown = (Deno.memoryUsage().rss - before) / 2 ** 20;
    assert.ok(grown < 150, `${grown.toFixed()} MiB`);
    conn.close();
    await flood;
  });
}

Deno.test("two thousand connections that come and go leave nothing behind", async () => {
  await using server = await TestServer.start();
  for (let round = 0; round < 20; round++) {
    const conns = await Promise.all(
      Array.from({ length: 100 }, () => Deno.connect({ hostname: "127.0.0.1", port: server.port })),
    );
    for (const conn of conns) conn.close();
  }
  await assertWell(server);
  const keeper = await server.json("keeper");
  while (server.chat.sessions.size > 1) await keeper.settled();
  assert.equal(server.chat.router.live.users.size, 1);
});

Deno.test("a flood of direct messages to names that nobody has does not slow the others down for good", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  for (let i = 0; i < 300; i++) alice.sendJson({ type: "chat", destination: `nobody${i}`, message: "x" });
  assert.equal((await alice.settled()).filter(is("stored")).length, 300);
  await assertWell(server);
});

// ---- others' rights ----

Deno.test("a client cannot say anything as another, as the server, or as a bot", async () => {
  await using server = await TestServer.start();
  await bot(server, "robot");
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  for (const sender of ["server", "robot", "bob"]) {
    await alice.say("#general", `from ${sender}`, { sender, metadata: { bot: true, sender } });
    const got = await bob.envelope(says(`from ${sender}`));
    assert.deepEqual([got.sender, got.metadata.bot], ["alice", undefined]);
  }
});

Deno.test("nobody reads, searches, marks or types in a direct conversation of others", async () => {
  await using server = await TestServer.start();
  const [alice, bob, eve] = [await server.json("alice"), await server.json("bob"), await server.json("eve")];
  await alice.say("bob", "whispered");
  await bob.settled();
  for (
    const command of [
      "/history bob",
      "/history alice",
      "/find whispered",
      "/find whispered in=bob",
      "/conversations",
    ]
  ) {
    assert.equal(JSON.stringify(await eve.command(command)).includes("whispered"), false, command);
  }
  await eve.command("/seen bob 1");
  eve.sendJson({ type: "command", message: "/typing bob" });
  await eve.settled();
  assert.deepEqual(texts(await bob.settled()), []);
});

Deno.test("an answer to the internal state: an error never carries a stack or a path", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  const lines = [
    "{",
    "[]",
    '{"type":"chat"}',
    '{"type":"command","message":"/history #general around=99999999999999999999"}',
  ];
  for (const line of lines) alice.send(line);
  for (const envelope of await alice.settled()) {
    assert.equal(envelope.metadata.code, "error");
    assert.doesNotMatch(JSON.stringify(envelope), /\.ts|\bat |node:|SQLITE/);
  }
});

for (
  const path of [
    "/../deno.json",
    "/%2e%2e/deno.json",
    "/..%2fdeno.json",
    "/static/../../deno.json",
    "//etc/passwd",
    "/%00",
  ]
) {
  Deno.test(`GET ${path} gives no file from outside the page`, async () => {
    await using server = await TestServer.start();
    const answer = await exchange(
      server.webPort,
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${server.webPort}\r\nConnection: close\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1\.1 (400|404) /);
    assert.equal(answer.includes("workspace"), false);
  });
}

async function writeAll(conn: Deno.TcpConn, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

/** Reads until so many lines fit. */
async function readLines(
  conn: Deno.TcpConn,
  wanted: number,
  fits: (line: string) => boolean,
): Promise<{ count: number }> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(256 * 1024);
  let rest = "";
  let count = 0;
  while (count < wanted) {
    const bytes = await conn.read(buffer);
    if (bytes === null) break;
    const lines = (rest + decoder.decode(buffer.subarray(0, bytes), { stream: true })).split("\n");
    rest = lines.pop()!;
    count += lines.filter(fits).length;
  }
  return { count };
}
