/** History and search, as section 4 of docs/protocol.md promises them. */

import assert from "node:assert/strict";
import type { Envelope } from "../protocol/message.ts";
import { messagesOf, pair, sayAll, texts } from "./scenario.ts";
import { TestServer } from "./test_server.ts";

// ---- history ----

Deno.test("/history gives the newest 20, oldest first, and says that there are more", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  await sayAll(alice, "#general", Array.from({ length: 25 }, (_, i) => `line ${i + 1}`));
  const reply = await alice.command("/history #general");
  assert.deepEqual(texts(messagesOf(reply)), Array.from({ length: 20 }, (_, i) => `line ${i + 6}`));
  assert.deepEqual([reply.metadata.code, reply.metadata.more], ["history", true]);
});

Deno.test("before=, after= and around= choose the page, a bare number is LIMIT", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  const seqs = await sayAll(alice, "#general", ["1", "2", "3", "4", "5", "6"]);
  const page = async (line: string) => texts(messagesOf(await alice.command(`/history #general ${line}`)));
  assert.deepEqual(await page("2"), ["5", "6"]);
  assert.deepEqual(await page(`before=${seqs[4]} 2`), ["3", "4"]);
  assert.deepEqual(await page(`2 after=${seqs[1]}`), ["3", "4"]);
  assert.deepEqual(await page(`around=${seqs[3]} 3`), ["3", "4", "5"]);
  assert.deepEqual(await page(`after=${seqs[5]}`), []);
});

Deno.test("a limit beyond 200 gives 200", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  for (let i = 1; i <= 210; i++) {
    alice.sendJson({ type: "chat", destination: "#general", message: `line ${i}` });
  }
  await alice.settled();
  assert.equal(messagesOf(await alice.command("/history #general 1000")).length, 200);
});

Deno.test("members of a public room read its whole history, also from before they joined", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  await sayAll(alice, "#general", ["before bob"]);
  const bob = await server.json("bob");
  assert.deepEqual(texts(messagesOf(await bob.command("/history #general"))), ["before bob"]);
  assert.deepEqual(texts(messagesOf(await bob.command("/find before"))), ["before bob"]);
});

Deno.test("/history NAME is the direct conversation, seen from both sides", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = await pair(server);
  await alice.say("bob", "hi");
  await bob.say("alice", "hello");
  for (const [client, name] of [[alice, "BOB"], [bob, "alice"]] as const) {
    const messages = messagesOf(await client.command(`/history ${name}`));
    assert.deepEqual(messages.map(({ sender, destination }) => [sender, destination]), [["alice", "bob"], [
      "bob",
      "alice",
    ]]);
  }
});

Deno.test("nobody reads the direct messages of others", async () => {
  await using server = await TestServer.start();
  const [alice] = await pair(server);
  const carol = await server.json("carol");
  await alice.say("bob", "whispered words");
  for (const name of ["alice", "bob"]) {
    assert.deepEqual(messagesOf(await carol.command(`/history ${name}`)), []);
    assert.deepEqual(messagesOf(await carol.command(`/find whispered in=${name}`)), []);
  }
  assert.deepEqual(messagesOf(await carol.command("/find whispered")), []);
  assert.deepEqual(texts(await carol.settled()), []);
});

Deno.test("/history NAME/feed is what a service published", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = await pair(server);
  await alice.say("", "21 °C", { type: "subscription" });
  const [reading] = messagesOf(await bob.command("/history alice/feed"));
  assert.deepEqual([reading!.type, reading!.sender, reading!.message], ["subscription", "alice", "21 °C"]);
});

Deno.test("no reply is larger than 256 KiB: the older end is left out, with more: true", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = await pair(server);
  const lines = Array.from({ length: 30 }, (_, i) => `${i}:` + "x".repeat(15_000));
  await sayAll(alice, "#general", lines);
  await bob.settled();
  bob.sendJson({ type: "command", id: "h", message: "/history #general 200" });
  const line = await bob.until((line) => line.includes('"reply_to":"h"'));
  assert.ok(line.length <= 256 * 1024, `${line.length} bytes`);
  const reply = JSON.parse(line) as Envelope;
  const got = texts(messagesOf(reply));
  assert.deepEqual(got, lines.slice(-got.length));
  assert.ok(got.length > 10);
  assert.equal(reply.metadata.more, true);
});

Deno.test("a joined reply with large messages is not larger than 256 KiB either", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = await pair(server);
  await alice.command("/join #dev");
  await sayAll(alice, "#dev", Array.from({ length: 30 }, (_, i) => `${i}:` + "x".repeat(15_000)));
  bob.sendJson({ type: "command", id: "j", message: "/join #dev" });
  const line = await bob.until((line) => line.includes('"reply_to":"j"'));
  assert.ok(line.length <= 256 * 1024, `${line.length} bytes`);
  assert.equal(JSON.parse(line).metadata.more, true);
});

// ---- search ----

Deno.test("/find finds each word, phrases and prefixes, newest first, as soon as it is said", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  await sayAll(alice, "#general", ["the red fox", "a fox that is red", "foxes are red", "a blue whale"]);
  const find = async (words: string) => texts(messagesOf(await alice.command(`/find ${words}`)));
  assert.deepEqual(await find("red fox"), ["a fox that is red", "the red fox"]);
  assert.deepEqual(await find('"red fox"'), ["the red fox"]);
  assert.deepEqual(await find("fox*"), ["foxes are red", "a fox that is red", "the red fox"]);
  assert.deepEqual(await find("red whale"), []);
});

Deno.test("/find takes in=, from= and before=", async () => {
  await using server = await TestServer.start();
  const [alice, bob] = await pair(server);
  const [first] = await sayAll(alice, "#general", ["fish one"]);
  await sayAll(bob, "#general", ["fish two"]);
  await sayAll(bob, "alice", ["fish three"]);
  const find = async (words: string) => texts(messagesOf(await alice.command(`/find fish ${words}`)));
  assert.deepEqual(await find(""), ["fish three", "fish two", "fish one"]);
  assert.deepEqual(await find("in=#general"), ["fish two", "fish one"]);
  assert.deepEqual(await find("in=bob"), ["fish three"]);
  assert.deepEqual(await find("from=bob"), ["fish three", "fish two"]);
  assert.deepEqual(await find(`before=${first! + 1}`), ["fish one"]);
});

Deno.test("what is found carries a snippet", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  await sayAll(alice, "#general", ["needle in a haystack"]);
  const [found] = messagesOf(await alice.command("/find needle"));
  assert.match(String(found!.metadata.snippet), /needle/);
});

for (const words of ['"', "*", "AND", "a OR", "NEAR(", "col:x", "x^2", "'; DROP TABLE messages", "(", "-x"]) {
  Deno.test(`/find ${words} is no error`, async () => {
    await using server = await TestServer.start();
    const alice = await server.json("alice");
    await sayAll(alice, "#general", ["something"]);
    assert.equal((await alice.command(`/find ${words}`)).metadata.code, "found");
  });
}
