/** `GET /api/stream`. */

import assert from "node:assert/strict";
import type { Envelope } from "../protocol/message.ts";
import { FakeClock } from "./fake_clock.ts";
import { call, tokenOf } from "./scenario.ts";
import { TestServer } from "./test_server.ts";

/** The lines of a stream, as they come. */
class Stream {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #rest = "";

  constructor(readonly response: Response) {
    this.#reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  }

  static async open(server: TestServer, token: string, query = ""): Promise<Stream> {
    const headers = { authorization: `Bearer ${token}` };
    return new Stream(await fetch(`${server.url}/api/stream${query}`, { headers }));
  }

  async next(): Promise<string | undefined> {
    while (!this.#rest.includes("\n")) {
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      this.#rest += value;
    }
    const at = this.#rest.indexOf("\n");
    const line = this.#rest.slice(0, at);
    this.#rest = this.#rest.slice(at + 1);
    return line;
  }

  async envelope(): Promise<Envelope> {
    return JSON.parse((await this.next())!);
  }

  async close(): Promise<void> {
    await this.#reader.cancel();
  }
}

Deno.test("/api/stream begins with welcome, then what was missed since, caught_up, then what is said", async () => {
  await using server = await TestServer.start();
  const bob = await server.json("bob");
  const token = await tokenOf(server, "alice");
  await bob.say("#general", "before");
  await call(server, "/api/messages/%23general", { token, body: "my own" });
  const stream = await Stream.open(server, token, "?since=0");
  assert.equal(stream.response.status, 200);
  assert.equal((await stream.envelope()).metadata.code, "welcome");
  const [first, second, caughtUp] = [
    await stream.envelope(),
    await stream.envelope(),
    await stream.envelope(),
  ];
  assert.deepEqual([first.message, first.metadata.stored, second.message], ["before", true, "my own"]);
  assert.equal(caughtUp.metadata.code, "caught_up");
  await bob.say("#general", "live");
  const live = await stream.envelope();
  assert.deepEqual([live.message, live.metadata.stored], ["live", undefined]);
  await stream.close();
});

Deno.test("an empty line comes over the stream every 30 s", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock });
  const stream = await Stream.open(server, await tokenOf(server, "alice"));
  while ((await stream.envelope()).metadata.code !== "caught_up");
  clock.advance(30_000);
  assert.equal(await stream.next(), "");
  await stream.close();
});

for (const since of ["abc", "-1", "1.5", ""]) {
  Deno.test(`a stream since ${JSON.stringify(since)} is 400 bad_arguments`, async () => {
    await using server = await TestServer.start();
    const token = await tokenOf(server, "alice");
    const response = await fetch(`${server.url}/api/stream?since=${since}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    assert.equal(response.status, 400);
    assert.equal((await response.json()).error, "bad_arguments");
  });
}

Deno.test("a stream ends when the server stops, after closing", async () => {
  const server = await TestServer.start();
  const stream = await Stream.open(server, await tokenOf(server, "alice"));
  while ((await stream.envelope()).metadata.code !== "caught_up");
  const stopped = server.stop();
  assert.equal((await stream.envelope()).metadata.code, "closing");
  assert.equal(await stream.next(), undefined);
  await stopped;
  await Deno.remove(server.folder, { recursive: true });
});

Deno.test("whoever reads a stream is online", async () => {
  await using server = await TestServer.start();
  const stream = await Stream.open(server, await tokenOf(server, "alice"));
  while ((await stream.envelope()).metadata.code !== "caught_up");
  const bob = await server.json("bob");
  const { users } = (await bob.command("/users")).metadata as { users: { user: string }[] };
  assert.deepEqual(users.map(({ user }) => user), ["alice", "bob"]);
  await stream.close();
});

for (const path of ["/api/login", "/api/messages/%23general"]) {
  Deno.test(`a page from elsewhere is refused at ${path} with 403`, async () => {
    await using server = await TestServer.start();
    const { status } = await call(server, path, {
      body: '{"name":"alice"}',
      headers: { origin: "https://evil.example" },
    });
    assert.equal(status, 403);
    assert.equal(await server.store.findUser("alice"), null);
  });
}

Deno.test("HEAD is refused where GET makes a connection or does a command, and nobody arrives by it", async () => {
  await using server = await TestServer.start();
  const token = await tokenOf(server, "alice");
  for (const path of ["/api/stream", "/api/rooms", "/ws"]) {
    const { status, headers } = await call(server, path, { token, method: "HEAD" });
    assert.deepEqual([path, status, headers.get("allow")], [path, 405, "GET, POST"]);
  }
  assert.equal(server.chat.sessions.size, 0);
  assert.equal((await call(server, "/healthz", { method: "HEAD" })).status, 200);
});

for (
  const [method, path] of [["DELETE", "rooms"], ["GET", "nothing"], ["PUT", "messages/alice"], [
    "POST",
    "users",
  ]]
) {
  Deno.test(`${method} /api/${path}, which there is not, is answered in JSON: 404 unknown_command`, async () => {
    await using server = await TestServer.start();
    const token = await tokenOf(server, "alice");
    const { status, json } = await call(server, `/api/${path}`, { token, method: method! });
    assert.deepEqual([status, json.error, typeof json.message], [404, "unknown_command", "string"]);
  });
}
