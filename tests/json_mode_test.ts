/** JSON mode and the envelope, as sections 1, 2 and 7 of docs/protocol.md promise them. */

import assert from "node:assert/strict";
import { is, logIn, quit, says } from "./scenario.ts";
import { assertError, TestServer } from "./test_server.ts";

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

Deno.test("a first line that starts with { makes it JSON mode, each line one compact envelope", async () => {
  await using server = await TestServer.start();
  const client = await server.tcp();
  client.login("alice");
  const line = await client.next();
  assert.equal(line, JSON.stringify(JSON.parse(line)));
  assert.equal(JSON.parse(line).metadata.code, "welcome");
});

Deno.test("a message reaches the others with every field of the envelope", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  const stored = await alice.say("#general", "hello", { metadata: { mood: "fine" }, id: "abc-1" });
  const { timestamp, ...rest } = await bob.envelope(says("hello"));
  assert.match(timestamp, TIMESTAMP);
  assert.deepEqual(rest, {
    type: "chat",
    sender: "alice",
    destination: "#general",
    message: "hello",
    metadata: { mood: "fine" },
    id: "abc-1",
    seq: stored.metadata.seq,
  });
});

Deno.test("the stored reply is a notification of the server's with seq and timestamp, and without a seq of its own", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  const reply = await alice.say("#general", "hello", { id: "abc-1" });
  assert.deepEqual([reply.type, reply.sender, reply.destination, "seq" in reply], [
    "notification",
    "server",
    "",
    false,
  ]);
  assert.match(reply.timestamp, TIMESTAMP);
  const { code, reply_to, seq, timestamp } = reply.metadata;
  assert.deepEqual([code, reply_to, typeof seq], ["stored", "abc-1", "number"]);
  assert.match(String(timestamp), TIMESTAMP);
});

Deno.test("metadata is present on what the server sends even where the client wrote none", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  alice.sendJson({ type: "chat", destination: "#general", message: "bare" });
  assert.deepEqual((await bob.envelope(says("bare"))).metadata, {});
});

Deno.test("a sender, seq and timestamp that a client writes are ignored, and so are unknown fields", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  await alice.say("#general", "hello", { sender: "server", seq: 99_999, timestamp: "1970", extra: { a: 1 } });
  const got = await bob.envelope(says("hello"));
  assert.deepEqual([got.sender, "extra" in got], ["alice", false]);
  assert.notEqual(got.seq, 99_999);
  assert.notEqual(got.timestamp, "1970");
});

Deno.test("a chat without an id gets no reply", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  alice.sendJson({ type: "chat", destination: "#general", message: "hello" });
  assert.deepEqual(await alice.settled(), []);
});

Deno.test("a chat without an id does get a reply where it failed, or the receiver is offline", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  await quit(await server.json("Joe"));
  alice.sendJson({ type: "chat", destination: "#nowhere", message: "hello" });
  alice.sendJson({ type: "chat", destination: "joe", message: "hello" });
  const isEvent = is("member_joined");
  const [failed, stored] = (await alice.settled()).filter((envelope) => !isEvent(envelope));
  assertError(failed!, "no_such_room");
  assert.equal(stored!.message, "User 'Joe' is offline. Message saved.");
  assert.deepEqual([stored!.metadata.code, stored!.metadata.offline], ["stored", true]);
});

Deno.test("a direct message to a name that nobody had yet says unknown: true", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  const { metadata } = await alice.say("nobody", "hello");
  assert.deepEqual([metadata.code, metadata.offline, metadata.unknown], ["stored", true, true]);
});

Deno.test("keys that the server sets are removed from a client's metadata, others are delivered", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  const forged = {
    code: "error",
    reply_to: "x",
    stored: true,
    error: "internal",
    bot: true,
    ask: true,
    mine: 1,
  };
  await alice.say("#general", "hello", { metadata: forged });
  assert.deepEqual((await bob.envelope(says("hello"))).metadata, { mine: 1 });
});

Deno.test("line breaks in a message are kept", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  await alice.say("#general", "one\ntwo\r\n\tthree");
  await bob.envelope(says("one\ntwo\r\n\tthree"));
});

Deno.test("metadata of 4 KiB as JSON is delivered, more is too_long", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  const fits = { k: "x".repeat(4096 - '{"k":""}'.length) };
  assert.equal((await alice.say("#general", "a", { metadata: fits })).metadata.code, "stored");
  assertError(await alice.say("#general", "b", { metadata: { k: fits.k + "x" } }), "too_long");
});

Deno.test("64 keys of metadata are taken, 65 are bad_message", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));
  assert.equal((await alice.say("#general", "a", { metadata: keys(64) })).metadata.code, "stored");
  assertError(await alice.say("#general", "b", { metadata: keys(65) }), "bad_message");
});

Deno.test("16 KiB of UTF-8 are a message, one byte more is too_long", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  const text = "ä".repeat(8 * 1024);
  assert.equal((await alice.say("#general", text)).metadata.code, "stored");
  const refused = await alice.say("#general", text + "x");
  assertError(refused, "too_long");
  assert.match(refused.message, /16384/);
});

for (const blank of ["", " ", "\n\t \u3000"]) {
  Deno.test(`a message of ${JSON.stringify(blank)} is bad_message`, async () => {
    await using server = await TestServer.start();
    const alice = await server.json("alice");
    assertError(await alice.say("#general", blank), "bad_message");
  });
}

Deno.test("lone surrogates become U+FFFD, in the text and in the metadata", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  alice.send(
    String
      .raw`{"type":"chat","destination":"#general","message":"a\ud800b","metadata":{"k\udc00":"\ud83dx\ud83d\ude00"}}`,
  );
  const got = await bob.envelope(says("a\ufffdb"));
  assert.deepEqual(got.metadata, { "k\ufffd": "\ufffdx😀" });
});

for (
  const [what, line, error] of [
    ["no JSON", "{nonsense", "bad_json"],
    ["an array", "[1]", "bad_json"],
    ["a word", "hello", "bad_json"],
    ["a number", "5", "bad_json"],
    ["null", "null", "bad_json"],
    ["an object without a type", '{"message":"x"}', "bad_message"],
    ["of an unknown type", '{"type":"shout","message":"x"}', "bad_message"],
    ["a notification", '{"type":"notification","message":"x"}', "bad_message"],
    ["a message that is a number", '{"type":"chat","destination":"#general","message":5}', "bad_message"],
    ["without a message", '{"type":"chat","destination":"#general"}', "bad_message"],
    [
      "a destination that is an array",
      '{"type":"chat","destination":["#general"],"message":"x"}',
      "bad_message",
    ],
    ["a chat without a destination", '{"type":"chat","message":"x"}', "bad_message"],
    [
      "metadata that is an array",
      '{"type":"chat","destination":"#general","message":"x","metadata":[]}',
      "bad_message",
    ],
    [
      "metadata that is null",
      '{"type":"chat","destination":"#general","message":"x","metadata":null}',
      "bad_message",
    ],
    [
      "an id with a space",
      '{"type":"chat","destination":"#general","message":"x","id":"a b"}',
      "bad_message",
    ],
    ["an empty id", '{"type":"chat","destination":"#general","message":"x","id":""}', "bad_message"],
    [
      "an id that is a number",
      '{"type":"chat","destination":"#general","message":"x","id":7}',
      "bad_message",
    ],
    ["a destination that is no name", '{"type":"chat","destination":"b b","message":"x"}', "bad_name"],
    ["a room that is no name", '{"type":"chat","destination":"#b b","message":"x"}', "bad_name"],
    ["an empty command", '{"type":"command","message":""}', "unknown_command"],
  ] as const
) {
  Deno.test(`a line that is ${what} is ${error}, and the connection stays open`, async () => {
    await using server = await TestServer.start();
    const alice = await server.json("alice");
    alice.send(line);
    const [reply, ...more] = await alice.settled();
    assertError(reply!, error);
    assert.deepEqual(more, []);
  });
}

Deno.test("an error names the id of its request, also where the line was refused for another field", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  alice.sendJson({ type: "chat", destination: "#general", message: 5, id: "wrong-1" });
  const reply = await alice.envelope(({ metadata }) => metadata.reply_to === "wrong-1");
  assertError(reply, "bad_message");
});

Deno.test("an id of 64 characters is taken, of 65 is bad_message", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  assert.equal((await alice.say("#general", "x", { id: "i".repeat(64) })).metadata.code, "stored");
  alice.sendJson({ type: "chat", destination: "#general", message: "x", id: "i".repeat(65) });
  assertError((await alice.settled())[0]!, "bad_message");
});

for (
  const line of [
    '{"type":"chat","destination":"#general","message":"x"}',
    '{"type":"command","message":"/list"}',
  ]
) {
  Deno.test(`before a login ${line} is not_logged_in`, async () => {
    await using server = await TestServer.start();
    const client = await server.tcp();
    client.send(line);
    assertError(JSON.parse(await client.next()), "not_logged_in");
    assert.deepEqual(await client.settled(), []);
  });
}

Deno.test("before a login /help, /ping and /quit are taken", async () => {
  await using server = await TestServer.start();
  const client = await server.tcp();
  assert.equal((await client.command("/help")).metadata.code, "help");
  const pong = await client.command("ping");
  assert.equal(pong.metadata.code, "pong");
  assert.match(String(pong.metadata.time), TIMESTAMP);
  client.sendJson({ type: "command", message: "quit" });
  assert.equal(JSON.parse((await client.rest())[0]!).metadata.code, "bye");
});

Deno.test("the slash of a command may be missing, and its case does not matter", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  assert.equal((await alice.command("LIST")).metadata.code, "rooms");
});

Deno.test("an empty line in JSON mode is ignored", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  alice.send("");
  alice.send("  ");
  assert.deepEqual(await alice.settled(), []);
});

Deno.test("an error before the mode is decided comes as JSON where the first byte was {", async () => {
  await using server = await TestServer.start();
  const client = await server.tcp();
  client.writeBytes(new Uint8Array([0x7b, 0xff, 0x0a]));
  assertError(JSON.parse(await client.next()), "bad_encoding");
});

Deno.test("an error before the mode is decided comes in text form otherwise", async () => {
  await using server = await TestServer.start();
  const client = await server.tcp();
  client.writeBytes(new Uint8Array([0xff, 0xfb, 0x01, 0x0a]));
  assert.match(await client.next(), /^! bad_encoding: /);
});

Deno.test("a line that is not UTF-8 is bad_encoding, and the next one is read", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  alice.writeBytes(new Uint8Array([0x7b, 0x22, 0xc3, 0x28, 0x0a]));
  assertError((await alice.settled())[0]!, "bad_encoding");
});

Deno.test("a line over 64 KiB is line_too_long, and closes", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  alice.send('{"type":"chat","message":"' + "x".repeat(64 * 1024));
  const rest = await alice.rest();
  assertError(JSON.parse(rest.at(-1)!), "line_too_long");
});

Deno.test("what came in one piece before a line that is too long is still done, and its replies come first", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  const chat = (id: string) => JSON.stringify({ type: "chat", id, destination: "#general", message: id });
  alice.send([chat("a"), chat("b"), "{" + "x".repeat(70 * 1024)].join("\n"));
  const [a, b, error] = (await alice.rest()).map((line) => JSON.parse(line));
  assert.deepEqual([a.metadata.reply_to, b.metadata.reply_to], ["a", "b"]);
  assertError(error, "line_too_long");
});

Deno.test("a line of 64 KiB is read", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  const line = JSON.stringify({
    type: "chat",
    id: "big",
    destination: "#general",
    message: "x",
    unknown: "",
  });
  alice.send(line.slice(0, -2) + "x".repeat(64 * 1024 - line.length) + '"}');
  assert.equal((await alice.envelope(({ metadata }) => metadata.reply_to === "big")).metadata.code, "stored");
});

Deno.test("requests that follow a login are handled after caught_up", async () => {
  await using server = await TestServer.start();
  await quit(await server.json("bob"));
  const alice = await server.json("alice");
  await alice.say("bob", "kept");
  const bob = await server.tcp();
  bob.login("bob");
  bob.sendJson({ type: "command", id: "p", message: "/ping" });
  const lines = await bob.all((line) => JSON.parse(line).metadata.reply_to === "p");
  const kinds = lines.map((line) => JSON.parse(line)).map(({ type, metadata }) => metadata.code ?? type);
  assert.deepEqual(kinds, ["welcome", "chat", "caught_up", "pong"]);
});

Deno.test("what shuts down its sending side gets the replies that are due, and is then closed", async () => {
  await using server = await TestServer.start();
  const client = await server.tcp();
  client.login("alice");
  client.sendJson({ type: "chat", id: "last", destination: "#general", message: "bye" });
  await client.closeWrite();
  const last = JSON.parse((await client.rest()).at(-1)!);
  assert.deepEqual([last.metadata.code, last.metadata.reply_to], ["stored", "last"]);
});

Deno.test("welcome says who one is, the token, the log, the server, rooms, position and limits", async () => {
  await using server = await TestServer.start();
  const { welcome } = await logIn(server, "alice");
  const { user, token, guest, protected: isProtected, epoch, server: about, rooms, seq, limits } =
    welcome.metadata;
  assert.deepEqual([user, guest, isProtected, rooms, seq], ["alice", false, false, ["#general"], 0]);
  assert.ok(typeof token === "string" && token.length >= 32);
  assert.equal(epoch, server.store.epoch);
  const { name, version, protocol } = about as Record<string, unknown>;
  assert.deepEqual([typeof name, typeof version, protocol], ["string", "string", 1]);
  const { message_bytes, line_bytes } = limits as Record<string, unknown>;
  assert.deepEqual([message_bytes, line_bytes], [16 * 1024, 64 * 1024]);
});

Deno.test("the login's welcome names the request's id", async () => {
  await using server = await TestServer.start();
  const client = await server.tcp();
  assert.equal((await client.command("/login alice")).metadata.code, "welcome");
});

Deno.test("caught_up comes after a login also where nothing was stored", async () => {
  await using server = await TestServer.start();
  const { missed, caughtUp } = await logIn(server, "alice");
  assert.deepEqual([missed, caughtUp.metadata.count, caughtUp.metadata.seq], [[], 0, 0]);
});

Deno.test("a room is given in the line or as the destination", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  await alice.command("/join", { destination: "#dev" });
  assert.equal((await alice.command("/users", { destination: "#dev" })).metadata.count, 1);
  await alice.say("#dev", "hello");
  assert.equal(
    ((await alice.command("/history", { destination: "#dev" })).metadata.messages as unknown[]).length,
    1,
  );
  assert.equal((await alice.command("/seen 1", { destination: "#dev" })).metadata.seq, 1);
  assert.equal((await alice.command("/leave", { destination: "#dev" })).metadata.room, "#dev");
});

Deno.test("/users with a room as the destination lists its members, without one who is online", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  await server.json("bob");
  await alice.command("/join #dev");
  assert.equal((await alice.command("/users")).metadata.count, 2);
  assert.equal((await alice.command("/users", { destination: "#dev" })).metadata.count, 1);
});

Deno.test("/say in JSON mode goes to the destination, and its id counts as the chat's", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  alice.sendJson({ type: "command", id: "s1", destination: "#general", message: "/say /join me" });
  const said = await bob.envelope(says("/join me"));
  assert.deepEqual([said.type, said.id], ["chat", "s1"]);
});

Deno.test("/msg is a direct message, and its id counts as the chat's", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = [await server.json("alice"), await server.json("bob")];
  alice.sendJson({ type: "command", id: "m1", message: "/msg bob hi there" });
  const got = await bob.envelope(says("hi there"));
  assert.deepEqual([got.destination, got.id], ["bob", "m1"]);
  alice.sendJson({ type: "chat", id: "m1", destination: "bob", message: "hi there" });
  const again = await alice.envelope(({ metadata }) =>
    metadata.reply_to === "m1" && metadata.duplicate === true
  );
  assert.equal(again.metadata.seq, got.seq);
});

Deno.test("the ids of other commands are not remembered", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  for (let i = 0; i < 2; i++) {
    alice.sendJson({ type: "command", id: "same", message: "/ping" });
    const reply = await alice.envelope(({ metadata }) => metadata.reply_to === "same");
    assert.equal(reply.metadata.code, "pong");
  }
  assert.equal((await alice.say("#general", "x", { id: "same" })).metadata.duplicate, undefined);
});

Deno.test("/help gives the commands, with a name that one; drafts are for bots only", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  const all = (await alice.command("/help")).metadata.commands as {
    name: string;
    usage: string;
    summary: string;
  }[];
  assert.ok(all.length > 20 && all.every(({ name, usage, summary }) => name && usage && summary));
  assert.equal(all.some(({ name }) => name === "draft"), false);
  const one = (await alice.command("/help join")).metadata.commands as { name: string }[];
  assert.deepEqual(one.map(({ name }) => name), ["join"]);
});

Deno.test("the server says closing to all when it shuts down", async () => {
  const server = await TestServer.start();
  const [json, text] = [await server.json("alice"), await server.text("bob")];
  const folder = server.folder;
  await server.stop();
  await Deno.remove(folder, { recursive: true });
  const closing = (await json.rest()).map((line) => JSON.parse(line)).find(is("closing"));
  assert.equal(typeof closing.metadata.reason, "string");
  assert.ok((await text.rest()).some((line) => line.startsWith("* ")));
});

Deno.test("the error that closes names the id of its request too", async () => {
  await using server = await TestServer.start();
  const client = await server.tcp();
  for (let i = 1; i <= 5; i++) {
    client.sendJson({ type: "command", id: `try${i}`, message: "/login a", metadata: { token: "x" } });
  }
  const replies = (await client.rest()).map((line) => JSON.parse(line).metadata.reply_to);
  assert.deepEqual(replies, ["try1", "try2", "try3", "try4", "try5"]);
});

Deno.test("reply_to is an id and never anything else of a line", async () => {
  await using server = await TestServer.start();
  const client = await server.json("alice");
  const lines = ["hello", ' {"id":"x1","type":"chat"}', '["id"]', '"id"', '{"id":"a b","type":"chat"}'];
  for (const line of lines) client.send(line);
  const replies = [];
  for (const _ of lines) replies.push((await client.envelope(is("error"))).metadata.reply_to);
  assert.deepEqual(replies, [undefined, "x1", undefined, undefined, undefined]);
});
