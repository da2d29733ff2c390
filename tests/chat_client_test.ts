import assert from "node:assert/strict";
import {
  ChatClient,
  type ChatClientOptions,
  type ClientStatus,
  ConnectionLost,
} from "../client/chat_client.ts";
import type { Envelope } from "../protocol/message.ts";
import { chat, failure, Mailbox, notification, ScriptedServer } from "./scripted_server.ts";

/** A client and the server that it talks to, with what the client told. Nothing waits between attempts. */
class Scene {
  readonly server = new ScriptedServer();
  readonly messages = new Mailbox<Envelope>();
  readonly notifications = new Mailbox<Envelope>();
  readonly statuses = new Mailbox<ClientStatus>();
  readonly client: ChatClient;

  constructor(options: Partial<ChatClientOptions> = {}) {
    this.client = new ChatClient(
      { connect: this.server.connect, login: { name: "alice" }, backoff: () => 0, ...options },
      {
        message: (message) => this.messages.put(message),
        notification: (notification) => this.notifications.put(notification),
        status: (status) => this.statuses.put(status),
      },
    );
  }

  /** Starts the client; resolves with its first connection when it is online. */
  async online(options: Parameters<ScriptedServer["welcome"]>[0] = {}) {
    const started = this.client.start();
    const connection = await this.server.welcome(options);
    await started;
    return connection;
  }

  /** Resolves at the next status of that kind. */
  async reaches<S extends ClientStatus["state"]>(state: S): Promise<ClientStatus & { state: S }> {
    for (;;) {
      const status = await this.statuses.take();
      if (status.state === state) return status as ClientStatus & { state: S };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
  }
}

const GENERAL = "#general";

function code(expected: string): (error: unknown) => boolean {
  return (error) => {
    assert.equal((error as { code?: string }).code, expected);
    return true;
  };
}

// ---- logging in ----

Deno.test("ChatClient logs in by name, and start resolves with the welcome after what was missed", async () => {
  await using scene = new Scene();
  const started = scene.client.start();
  const connection = await scene.server.accept();
  const login = await connection.next();
  assert.equal(login.type, "command");
  assert.equal(login.message, "/login alice");
  assert.deepEqual(login.metadata, {});
  connection.welcome(login, {
    user: "Alice",
    seq: 7,
    missed: [chat(7, "bob", "hi", { metadata: { stored: true } })],
  });
  const welcome = await started;
  assert.equal(welcome.metadata.user, "Alice");
  assert.equal((await scene.messages.take()).message, "hi");
  assert.equal(scene.client.user, "Alice");
  assert.equal(scene.client.token, "token-of-Alice");
  assert.deepEqual(scene.client.cursor, { since: 7, epoch: "log-1" });
  assert.deepEqual(scene.client.status, { state: "online", welcome });
});

Deno.test("ChatClient keeps the token of a guest and comes back with it", async () => {
  await using scene = new Scene({ login: {} });
  const started = scene.client.start();
  const first = await scene.server.accept();
  const login = await first.next();
  assert.equal(login.message, "/login");
  first.welcome(login, { user: "guest-abc123", token: "secret" });
  await started;
  first.close();
  const again = await (await scene.server.accept()).next();
  assert.equal(again.message, "/login guest-abc123");
  assert.equal(again.metadata.token, "secret");
});

Deno.test("ChatClient sends a password once and the token from then on", async () => {
  await using scene = new Scene({ login: { name: "alice", password: "open sesame" } });
  const started = scene.client.start();
  const first = await scene.server.accept();
  const login = await first.next();
  assert.deepEqual(login.metadata, { password: "open sesame" });
  first.welcome(login);
  await started;
  first.close();
  const again = await (await scene.server.accept()).next();
  assert.deepEqual(again.metadata, { token: "token-of-alice", since: 0 });
});

Deno.test("ChatClient falls back to the password where the token is refused", async () => {
  await using scene = new Scene({ login: { name: "alice", token: "old", password: "pw" } });
  const started = scene.client.start();
  const connection = await scene.server.accept();
  const first = await connection.next();
  assert.deepEqual(first.metadata, { token: "old" });
  connection.refuse(first, "bad_credentials");
  const second = await connection.next();
  assert.deepEqual(second.metadata, { password: "pw" });
  connection.welcome(second);
  await started;
});

Deno.test("ChatClient with a token alone never makes an account of it", async () => {
  await using scene = new Scene({ login: { name: "alice", token: "old" } });
  const started = scene.client.start();
  const connection = await scene.server.accept();
  connection.refuse(await connection.next(), "bad_credentials");
  await assert.rejects(started, code("bad_credentials"));
});

Deno.test("ChatClient registers, and logs in where the answer to its registration was lost", async () => {
  await using scene = new Scene({ login: { name: "alice", password: "pw", register: true } });
  const started = scene.client.start();
  const first = await scene.server.accept();
  const registration = await first.next();
  assert.equal(registration.message, "/register alice");
  assert.deepEqual(registration.metadata, { password: "pw" });
  first.close();
  const second = await scene.server.accept();
  const again = await second.next();
  assert.equal(again.message, "/register alice");
  second.refuse(again, "name_in_use");
  const login = await second.next();
  assert.equal(login.message, "/login alice");
  assert.deepEqual(login.metadata, { password: "pw" });
  second.welcome(login);
  await started;
});

Deno.test("ChatClient says so where the name that it registers is taken", async () => {
  await using scene = new Scene({ login: { name: "alice", register: true } });
  const started = scene.client.start();
  const connection = await scene.server.accept();
  connection.refuse(await connection.next(), "name_in_use");
  await assert.rejects(started, code("name_in_use"));
  await connection.ended;
});

for (const error of ["bad_credentials", "bad_name", "name_in_use", "too_many_connections"]) {
  Deno.test(`ChatClient ends where the first login is refused with ${error}`, async () => {
    await using scene = new Scene();
    const started = scene.client.start();
    const connection = await scene.server.accept();
    connection.refuse(await connection.next(), error);
    await assert.rejects(started, code(error));
    const status = await scene.reaches("closed");
    assert.equal((status.error as { code?: string }).code, error);
    await connection.ended;
    await assert.rejects(scene.client.say(GENERAL, "too late"), ConnectionLost);
  });
}

Deno.test("ChatClient ends where the server takes no more connections, which it says before any login", async () => {
  await using scene = new Scene();
  const started = scene.client.start();
  (await scene.server.accept()).send(failure("too_many_connections"));
  await assert.rejects(started, code("too_many_connections"));
});

for (const error of ["rate_limited", "store_unavailable", "internal", "login_timeout"]) {
  Deno.test(`ChatClient tries again where a login is refused with ${error}`, async () => {
    await using scene = new Scene();
    const started = scene.client.start();
    const connection = await scene.server.accept();
    connection.refuse(await connection.next(), error, { retry_after_ms: 1 });
    await scene.server.welcome();
    await started;
  });
}

for (const error of ["name_in_use", "too_many_connections"]) {
  Deno.test(`ChatClient tries again where a later login is refused with ${error}`, async () => {
    await using scene = new Scene();
    (await scene.online()).close();
    const second = await scene.server.accept();
    second.refuse(await second.next(), error);
    await second.ended;
    await scene.server.welcome();
    await scene.reaches("online");
    await scene.reaches("online");
  });
}

Deno.test("ChatClient ends where a later login is refused as wrong", async () => {
  await using scene = new Scene({ login: { name: "alice", token: "t" } });
  (await scene.online({ token: "t" })).close();
  const waiting = scene.client.say(GENERAL, "hello");
  const second = await scene.server.accept();
  second.refuse(await second.next(), "bad_credentials");
  const { error } = await scene.reaches("closed");
  assert.equal((error as { code?: string }).code, "bad_credentials");
  await assert.rejects(waiting, ConnectionLost);
});

Deno.test("ChatClient comes back to an open account that lost its token by name alone", async () => {
  await using scene = new Scene();
  (await scene.online()).close();
  const second = await scene.server.accept();
  second.refuse(await second.next(), "bad_credentials");
  const login = await second.next();
  assert.equal(login.message, "/login alice");
  assert.deepEqual(login.metadata, { since: 0 });
  second.welcome(login);
  await scene.reaches("online");
  await scene.reaches("online");
});

Deno.test("ChatClient becomes a fresh guest where the one that it was is gone", async () => {
  await using scene = new Scene({ login: {} });
  (await scene.online({ user: "guest-abc123" })).close();
  const second = await scene.server.accept();
  second.refuse(await second.next(), "bad_credentials");
  const login = await second.next();
  assert.equal(login.message, "/login");
  second.welcome(login, { user: "guest-xyz789" });
  await scene.reaches("online");
  await scene.reaches("online");
  assert.equal(scene.client.user, "guest-xyz789");
});

Deno.test("ChatClient does not take a welcome without a user or a log for one", async () => {
  await using scene = new Scene();
  scene.client.start();
  const connection = await scene.server.accept();
  connection.send(notification("welcome", { user: 7 }));
  await connection.ended;
  await scene.server.welcome();
  await scene.reaches("online");
});

// ---- saying ----

Deno.test("ChatClient.say resolves with the stored reply", async () => {
  await using scene = new Scene();
  const connection = await scene.online();
  const said = scene.client.say(GENERAL, "hello", { metadata: { mood: "good" } });
  const request = await connection.next();
  assert.equal(request.type, "chat");
  assert.equal(request.destination, GENERAL);
  assert.equal(request.message, "hello");
  assert.deepEqual(request.metadata, { mood: "good" });
  assert.match(request.id, /^[A-Za-z0-9_-]{1,64}$/);
  assert.deepEqual(scene.client.pending, [
    { id: request.id, type: "chat", destination: GENERAL, message: "hello", metadata: { mood: "good" } },
  ]);
  connection.stored(request, 12, { offline: true });
  const reply = await said;
  assert.equal(reply.metadata.seq, 12);
  assert.equal(reply.metadata.offline, true);
  assert.deepEqual(scene.client.pending, []);
  assert.equal(scene.client.cursor?.since, 12);
});

Deno.test("ChatClient.publish sends a subscription without a destination", async () => {
  await using scene = new Scene();
  const connection = await scene.online();
  const published = scene.client.publish("21.4 °C");
  const request = await connection.next();
  assert.equal(request.type, "subscription");
  assert.equal(request.destination, "");
  connection.stored(request, 1, { subscribers: 3 });
  assert.equal((await published).metadata.subscribers, 3);
});

Deno.test("ChatClient.say rejects with the ChatError with which it was refused", async () => {
  await using scene = new Scene();
  const connection = await scene.online();
  const said = scene.client.say("#secret", "hello");
  connection.refuse(await connection.next(), "not_a_member", { room: "#secret" });
  await assert.rejects(said, (error: { code?: string; message?: string; details?: unknown }) => {
    assert.equal(error.code, "not_a_member");
    assert.equal(error.message, "This is not_a_member.");
    assert.deepEqual(error.details, { room: "#secret" });
    return true;
  });
  assert.deepEqual(scene.client.pending, []);
});

Deno.test("ChatClient keeps what is said before it is connected and sends it after caught_up, in order", async () => {
  await using scene = new Scene();
  const said = ["one", "two", "three"].map((text) => scene.client.say(GENERAL, text));
  const connection = await scene.online();
  for (const [i, request] of (await connection.nextMany(3)).entries()) connection.stored(request, i + 1);
  assert.deepEqual((await Promise.all(said)).map(({ metadata }) => metadata.seq), [1, 2, 3]);
});

Deno.test("ChatClient sends what was not acknowledged again, in order and with the same ids", async () => {
  await using scene = new Scene();
  const first = await scene.online();
  const said = ["one", "two", "three"].map((text) => scene.client.say(GENERAL, text));
  const before = await first.nextMany(3);
  first.stored(before[0]!, 1);
  await said[0];
  first.close();
  const second = await scene.server.welcome({ seq: 1 });
  const after = await second.nextMany(2);
  assert.deepEqual(after, before.slice(1));
  second.stored(after[0]!, 2, { duplicate: true });
  second.stored(after[1]!, 3);
  await Promise.all(said);
});

Deno.test("ChatClient takes its own message that comes back in the resume for the acknowledgement", async () => {
  await using scene = new Scene();
  const first = await scene.online();
  const said = scene.client.say(GENERAL, "hello");
  const other = scene.client.say(GENERAL, "again");
  const [request] = await first.nextMany(2);
  first.close();
  const missed = [
    chat(1, "bob", "before", { metadata: { stored: true } }),
    chat(2, "ALICE", "hello", { id: request!.id, metadata: { stored: true } }),
    chat(3, "bob", "after", { metadata: { stored: true } }),
  ];
  const second = await scene.server.welcome({ seq: 3, missed });
  assert.deepEqual(await said, {
    type: "notification",
    sender: "server",
    destination: "",
    message: "",
    timestamp: missed[1]!.timestamp,
    metadata: { code: "stored", reply_to: request!.id, seq: 2, timestamp: missed[1]!.timestamp },
  });
  assert.equal((await second.next()).message, "again", "what came back is not sent again");
  assert.equal((await scene.messages.take()).message, "before");
  assert.equal((await scene.messages.take()).message, "after", "one's own is not told as another's");
  assert.equal(scene.client.cursor?.since, 3);
  scene.client.close();
  await assert.rejects(other, ConnectionLost);
});

Deno.test("ChatClient takes somebody else's message with the id of its own for what it is", async () => {
  await using scene = new Scene();
  const connection = await scene.online();
  const said = scene.client.say(GENERAL, "hello", { id: "guessed" });
  const request = await connection.next();
  connection.send(chat(1, "mallory", "hello", { id: "guessed" }));
  assert.equal((await scene.messages.take()).sender, "mallory");
  assert.equal(scene.client.pending.length, 1);
  connection.stored(request, 2);
  assert.equal((await said).metadata.seq, 2);
});

Deno.test("ChatClient tells what the user said from another connection", async () => {
  await using scene = new Scene();
  const connection = await scene.online();
  connection.send(chat(1, "alice", "from my phone", { id: "phone-1" }));
  assert.equal((await scene.messages.take()).message, "from my phone");
});

Deno.test("ChatClient has at most 256 requests under way", async () => {
  await using scene = new Scene();
  const connection = await scene.online();
  const said = Array.from({ length: 300 }, (_, i) => scene.client.say(GENERAL, `message ${i}`));
  const ping = scene.client.command("/ping");
  const underWay = await connection.nextMany(256);
  await connection.expectPing();
  await ping;
  for (const [i, request] of underWay.entries()) connection.stored(request, i + 1);
  const rest = await connection.nextMany(44);
  assert.deepEqual(
    rest.map(({ message }) => message),
    Array.from({ length: 44 }, (_, i) => `message ${256 + i}`),
  );
  for (const [i, request] of rest.entries()) connection.stored(request, 257 + i);
  await Promise.all(said);
});

Deno.test("ChatClient.say with an id that waits already is the same request, or a conflict", async () => {
  await using scene = new Scene();
  const connection = await scene.online();
  const said = scene.client.say(GENERAL, "hello", { id: "once" });
  const again = scene.client.say(GENERAL, "hello", { id: "once" });
  await assert.rejects(scene.client.say(GENERAL, "other", { id: "once" }), code("id_conflict"));
  connection.stored(await connection.next(), 1);
  assert.equal((await said).metadata.seq, 1);
  assert.equal((await again).metadata.seq, 1);
});

Deno.test("ChatClient refuses by itself what would make the server close each connection anew", async () => {
  await using scene = new Scene();
  const connection = await scene.online();
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  await assert.rejects(scene.client.say(GENERAL, "x".repeat(70_000)), code("too_long"));
  await assert.rejects(scene.client.say(GENERAL, "hello", { id: "not an id" }), code("bad_message"));
  await assert.rejects(scene.client.say(GENERAL, "hello", { metadata: loop }), code("bad_message"));
  const ping = scene.client.command("/ping");
  await connection.expectPing();
  await ping;
});

Deno.test("ChatClient sends metadata as it was when it was said", async () => {
  await using scene = new Scene();
  const metadata = { count: 1 };
  scene.client.say(GENERAL, "hello", { metadata });
  metadata.count = 2;
  const connection = await scene.online();
  assert.deepEqual((await connection.next()).metadata, { count: 1 });
});

// ---- refusals that pass ----

Deno.test("ChatClient waits after rate_limited until all is answered, and sends all again in order", async () => {
  await using scene = new Scene();
  const connection = await scene.online();
  const said = [
    scene.client.say(GENERAL, "one"),
    scene.client.command("/msg bob two"),
    scene.client.say(GENERAL, "three"),
  ];
  const requests = await connection.nextMany(3);
  connection.stored(requests[0]!, 1);
  connection.refuse(requests[1]!, "rate_limited", { retry_after_ms: 0 });
  await said[0];
  said.push(scene.client.say(GENERAL, "four"));
  const ping = scene.client.command("/ping");
  await connection.expectPing();
  await ping;
  connection.refuse(requests[2]!, "rate_limited", { retry_after_ms: 0 });
  const again = await connection.nextMany(3);
  assert.deepEqual(again.slice(0, 2), requests.slice(1));
  assert.equal(again[2]!.message, "four");
  for (const [i, request] of again.entries()) connection.stored(request, i + 2);
  assert.deepEqual((await Promise.all(said)).map(({ metadata }) => metadata.seq), [1, 2, 3, 4]);
});

Deno.test("ChatClient waits longer after each store_unavailable, until something is stored", async () => {
  const attempts: number[] = [];
  await using scene = new Scene({
    backoff: (attempt) => {
      attempts.push(attempt);
      return 0;
    },
  });
  const connection = await scene.online();
  const said = [scene.client.say(GENERAL, "one"), scene.client.say(GENERAL, "two")];
  for (let round = 0; round < 3; round++) {
    const requests = await connection.nextMany(2);
    assert.deepEqual(requests.map(({ message }) => message), ["one", "two"]);
    for (const request of requests) connection.refuse(request, "store_unavailable");
  }
  for (const [i, request] of (await connection.nextMany(2)).entries()) connection.stored(request, i + 1);
  await Promise.all(said);
  assert.deepEqual(new Set(attempts), new Set([1, 2, 3]));
  const more = scene.client.say(GENERAL, "three");
  connection.refuse(await connection.next(), "store_unavailable");
  connection.stored(await connection.next(), 3);
  await more;
  assert.equal(attempts.at(-1), 1);
});

Deno.test("ChatClient sends at once on a new connection what it was to hold back on the last", async () => {
  await using scene = new Scene();
  const first = await scene.online();
  const said = scene.client.say(GENERAL, "hello");
  first.refuse(await first.next(), "rate_limited", { retry_after_ms: 3_600_000 });
  first.close();
  const second = await scene.server.welcome();
  second.stored(await second.next(), 1);
  await said;
});

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

// ---- connections that break ----

Deno.test("ChatClient tries again where the server cannot be reached, and says why", async () => {
  await using scene = new Scene();
  scene.server.refusal = "Nobody is at home.";
  const started = scene.client.start();
  await scene.reaches("connecting");
  const waiting = await scene.reaches("connecting");
  assert.deepEqual(waiting, { state: "connecting", attempt: 2, problem: "Nobody is at home.", retryInMs: 0 });
  scene.server.refusal = undefined;
  await scene.server.welcome();
  await started;
});

Deno.test("ChatClient counts attempts, and gives up where the backoff does", async () => {
  const attempts: number[] = [];
  await using scene = new Scene({
    backoff: (attempt) => {
      attempts.push(attempt);
      return attempt < 4 ? 0 : undefined;
    },
  });
  scene.server.refusal = "Nobody is at home.";
  const said = scene.client.say(GENERAL, "hello");
  await assert.rejects(scene.client.start(), { name: "ConnectionLost", message: "Nobody is at home." });
  await assert.rejects(said, ConnectionLost);
  assert.deepEqual(attempts, [1, 2, 3, 4]);
  assert.equal(scene.client.status.state, "closed");
});

Deno.test("ChatClient.retryNow ends the wait", async () => {
  await using scene = new Scene({ backoff: () => 3_600_000 });
  (await scene.online()).close();
  await scene.reaches("online");
  const { retryInMs } = await scene.reaches("connecting");
  assert.equal(retryInMs, 3_600_000);
  scene.client.retryNow();
  await scene.server.welcome();
  await scene.reaches("online");
});

Deno.test("ChatClient counts a request whose reply never comes as a broken connection", async () => {
  await using scene = new Scene({ replyTimeoutMs: 20 });
  const first = await scene.online();
  const said = scene.client.say(GENERAL, "hello");
  const request = await first.next();
  await first.ended;
  await scene.reaches("online");
  assert.equal((await scene.reaches("connecting")).problem, "The server did not answer in time.");
  const second = await scene.server.welcome();
  assert.deepEqual(await second.next(), request);
  second.stored(request, 1);
  await said;
});

Deno.test("ChatClient counts a login that is never answered as a broken connection", async () => {
  await using scene = new Scene({ replyTimeoutMs: 20 });
  const started = scene.client.start();
  await (await scene.server.accept()).ended;
  await scene.server.welcome();
  await started;
});

Deno.test("ChatClient asks a quiet server for a sign of life", async () => {
  await using scene = new Scene({ replyTimeoutMs: 20 });
  const first = await scene.online();
  await first.expectPing();
  assert.equal((await first.next()).message, "/ping");
  await first.ended;
  await scene.server.welcome();
});

Deno.test("ChatClient gives up an attempt to connect that takes too long", async () => {
  const signals: AbortSignal[] = [];
  const scene = new Scene({
    replyTimeoutMs: 5,
    connect: (signal) => {
      signals.push(signal);
      return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    },
  });
  scene.client.start();
  await scene.reaches("connecting");
  const { problem } = await scene.reaches("connecting");
  assert.equal(problem, "The server did not take the connection in time.");
  await scene.reaches("connecting");
  await scene.client.close();
  assert.ok(signals.length >= 2);
  assert.ok(signals.every((signal) => signal.aborted));
});

// ---- closing ----

Deno.test("ChatClient.close rejects what waits and ends the connection", async () => {
  const scene = new Scene();
  const connection = await scene.online();
  const said = scene.client.say(GENERAL, "hello");
  const list = scene.client.command("/list");
  await scene.client.close();
  await connection.ended;
  await assert.rejects(said, ConnectionLost);
  await assert.rejects(list, ConnectionLost);
  assert.deepEqual(scene.client.status, { state: "closed" });
  assert.deepEqual(scene.client.pending, []);
  await assert.rejects(scene.client.say(GENERAL, "too late"), ConnectionLost);
  await assert.rejects(scene.client.command("/list"), ConnectionLost);
  scene.client.signal("/typing #general");
  await scene.client.close();
});

Deno.test("ChatClient.close works before the start, during the login, and in the wait", async () => {
  const unstarted = new Scene();
  await unstarted.client.close();
  await assert.rejects(unstarted.client.start(), ConnectionLost);

  const connecting = new Scene();
  const started = connecting.client.start();
  const connection = await connecting.server.accept();
  await connecting.client.close();
  await assert.rejects(started, ConnectionLost);
  await connection.ended;

  const waiting = new Scene({ backoff: () => 3_600_000 });
  (await waiting.online()).close();
  await waiting.reaches("online");
  await waiting.reaches("connecting");
  await waiting.client.close();
  assert.deepEqual(waiting.client.status, { state: "closed" });
});

Deno.test("ChatClient.close works from within a handler, and nothing is told after it", async () => {
  const heard: string[] = [];
  const server = new ScriptedServer();
  const client: ChatClient = new ChatClient({ connect: server.connect, login: { name: "alice" } }, {
    message(message) {
      heard.push(message.message);
      void client.close();
    },
  });
  const started = client.start();
  const connection = await server.welcome();
  await started;
  connection.send(chat(1, "bob", "one"), chat(2, "bob", "two"));
  await connection.ended;
  await client.close();
  assert.deepEqual(heard, ["one"]);
});

Deno.test("ChatClient ends with the error that a handler throws", async () => {
  const server = new ScriptedServer();
  const ended = Promise.withResolvers<ClientStatus>();
  const client = new ChatClient({ connect: server.connect, login: { name: "alice" } }, {
    message() {
      throw new TypeError("A fault of the handler.");
    },
    status(status) {
      if (status.state === "closed") ended.resolve(status);
    },
  });
  const started = client.start();
  const connection = await server.welcome();
  await started;
  connection.send(chat(1, "bob", "one"));
  assert.deepEqual(await ended.promise, { state: "closed", error: new TypeError("A fault of the handler.") });
  await connection.ended;
});

Deno.test("ChatClient lets nobody's process end over a promise that nobody waits for", async () => {
  const scene = new Scene();
  const connection = await scene.online();
  scene.client.say("#secret", "refused");
  connection.refuse(await connection.next(), "not_a_member");
  scene.client.say(GENERAL, "unanswered");
  scene.client.command("/list");
  await scene.client.close();
  scene.client.say(GENERAL, "too late");
});
