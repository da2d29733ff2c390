/** WebSockets at /ws, as section 3 of docs/protocol.md promises them, seen from outside. */

import assert from "node:assert/strict";
import { exchange, is, says, texts } from "./scenario.ts";
import { assertError, TestServer } from "./test_server.ts";
import type { Envelope } from "../protocol/message.ts";

interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A bare socket: its frames as they come, and how it was closed. */
class Socket {
  readonly frames: string[] = [];
  readonly closed: Promise<Closed>;
  #wake = () => {};

  constructor(readonly socket: WebSocket) {
    socket.onmessage = ({ data }) => {
      this.frames.push(String(data));
      this.#wake();
    };
    this.closed = new Promise((resolve) => {
      socket.onclose = ({ code, reason }) => resolve({ code, reason });
    });
  }

  static async open(server: TestServer, protocols: string[] = []): Promise<Socket> {
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/ws`, protocols);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = reject;
    });
    return new Socket(socket);
  }

  async until(fits: (frame: string) => boolean): Promise<string> {
    for (let at = 0;; at++) {
      while (at >= this.frames.length) await new Promise<void>((resolve) => this.#wake = resolve);
      if (fits(this.frames[at]!)) return this.frames[at]!;
    }
  }

  send(value: unknown): void {
    this.socket.send(JSON.stringify(value));
  }

  async close(): Promise<void> {
    this.socket.close();
    await this.closed;
  }
}

const login = { type: "command", message: "/login alice" };

for (const isBatched of [false, true]) {
  const kind = isBatched ? "a WebSocket with parley.v1.lines" : "a plain WebSocket";

  Deno.test(`${kind} logs in, is caught up, says and hears`, async () => {
    await using server = await TestServer.start();
    const alice = await server.websocket("alice", { isBatched });
    const bob = await server.text("bob");
    assert.equal((await alice.say("#general", "hello")).metadata.code, "stored");
    await bob.until((line) => line.endsWith("#general alice: hello"));
    bob.send("hi");
    assert.equal((await alice.envelope(says("hi"))).sender, "bob");
  });

  Deno.test(`${kind} gets a thousand messages once each, in order`, async () => {
    await using server = await TestServer.start();
    const listener = await server.websocket("alice", { isBatched });
    const sender = await server.json("bob");
    await listener.settled();
    const sent = Array.from({ length: 1000 }, (_, i) => `line ${i}`);
    for (const message of sent) sender.sendJson({ type: "chat", destination: "#general", message });
    await sender.settled();
    assert.deepEqual(texts(await listener.settled()), sent);
  });

  Deno.test(`on ${kind} a binary frame is bad_message, and the connection stays open`, async () => {
    await using server = await TestServer.start();
    const alice = await server.websocket("alice", { isBatched });
    alice.writeBytes(new TextEncoder().encode('{"type":"command","message":"/ping"}'));
    assertError((await alice.settled())[0]!, "bad_message");
  });

  Deno.test(`${kind} takes no two envelopes in one frame`, async () => {
    await using server = await TestServer.start();
    const alice = await server.websocket("alice", { isBatched });
    alice.send('{"type":"command","message":"/ping"}\n{"type":"command","message":"/ping"}');
    assertError((await alice.settled())[0]!, "bad_json");
  });

  Deno.test(`on ${kind} a text frame that is no JSON is bad_json`, async () => {
    await using server = await TestServer.start();
    const alice = await server.websocket("alice", { isBatched });
    alice.send("hello");
    assertError((await alice.settled())[0]!, "bad_json");
  });
}

Deno.test("without the subprotocol every frame from the server holds one envelope", async () => {
  await using server = await TestServer.start();
  const socket = await Socket.open(server);
  assert.equal(socket.socket.protocol, "");
  socket.send(login);
  await socket.until((frame) => is("caught_up")(JSON.parse(frame)));
  const bob = await server.json("bob");
  for (let i = 0; i < 100; i++) bob.sendJson({ type: "chat", destination: "#general", message: `line ${i}` });
  await socket.until((frame) => (JSON.parse(frame) as Envelope).message === "line 99");
  assert.equal(socket.frames.some((frame) => frame.includes("\n")), false);
  await socket.close();
});

Deno.test("parley.v1.lines is accepted where it is offered, also among others", async () => {
  await using server = await TestServer.start();
  const socket = await Socket.open(server, ["other", "parley.v1.lines"]);
  assert.equal(socket.socket.protocol, "parley.v1.lines");
  socket.send(login);
  await socket.until((frame) => frame.includes('"welcome"'));
  await socket.close();
});

Deno.test("no greeting comes over a WebSocket", async () => {
  await using server = await TestServer.start();
  const socket = await Socket.open(server);
  socket.send({ type: "command", id: "p", message: "/ping" });
  const first = JSON.parse(await socket.until(() => true));
  assert.equal(first.metadata.code, "pong");
  await socket.close();
});

Deno.test("a frame over 64 KiB closes with 1009, after line_too_long where that still goes through", async () => {
  await using server = await TestServer.start();
  const socket = await Socket.open(server);
  socket.send(login);
  socket.send({ type: "chat", destination: "#general", message: "x".repeat(100_000) });
  const { code } = await socket.closed;
  assert.equal(code, 1009);
  assertError(JSON.parse(socket.frames.at(-1)!), "line_too_long");
});

Deno.test("a message over 16 KiB within a frame is too_long, and the connection stays open", async () => {
  await using server = await TestServer.start();
  const alice = await server.websocket("alice");
  assertError(await alice.say("#general", "x".repeat(20_000)), "too_long");
  await alice.settled();
});

Deno.test("/quit says bye, then the socket is closed", async () => {
  await using server = await TestServer.start();
  const socket = await Socket.open(server);
  socket.send({ type: "command", message: "/quit" });
  const { code } = await socket.closed;
  assert.equal(code, 1000);
  assert.equal(JSON.parse(socket.frames.at(-1)!).metadata.code, "bye");
});

function handshake(server: TestServer, headers: Record<string, string>): Promise<string> {
  const all = {
    Host: `127.0.0.1:${server.webPort}`,
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return firstBytes(server.webPort, `GET /ws HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
}

async function firstBytes(port: number, request: string): Promise<string> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(new TextEncoder().encode(request));
  const buffer = new Uint8Array(4096);
  const count = await conn.read(buffer) ?? 0;
  conn.close();
  return new TextDecoder().decode(buffer.subarray(0, count)).split("\r\n")[0]!;
}

Deno.test("a handshake without an Origin is taken", async () => {
  await using server = await TestServer.start();
  assert.match(await handshake(server, {}), / 101 /);
});

for (const host of ["127.0.0.1", "localhost", "[::1]"]) {
  Deno.test(`a handshake from the server's own page at ${host} is taken`, async () => {
    await using server = await TestServer.start();
    assert.match(await handshake(server, { Origin: `http://${host}:${server.webPort}` }), / 101 /);
  });
}

Deno.test("a handshake from an origin that --allow-origin adds is taken", async () => {
  await using server = await TestServer.start({ allowOrigin: ["https://chat.example.org"] });
  assert.match(await handshake(server, { Origin: "https://chat.example.org" }), / 101 /);
});

for (
  const origin of [
    "http://evil.example",
    "null",
    "http://127.0.0.1",
    "http://localhost.evil.example",
    "",
  ]
) {
  Deno.test(`a handshake with Origin ${JSON.stringify(origin)} is refused with 403`, async () => {
    await using server = await TestServer.start();
    assert.match(await handshake(server, { Origin: origin }), / 403 /);
  });
}

Deno.test("the server's own origin with another scheme is refused with 403", async () => {
  await using server = await TestServer.start();
  assert.match(await handshake(server, { Origin: `https://127.0.0.1:${server.webPort}` }), / 403 /);
});

for (const path of ["/", "/ws", "/metrics", "/api/login", "/nothing"]) {
  Deno.test(`${path} answers 421 to a Host that is not on the list`, async () => {
    await using server = await TestServer.start();
    const answer = await exchange(
      server.webPort,
      `GET ${path} HTTP/1.1\r\nHost: rebound.example:${server.webPort}\r\nConnection: close\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1\.1 421 /);
  });
}

Deno.test("GET /ws without a handshake is no WebSocket", async () => {
  await using server = await TestServer.start();
  const response = await fetch(server.url + "/ws");
  await response.body?.cancel();
  assert.equal(response.status, 426);
});

Deno.test("five wrong passwords close a WebSocket after bad_credentials", async () => {
  await using server = await TestServer.start();
  const socket = await Socket.open(server);
  for (let i = 0; i < 5; i++) {
    socket.send({ type: "command", message: "/login alice", metadata: { token: "wrong" } });
  }
  await socket.closed;
  assert.equal(socket.frames.length, 5);
  for (const frame of socket.frames) assertError(JSON.parse(frame), "bad_credentials");
});
