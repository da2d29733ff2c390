import assert from "node:assert/strict";
import { ChatClient } from "../client/chat_client.ts";
import { runPipe } from "../client/terminal_pipe.ts";
import { logInAsking } from "../client/terminal_login.ts";
import { PLAIN_STYLE } from "../client/terminal_style.ts";
import { localTimestamp } from "../client/terminal_view.ts";
import { ChatError } from "../protocol/errors.ts";
import {
  chat,
  failure,
  notification,
  type ScriptedConnection,
  ScriptedServer,
  TIME,
} from "./scripted_server.ts";

const LOCAL = localTimestamp(TIME).replace("T", " ");

/** A client in a pipe that has been given `lines`, and the connection on which it has logged in. */
async function pipe(lines: readonly string[], missed = [] as ReturnType<typeof chat>[]) {
  const server = new ScriptedServer();
  const output: string[] = [];
  const errors: string[] = [];
  const code = runPipe({
    connect: server.connect,
    name: "alice",
    style: PLAIN_STYLE,
    input: inOrder(lines),
    output: (text) => output.push(text),
    errors: (text) => errors.push(text),
    backoff: (attempt) => attempt < 3 ? 0 : undefined,
  });
  const connection = await server.accept();
  const login = await connection.next();
  assert.equal(login.message, "/login alice");
  welcome(connection, login, missed);
  return { server, connection, output, errors, code };
}

async function* inOrder(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

function welcome(
  connection: ScriptedConnection,
  login: { id: string },
  missed = [] as ReturnType<typeof chat>[],
  words = "",
) {
  const metadata = { user: "alice", token: "t", epoch: "e", rooms: ["#general"], seq: 9 };
  connection.send(
    notification("welcome", { reply_to: login.id, ...metadata }, words),
    ...missed,
    notification("caught_up", { count: missed.length, seq: 9 }),
  );
}

Deno.test("every line of the input is sent in order, and 0 says that all are stored", async () => {
  const { connection, code, output } = await pipe(["hello", "bob: psst", "/msg carol hi", "", "/say /x"]);
  const requests = await connection.nextMany(4);
  assert.deepEqual(requests.map(({ type, destination, message }) => [type, destination, message]), [
    ["chat", "#general", "hello"],
    ["chat", "bob", "psst"],
    ["chat", "carol", "hi"],
    ["chat", "#general", "/x"],
  ]);
  requests.forEach((request, at) => connection.stored(request, 10 + at));
  assert.equal(await code, 0);
  assert.deepEqual(output, []);
});

Deno.test("it does not end before the last line is acknowledged", async () => {
  const { connection, code } = await pipe(["one", "two"]);
  const [one, two] = await connection.nextMany(2);
  connection.stored(one!, 10);
  const first = await Promise.race([code, connection.ended, Promise.resolve("still running")]);
  assert.equal(first, "still running");
  connection.stored(two!, 11);
  assert.equal(await code, 0);
});

Deno.test("what comes is printed as lines of text mode, stored messages marked, without escape codes", async () => {
  const missed = [chat(8, "bob", "you missed \x1b[31mthis", { metadata: { stored: true } })];
  const { connection, code, output } = await pipe(["hello"], missed);
  const hello = await connection.next();
  connection.send(chat(10, "bob", "live"));
  connection.stored(hello, 11);
  assert.equal(await code, 0);
  assert.deepEqual(output, [
    `[Stored] [${LOCAL}][bob #general] 'you missed \\u{1b}[31mthis'`,
    `[${LOCAL}] #general bob: live`,
  ]);
});

Deno.test("the welcome comes before what was missed, as in text mode", async () => {
  const server = new ScriptedServer();
  const output: string[] = [];
  const code = runPipe({
    connect: server.connect,
    name: "alice",
    style: PLAIN_STYLE,
    input: inOrder([]),
    output: (text) => output.push(text),
    errors: () => {},
  });
  const connection = await server.accept();
  const missed = [chat(8, "bob", "psst", { metadata: { stored: true } })];
  welcome(connection, await connection.next(), missed, "Welcome, alice.");
  assert.equal(await code, 0);
  assert.deepEqual(output, ["* Welcome, alice.", `[Stored] [${LOCAL}][bob #general] 'psst'`]);
});

Deno.test("a message that is refused gives 1, and the lines after it are sent all the same", async () => {
  const { connection, code, errors } = await pipe(["one", "two"]);
  const [one, two] = await connection.nextMany(2);
  connection.refuse(one!, "not_a_member");
  connection.stored(two!, 10);
  assert.equal(await code, 1);
  assert.deepEqual(errors, ["! not_a_member: This is not_a_member."]);
});

Deno.test("a line after /join is said in the room that was joined", async () => {
  const { connection, code, output } = await pipe(["before", "/join tea", "after"]);
  connection.stored(await connection.next(), 10);
  const join = await connection.next();
  assert.equal(join.message, "/join tea");
  connection.send(
    notification("joined", {
      reply_to: join.id,
      room: "#tea",
      members: [],
      member_count: 1,
      messages: [chat(3, "bob", "old", { destination: "#tea" })],
    }),
  );
  const after = await connection.next();
  assert.equal(after.destination, "#tea");
  connection.stored(after, 11);
  assert.equal(await code, 0);
  assert.deepEqual(output, ["* You are in #tea, 1 member.", `[${LOCAL}] #tea bob: old`]);
});

Deno.test("/quit leaves the rest of the input unsent", async () => {
  const { connection, code } = await pipe(["one", "/quit", "two"]);
  connection.stored(await connection.next(), 10);
  assert.equal(await code, 0);
  await connection.ended;
});

Deno.test("a refused login gives 1", async () => {
  const server = new ScriptedServer();
  const errors: string[] = [];
  const code = runPipe({
    connect: server.connect,
    name: "alice",
    password: "wrong",
    style: PLAIN_STYLE,
    input: inOrder(["never sent"]),
    output: () => {},
    errors: (text) => errors.push(text),
  });
  const connection = await server.accept();
  const login = await connection.next();
  assert.equal(login.metadata.password, "wrong");
  connection.refuse(login, "bad_credentials");
  assert.equal(await code, 1);
  assert.deepEqual(errors, ["! bad_credentials: This is bad_credentials."]);
});

Deno.test("a server that cannot be reached gives 3", async () => {
  const server = new ScriptedServer();
  server.refusal = "Nothing listens there.";
  const errors: string[] = [];
  const code = await runPipe({
    connect: server.connect,
    style: PLAIN_STYLE,
    input: inOrder(["never sent"]),
    output: () => {},
    errors: (text) => errors.push(text),
    backoff: (attempt) => attempt < 3 ? 0 : undefined,
  });
  assert.equal(code, 3);
  assert.match(errors.at(-1)!, /^! connection_lost: Nothing listens there\./);
});

Deno.test("a line that was not acknowledged when the connection broke is sent again on the next", async () => {
  const { server, connection, code } = await pipe(["hello"]);
  const hello = await connection.next();
  connection.close();
  const again = await server.accept();
  welcome(again, await again.next());
  const resent = await again.next();
  assert.deepEqual([resent.id, resent.message], [hello.id, "hello"]);
  again.stored(resent, 10);
  assert.equal(await code, 0);
});

Deno.test("an input that never ends does not keep it after the server is gone for good", async () => {
  const server = new ScriptedServer();
  const code = runPipe({
    connect: server.connect,
    name: "alice",
    style: PLAIN_STYLE,
    input: { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) },
    output: () => {},
    errors: () => {},
    backoff: () => undefined,
  });
  const connection = await server.accept();
  welcome(connection, await connection.next());
  connection.close();
  assert.equal(await code, 3);
});

// ---- logging in with a person at the terminal ----

/** Answers questions one after the other, and keeps them. */
function person(...answers: (string | undefined)[]) {
  const asked: string[] = [];
  const told: string[] = [];
  const ask = (question: string) => {
    asked.push(question);
    return Promise.resolve(answers.shift());
  };
  return { asked, told, ask, askSecret: ask, tell: (error: ChatError) => void told.push(error.code) };
}

function makeClient(server: ScriptedServer) {
  return (login: { name?: string; password?: string }) => new ChatClient({ connect: server.connect, login });
}

/** Takes the next login and answers it: with an error's code, or with a welcome. */
async function answerLogin(server: ScriptedServer, error?: string) {
  const connection = await server.accept();
  const login = await connection.next();
  if (error === undefined) welcome(connection, login);
  else connection.send(failure(error, { reply_to: login.id }));
  return login;
}

Deno.test("a name that has a password is asked for it, and told nothing was wrong before", async () => {
  const server = new ScriptedServer();
  const alice = person(" alice ", "secret");
  const done = logInAsking({}, alice, makeClient(server));
  assert.equal((await answerLogin(server, "bad_credentials")).message, "/login alice");
  assert.equal((await answerLogin(server)).metadata.password, "secret");
  const login = await done;
  assert.equal(login?.client.user, "alice");
  assert.deepEqual(alice.told, []);
  assert.deepEqual(alice.asked, ["Your name (empty for a guest): ", "Password for alice: "]);
  await login.client.close();
});

Deno.test("a wrong password is told and asked for again; a name in use is answered with another", async () => {
  const server = new ScriptedServer();
  const alice = person("right", "alice2");
  const done = logInAsking({ name: "alice", password: "wrong" }, alice, makeClient(server));
  await answerLogin(server, "bad_credentials");
  await answerLogin(server, "name_in_use");
  assert.equal((await answerLogin(server)).message, "/login alice2");
  const login = await done;
  assert.deepEqual(alice.told, ["bad_credentials", "name_in_use"]);
  await login?.client.close();
});

Deno.test("an empty name is a guest's", async () => {
  const server = new ScriptedServer();
  const done = logInAsking({}, person(""), makeClient(server));
  assert.equal((await answerLogin(server)).message, "/login");
  await (await done)?.client.close();
});

Deno.test("who gives no answer leaves, and what no answer helps is thrown", async () => {
  const server = new ScriptedServer();
  assert.equal(await logInAsking({}, person(undefined), makeClient(server)), undefined);
  const done = logInAsking({ name: "alice" }, person(), makeClient(server));
  await answerLogin(server, "too_many_connections");
  await assert.rejects(done, (error) => error instanceof ChatError && error.code === "too_many_connections");
});
