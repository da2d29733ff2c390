import assert from "node:assert/strict";
import { ConnectionLost } from "../client/chat_client.ts";
import { chat, failure, notification } from "./scripted_server.ts";
import { code, GENERAL, Scene } from "./client_scene.ts";

// ---- the cursor ----

Deno.test("ChatClient tells each message once, in the order of seq", async () => {
  await using scene = new Scene();
  const first = await scene.online();
  first.send(
    chat(3, "bob", "three"),
    chat(5, "bob", "five"),
    chat(4, "bob", "four, too late"),
    chat(5, "bob", "five"),
  );
  first.send(chat(6, "bob", "six"));
  first.close();
  const login = await scene.server.accept();
  const request = await login.next();
  assert.equal(request.metadata.since, 6);
  login.welcome(request, { seq: 8, missed: [chat(6, "bob", "six"), chat(8, "bob", "eight")] });
  const texts = [];
  for (let i = 0; i < 4; i++) texts.push((await scene.messages.take()).message);
  assert.deepEqual(texts, ["three", "five", "six", "eight"]);
});

Deno.test("ChatClient moves its cursor with stored replies, but not with those to a second sending", async () => {
  await using scene = new Scene();
  const connection = await scene.online({ seq: 5 });
  const first = scene.client.say(GENERAL, "one");
  connection.stored(await connection.next(), 8);
  await first;
  assert.equal(scene.client.cursor?.since, 8);
  const second = scene.client.say(GENERAL, "two");
  connection.stored(await connection.next(), 20, { duplicate: true });
  await second;
  assert.equal(scene.client.cursor?.since, 8, "9 to 19 may still be on their way");
  connection.send(chat(15, "bob", "fifteen"), chat(20, "alice", "two"), chat(21, "bob", "twenty-one"));
  assert.equal((await scene.messages.take()).message, "fifteen");
  assert.equal((await scene.messages.take()).message, "twenty-one", "20 is known from the reply");
});

Deno.test("ChatClient resumes from the cursor that it is given", async () => {
  await using scene = new Scene({ resume: { since: 41, epoch: "log-1" } });
  assert.deepEqual(scene.client.cursor, { since: 41, epoch: "log-1" });
  scene.client.start();
  const connection = await scene.server.accept();
  const login = await connection.next();
  assert.equal(login.metadata.since, 41);
  connection.welcome(login, { seq: 42 });
  await scene.reaches("online");
  assert.deepEqual(scene.client.cursor, { since: 42, epoch: "log-1" });
});

Deno.test("ChatClient has no cursor before its first login, and sends none", async () => {
  await using scene = new Scene();
  assert.equal(scene.client.cursor, null);
  scene.client.start();
  const first = await scene.server.accept();
  const login = await first.next();
  first.send(notification("welcome", { user: "alice", token: "t", epoch: "log-1", reply_to: login.id }));
  first.close();
  const again = await (await scene.server.accept()).next();
  assert.deepEqual(
    again.metadata,
    { token: "t" },
    "nothing was seen yet, so the server knows better where to start",
  );
});

Deno.test("ChatClient drops its cursor where the log is another one, and what waits goes there", async () => {
  await using scene = new Scene();
  const first = await scene.online({ seq: 500 });
  const said = scene.client.say(GENERAL, "hello");
  const request = await first.next();
  first.close();
  const second = await scene.server.accept();
  const login = await second.next();
  assert.equal(login.metadata.since, 500);
  second.welcome(login, { epoch: "log-2", seq: 3 });
  await second.ended;
  const third = await scene.server.accept();
  const relogin = await third.next();
  assert.equal(relogin.metadata.since, 0, "none of the new log was seen");
  third.welcome(relogin, { epoch: "log-2", seq: 3, missed: [chat(2, "bob", "new")] });
  assert.equal((await scene.messages.take()).message, "new");
  const again = await third.next();
  assert.deepEqual(again, request);
  third.stored(again, 4);
  await said;
  assert.deepEqual(scene.client.cursor, { since: 4, epoch: "log-2" });
});

Deno.test("ChatClient tells of a gap before what comes after it", async () => {
  await using scene = new Scene();
  scene.client.start();
  const connection = await scene.server.accept();
  const login = await connection.next();
  connection.send(
    notification("welcome", { user: "alice", token: "t", epoch: "log-1", reply_to: login.id }),
    notification("gap", { from: 1, to: 9 }),
    chat(10, "bob", "ten"),
    notification("caught_up", { count: 1, seq: 10 }),
  );
  assert.deepEqual((await scene.notifications.take()).metadata, { code: "gap", from: 1, to: 9 });
  assert.equal((await scene.notifications.take()).metadata.code, "caught_up");
});

// ---- notifications ----

Deno.test("ChatClient answers a ping with a line", async () => {
  await using scene = new Scene();
  const connection = await scene.online();
  connection.send(notification("ping"));
  assert.equal(await connection.nextLine(), "");
});

Deno.test("ChatClient follows a change of its own name, and of no other", async () => {
  await using scene = new Scene();
  const first = await scene.online();
  const renamed = scene.client.command("/nick alicia");
  const request = await first.next();
  first.send(notification("nick", { old: "alice", new: "alicia", reply_to: request.id }));
  assert.equal((await renamed).metadata.new, "alicia");
  assert.equal(scene.client.user, "alicia");
  first.send(
    notification("nick", { old: "bob", new: "bobby" }),
    notification("nick", { old: "Alicia", new: "al" }),
  );
  await scene.notifications.take();
  await scene.notifications.take();
  await scene.notifications.take();
  assert.equal(scene.client.user, "al", "also from another connection");
  first.close();
  assert.equal((await (await scene.server.accept()).next()).message, "/login al");
});

Deno.test("ChatClient says why the server closed, and comes back", async () => {
  for (
    const farewell of [
      notification("closing", { reason: "shutdown" }, "The server is shutting down."),
      failure("slow_consumer"),
    ]
  ) {
    await using scene = new Scene();
    const first = await scene.online();
    first.send(farewell);
    first.close();
    await scene.reaches("online");
    const { problem, retryInMs } = await scene.reaches("connecting");
    assert.equal(problem, farewell.message);
    assert.equal(retryInMs, 0);
    await scene.notifications.take();
    assert.equal((await scene.notifications.take()).metadata.code, farewell.metadata.code);
    await scene.server.welcome();
    await scene.reaches("online");
  }
});

Deno.test("ChatClient passes over lines that no server may send", async () => {
  await using scene = new Scene();
  const connection = await scene.online();
  const hostile = [
    "",
    "nonsense",
    "[]",
    "null",
    '"text"',
    "{}",
    JSON.stringify({ ...chat(1, "bob", "no seq"), seq: undefined }),
    JSON.stringify({ ...chat(1, "bob", "bad seq"), seq: "1" }),
    JSON.stringify({ ...chat(1, "bob", "bad metadata"), metadata: null }),
    JSON.stringify({ ...chat(1, "bob", "no text"), message: 7 }),
    JSON.stringify({ ...chat(1, "bob", "a command"), type: "command" }),
    JSON.stringify(notification("stored", { reply_to: "never-sent", seq: 10 ** 20 })),
    JSON.stringify(failure("internal", { reply_to: "never-sent" })),
    JSON.stringify(notification("welcome", { user: "mallory", token: "x", epoch: "log-9" })),
  ];
  connection.sendLines(hostile);
  connection.send(chat(1, "bob", "hello"));
  assert.equal((await scene.messages.take()).message, "hello");
  assert.equal(scene.client.user, "alice");
  assert.equal(scene.client.status.state, "online");
});

// ---- commands and signals ----

Deno.test("ChatClient.command resolves with its reply and rejects with its error", async () => {
  await using scene = new Scene();
  const connection = await scene.online();
  const joined = scene.client.command("/join #tea");
  const request = await connection.next();
  assert.equal(request.type, "command");
  connection.send(notification("joined", { room: "#tea", reply_to: request.id }));
  assert.equal((await joined).metadata.room, "#tea");
  const unknown = scene.client.command("/frobnicate", { destination: GENERAL, metadata: { hard: true } });
  const second = await connection.next();
  assert.equal(second.destination, GENERAL);
  assert.deepEqual(second.metadata, { hard: true });
  connection.refuse(second, "unknown_command");
  await assert.rejects(unknown, code("unknown_command"));
});

Deno.test("ChatClient.command rejects where the connection is down, or goes down before the reply", async () => {
  await using scene = new Scene();
  await assert.rejects(scene.client.command("/list"), ConnectionLost);
  const connection = await scene.online();
  const list = scene.client.command("/list");
  await connection.next();
  connection.close();
  await assert.rejects(list, ConnectionLost);
});

Deno.test("ChatClient.command keeps and sends again what says something", async () => {
  await using scene = new Scene();
  const asked = scene.client.command("/AIBot why?", { destination: GENERAL });
  const first = await scene.online();
  const request = await first.next();
  assert.equal(scene.client.pending[0]?.type, "command");
  first.close();
  const second = await scene.server.welcome();
  assert.deepEqual(await second.next(), request);
  second.stored(request, 1);
  assert.equal((await asked).metadata.seq, 1);
});

Deno.test("ChatClient takes the reply of a command for the acknowledgement of a chat that was one", async () => {
  await using scene = new Scene();
  const connection = await scene.online();
  const said = scene.client.say("thermometer1", "subscribe");
  const request = await connection.next();
  connection.send(notification("subscribed", { to: "thermometer1", reply_to: request.id }));
  assert.equal((await said).metadata.code, "subscribed");
  assert.deepEqual(scene.client.pending, []);
});

Deno.test("ChatClient.signal sends a command without an id, and nothing where there is no connection", async () => {
  await using scene = new Scene();
  scene.client.signal("/typing #general");
  const connection = await scene.online();
  scene.client.signal("/draft", { destination: "bob", metadata: { draft: "d1", delta: "so" } });
  const request = JSON.parse(await connection.nextLine());
  assert.deepEqual(request, {
    type: "command",
    destination: "bob",
    message: "/draft",
    metadata: { draft: "d1", delta: "so" },
  });
});

for (const [command, code] of [["/quit", "bye"], ["/logout", "logged_out"]] as const) {
  Deno.test(`ChatClient does not come back after ${command}`, async () => {
    await using scene = new Scene();
    const connection = await scene.online();
    const quit = scene.client.command(command);
    const request = await connection.next();
    connection.send(notification(code, { reply_to: request.id }));
    assert.equal((await quit).metadata.code, code);
    assert.deepEqual(await scene.reaches("closed"), { state: "closed" });
  });
}
