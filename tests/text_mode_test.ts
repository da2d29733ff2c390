/** Text mode, as section 2 of docs/protocol.md promises it to whoever comes with `nc`. */

import assert from "node:assert/strict";
import { exchange, quit, settledText, undated } from "./scenario.ts";
import { TestServer } from "./test_server.ts";
import { LineClient } from "./line_client.ts";

Deno.test("on connect come two lines, a greeting and the question for a name", async () => {
  await using server = await TestServer.start();
  const client = await LineClient.tcp(server.port);
  const [greeting, question] = [await client.next(), await client.next()];
  assert.match(greeting, /Parley/);
  assert.equal(question, "Enter your username:");
  await client.close();
});

Deno.test("a bare name logs in with that name", async () => {
  await using server = await TestServer.start();
  const client = await server.tcp();
  client.send("alice");
  assert.match(await client.next(), /^\* Welcome, alice\b/);
  assert.deepEqual(await settledText(client), []);
});

Deno.test("lines may end in CR LF", async () => {
  await using server = await TestServer.start();
  const client = await server.tcp();
  client.send("alice\r");
  assert.match(await client.next(), /^\* Welcome, alice\b/);
});

Deno.test("/login, /register, /help, /ping and /quit work before a login in text mode", async () => {
  await using server = await TestServer.start();
  const client = await server.tcp();
  client.send("/ping");
  assert.equal(await client.next(), "* Pong.");
  client.send("/help");
  await client.until((line) => line.startsWith("* /quit"));
  client.send("/register alice");
  await client.until((line) => line.startsWith("* Welcome, alice"));
  const other = await server.tcp();
  other.send("/login bob");
  await other.until((line) => line.startsWith("* Welcome, bob"));
  const third = await server.tcp();
  third.send("/quit");
  assert.match((await third.rest()).join(), /Goodbye/);
});

Deno.test("/users before a login is not_logged_in, and the question comes again", async () => {
  await using server = await TestServer.start();
  const client = await server.tcp();
  client.send("/users");
  assert.match(await client.next(), /^! not_logged_in: /);
  assert.equal(await client.next(), "Enter your username:");
});

for (const name of ["-alice", "two words", "a".repeat(33), "alice.", "álice", "alice: hi"]) {
  Deno.test(`the name ${JSON.stringify(name)} is refused with bad_name, and the question comes again`, async () => {
    await using server = await TestServer.start();
    const client = await server.tcp();
    client.send(name);
    assert.match(await client.next(), /^! bad_name: /);
    assert.equal(await client.next(), "Enter your username:");
    client.send("alice");
    assert.match(await client.next(), /^\* Welcome, alice/);
  });
}

Deno.test("where the name has a password, the next line is taken as it", async () => {
  await using server = await TestServer.start();
  const owner = await server.text("alice");
  owner.send("/password secret");
  await owner.until((line) => line.startsWith("* "));
  await quit(owner);
  const client = await server.tcp();
  client.send("alice");
  assert.equal(await client.next(), "Password for alice:");
  client.send("wrong");
  assert.match(await client.next(), /^! bad_credentials: /);
  assert.equal(await client.next(), "Enter your username:");
  client.send("alice");
  assert.equal(await client.next(), "Password for alice:");
  client.send("secret");
  assert.match(await client.next(), /^\* Welcome, alice/);
});

Deno.test("an HTTP request on the TCP port gets HTTP/1.1 400 and words that name the web port, and is closed", async () => {
  await using server = await TestServer.start();
  const answer = await exchange(server.port, "GET / HTTP/1.1\r\nHost: x\r\n\r\nalice\r\nhello\r\n");
  const lines = answer.split("\n");
  const status = lines.findIndex((line) => line.startsWith("HTTP/1.1 400"));
  assert.ok(status >= 0, answer);
  assert.match(lines.slice(status).join("\n"), /8080/);
  assert.equal(await server.store.findUser("alice"), null);
});

Deno.test("a line is said in the lobby, and its sender gets no answer", async () => {
  await using server = await TestServer.start();
  const alice = await server.text("alice");
  const bob = await server.text("bob");
  await alice.until((line) => line === "* bob joined #general");
  bob.send("hello");
  assert.equal(undated(await alice.next()), "[TIME] #general bob: hello");
  assert.deepEqual(await settledText(bob), []);
});

Deno.test("`name: text` goes to that user alone", async () => {
  await using server = await TestServer.start();
  const [alice, bob, carol] = [
    await server.text("alice"),
    await server.text("bob"),
    await server.text("carol"),
  ];
  await settledText(bob);
  alice.send("bob: hi");
  assert.equal(undated(await bob.next()), "[TIME] alice: hi");
  await settledText(alice);
  assert.deepEqual(await settledText(carol), []);
});

Deno.test("a name and a colon without a space after it is said in the room", async () => {
  await using server = await TestServer.start();
  const alice = await server.text("alice");
  const bob = await server.text("bob");
  bob.send("alice:hi");
  assert.match(await alice.until((line) => line.includes("hi")), /#general bob: alice:hi$/);
});

Deno.test("a leading space, and /say, keep `name: text` for the room", async () => {
  await using server = await TestServer.start();
  const alice = await server.text("alice");
  const bob = await server.text("bob");
  bob.send(" alice: one");
  assert.match(await alice.until((line) => line.includes("one")), /\] #general bob: alice: one$/);
  bob.send("/say alice: two");
  assert.match(await alice.next(), /\] #general bob: alice: two$/);
});

Deno.test("// at the start says a line that begins with /", async () => {
  await using server = await TestServer.start();
  const alice = await server.text("alice");
  const bob = await server.text("bob");
  bob.send("//join is a command");
  assert.match(await alice.until((line) => line.includes("join is")), /#general bob: \/join is a command$/);
});

Deno.test("one leading space and the white space at the end are taken off, an empty line is ignored", async () => {
  await using server = await TestServer.start();
  const alice = await server.text("alice");
  const bob = await server.text("bob");
  bob.send("");
  bob.send("   ");
  bob.send("  indented \t ");
  assert.match(await alice.until((line) => line.includes("bob:")), /#general bob: {2}indented$/);
  assert.deepEqual(await settledText(bob), []);
});

Deno.test("!check and exit are other spellings of /check and /quit", async () => {
  await using server = await TestServer.start();
  const alice = await server.text("alice");
  alice.send("!check");
  assert.match(await alice.next(), /^\* /);
  alice.send("exit");
  assert.match((await alice.rest()).join("\n"), /^\* Goodbye/);
});

Deno.test("command names are matched whatever their case", async () => {
  await using server = await TestServer.start();
  const alice = await server.text("alice");
  alice.send("/JOIN dev");
  assert.match(await alice.next(), /^\* You joined #dev/);
});

Deno.test("an unknown command is answered with its code and words", async () => {
  await using server = await TestServer.start();
  const alice = await server.text("alice");
  alice.send("/foo");
  assert.equal(await alice.next(), "! unknown_command: There is no command /foo. Try /help.");
});

Deno.test("lines go to the room joined last, and after /leave to the lobby again", async () => {
  await using server = await TestServer.start();
  const alice = await server.text("alice");
  const bob = await server.text("bob");
  alice.send("/join #dev");
  await alice.until((line) => line.startsWith("* You joined"));
  bob.send("/join dev");
  await bob.until((line) => line.startsWith("* You joined"));
  bob.send("in dev");
  assert.match(await alice.until((line) => line.includes("in dev")), /#dev bob: in dev$/);
  bob.send("/leave");
  assert.match(await bob.next(), /^\* You left #dev/);
  bob.send("in the lobby");
  assert.match(await alice.until((line) => line.includes("in the lobby")), /#general bob: in the lobby$/);
});

Deno.test("/join alone is bad_arguments with the usage, although there is a current room", async () => {
  await using server = await TestServer.start();
  const alice = await server.text("alice");
  alice.send("/join");
  assert.equal(await alice.next(), "! bad_arguments: Usage: /join ROOM");
});

Deno.test("/logout says goodbye and closes", async () => {
  await using server = await TestServer.start();
  const alice = await server.text("alice");
  alice.send("/logout");
  assert.match((await alice.rest()).join(), /^\* Goodbye\. /);
  const bob = await server.tcp();
  bob.send("/logout");
  assert.match(await bob.next(), /^! not_logged_in: /);
});

Deno.test("whoever is in no room is told to /join one", async () => {
  await using server = await TestServer.start();
  const alice = await server.text("alice");
  alice.send("/leave");
  await alice.next();
  alice.send("hello?");
  assert.match(await alice.next(), /^! bad_arguments: .*\/join/);
});

Deno.test("whoever has left the lobby begins in another room of theirs", async () => {
  await using server = await TestServer.start();
  const alice = await server.text("alice");
  alice.send("/join #dev");
  await alice.next();
  alice.send("/leave #general");
  await alice.next();
  await quit(alice);
  const bob = await server.text("bob");
  bob.send("/join #dev");
  await settledText(bob);
  const again = await server.text("alice");
  again.send("hello");
  assert.match(await bob.until((line) => line.includes("alice:")), /#dev alice: hello$/);
});

Deno.test("what was kept while one was away comes after the welcome, as [Stored] lines and a count", async () => {
  await using server = await TestServer.start();
  await quit(await server.text("bob"));
  const alice = await server.text("alice");
  alice.send("bob: hi");
  assert.equal(await alice.next(), "User 'bob' is offline. Message saved.");
  alice.send("hello");
  await settledText(alice);
  const bob = await server.tcp();
  bob.send("bob");
  assert.match(await bob.next(), /^\* Welcome, bob/);
  assert.equal(undated(await bob.next()), "[Stored] [TIME][alice] 'hi'");
  assert.equal(undated(await bob.next()), "[Stored] [TIME][alice #general] 'hello'");
  assert.equal(await bob.next(), "* 2 stored messages.");
  assert.deepEqual(await settledText(bob), []);
});

Deno.test("a message to a name that nobody has yet is kept for it, with a hint for its sender", async () => {
  await using server = await TestServer.start();
  const alice = await server.text("alice");
  alice.send("Joe: hi");
  assert.equal(await alice.next(), "User 'Joe' is offline. Message saved.");
  assert.equal(
    await alice.next(),
    "* Nobody called Joe has been here yet. To say such a line in the room, begin it with a space.",
  );
  const joe = await server.tcp();
  joe.send("joe");
  await joe.next();
  assert.equal(undated(await joe.next()), "[Stored] [TIME][alice] 'hi'");
});

Deno.test("what one said from another connection says to whom it went", async () => {
  await using server = await TestServer.start();
  await server.text("bob");
  const text = await server.text("alice");
  const token = await server.chat.accounts.tokenFor((await server.store.findUser("alice"))!);
  const json = await server.json("", { token });
  await json.say("bob", "hi");
  assert.equal(undated(await text.until((line) => line.includes("hi"))), "[TIME] alice -> bob: hi");
});

Deno.test("whoever joins a room in text mode gets its last 20 messages as ordinary lines", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  await alice.command("/join #dev");
  for (let i = 1; i <= 25; i++) alice.sendJson({ type: "chat", destination: "#dev", message: `line ${i}` });
  await alice.settled();
  const bob = await server.text("bob");
  bob.send("/join #dev");
  const lines = await settledText(bob);
  assert.match(lines[0]!, /^\* You joined #dev/);
  const expected = Array.from({ length: 20 }, (_, i) => `[TIME] #dev alice: line ${i + 6}`);
  assert.deepEqual(lines.slice(1).map(undated), expected);
});

Deno.test("events of the room show as lines that begin with a star", async () => {
  await using server = await TestServer.start();
  const alice = await server.text("alice");
  const bob = await server.text("bob");
  assert.equal(await alice.next(), "* bob joined #general");
  bob.send("/nick bobby");
  assert.equal(await alice.next(), "* bob is now called bobby");
  bob.send("/leave");
  assert.equal(await alice.next(), "* bobby left #general");
});

Deno.test("what shuts down its sending side gets all that is due, and is then closed", async () => {
  await using server = await TestServer.start();
  const bob = await server.text("bob");
  const alice = await server.tcp();
  alice.send("alice");
  alice.send("bob: build failed");
  alice.send("nobody: kept");
  alice.send("/history bob 1");
  await alice.closeWrite();
  const lines = (await alice.rest()).map(undated);
  assert.ok(lines.includes("User 'nobody' is offline. Message saved."), lines.join("\n"));
  assert.equal(lines.at(-1)?.startsWith("[TIME] alice -> bob: build failed"), true, lines.join("\n"));
  assert.match(await bob.until((line) => line.includes("alice:")), /alice: build failed$/);
});

Deno.test("a last line without a line break counts too", async () => {
  await using server = await TestServer.start();
  const bob = await server.text("bob");
  const alice = await server.tcp();
  alice.writeBytes(new TextEncoder().encode("alice\nbob: no line break"));
  await alice.closeWrite();
  assert.match(await bob.until((line) => line.includes("alice:")), /alice: no line break$/);
});

Deno.test("a message over 16 KiB is refused as too_long, and the words say the limit", async () => {
  await using server = await TestServer.start();
  const alice = await server.text("alice");
  alice.send("x".repeat(16 * 1024 + 1));
  assert.match(await alice.next(), /^! too_long: .*16384/);
});

Deno.test("/history in text mode is of the current room", async () => {
  await using server = await TestServer.start();
  const alice = await server.text("alice");
  alice.send("one");
  alice.send("two");
  alice.send("/history 1");
  assert.equal(undated(await alice.next()), "[TIME] #general alice: two");
});

Deno.test("a second login in text mode is already_logged_in", async () => {
  await using server = await TestServer.start();
  const alice = await server.text("alice");
  alice.send("/login bob");
  assert.match(await alice.next(), /^! already_logged_in: /);
});

Deno.test("a password that is asked for is not said in a room where the login ends otherwise", async () => {
  await using server = await TestServer.start();
  const owner = await server.text("alice");
  owner.send("/password secret");
  await owner.next();
  const client = await server.tcp();
  client.send("alice");
  client.send("/users");
  assert.equal(await client.next(), "Password for alice:");
  assert.match(await client.next(), /^! bad_credentials: /);
});
