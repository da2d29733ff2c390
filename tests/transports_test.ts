/** The client's transports over TCP, WebSocket and memory: each keeps the same contract, against a server's end of its own. */

import assert from "node:assert/strict";
import { connectTcp } from "../client/tcp_transport.ts";
import type { ClientConnection, Connect } from "../client/transport.ts";
import { connectWebSocket } from "../client/websocket_transport.ts";
import { Chunk } from "../server/chunk.ts";
import { memoryConnect } from "../server/memory.ts";
import { Mailbox } from "./scripted_server.ts";

/** The server's end of a transport, as far as a test needs it. */
interface Peer {
  /** Sends lines at once: as one write, frame or chunk. */
  send(lines: readonly string[]): Promise<void>;
  /** The next line that the client sent. */
  next(): Promise<string>;
  close(): void;
  /** Resolves when the client has closed. */
  readonly ended: Promise<void>;
}

interface Listening<P extends Peer = Peer> extends AsyncDisposable {
  readonly connect: Connect;
  accept(): Promise<P>;
}

const TRANSPORTS: Record<string, () => Promise<Listening>> = {
  "TCP": () => Promise.resolve(listenTcp()),
  "WebSocket": () => Promise.resolve(listenWebSocket()),
  "memory": () => Promise.resolve(listenMemory()),
};

/** A client and its server, connected, and the lines that the client gets. */
async function connected<P extends Peer>(listening: Listening<P>) {
  const client = await listening.connect(new AbortController().signal);
  const peer = await listening.accept();
  return { client, peer, got: collect(client) };
}

/** Reads a connection's lines to its end. */
function collect(connection: ClientConnection) {
  const batches = new Mailbox<readonly string[]>();
  const all: string[] = [];
  const ended = (async () => {
    for await (const lines of connection.lines()) {
      all.push(...lines);
      batches.put(lines);
    }
  })();
  return { all, batches, ended };
}

const SNOWMAN = JSON.stringify({ text: "☃ und 😀 and é" });

for (const [name, listen] of Object.entries(TRANSPORTS)) {
  Deno.test(`over ${name} lines go both ways in order`, async () => {
    await using listening = await listen();
    const { client, peer, got } = await connected(listening);
    client.send('{"n":1}');
    client.send('{"n":2}');
    client.send(SNOWMAN);
    assert.equal(await peer.next(), '{"n":1}');
    assert.equal(await peer.next(), '{"n":2}');
    assert.equal(await peer.next(), SNOWMAN);
    await peer.send([SNOWMAN]);
    await peer.send(['{"n":4}']);
    peer.close();
    await got.ended;
    assert.deepEqual(got.all, [SNOWMAN, '{"n":4}']);
  });

  Deno.test(`over ${name} what the server sends at once arrives at once`, async () => {
    await using listening = await listen();
    const { client, peer, got } = await connected(listening);
    const lines = Array.from({ length: 100 }, (_, n) => JSON.stringify({ n }));
    await peer.send(lines);
    assert.deepEqual(await got.batches.take(), lines);
    client.close();
    await got.ended;
    await peer.ended;
  });

  Deno.test(`over ${name} lines end when the server closes, and what is sent then is dropped`, async () => {
    await using listening = await listen();
    const { client, peer, got } = await connected(listening);
    peer.close();
    await got.ended;
    client.send('{"n":1}');
    client.close();
    client.close();
    assert.deepEqual(got.all, []);
    assert.deepEqual(await Array.fromAsync(client.lines()), []);
  });

  Deno.test(`over ${name} lines end when the client closes`, async () => {
    await using listening = await listen();
    const { client, peer, got } = await connected(listening);
    client.close();
    client.send('{"n":1}');
    await got.ended;
    await peer.ended;
  });

  Deno.test(`over ${name} the connection closes when its reader stops`, async () => {
    await using listening = await listen();
    const client = await listening.connect(new AbortController().signal);
    const peer = await listening.accept();
    const sent = peer.send(['{"n":1}']);
    for await (const lines of client.lines()) {
      assert.deepEqual(lines, ['{"n":1}']);
      break;
    }
    await sent;
    await peer.ended;
  });

  Deno.test(`over ${name} a large line arrives whole`, async () => {
    await using listening = await listen();
    const { client, peer, got } = await connected(listening);
    const line = JSON.stringify({ text: "é☃".repeat(50_000) });
    await Promise.all([peer.send([line]), got.batches.take()]);
    assert.equal(got.all.join(), line);
    client.close();
    await got.ended;
    await peer.ended;
  });

  Deno.test(`over ${name} an attempt that was ended before it began rejects`, async () => {
    await using listening = await listen();
    await assert.rejects(listening.connect(AbortSignal.abort(new Error("Not now."))), {
      message: "Not now.",
    });
  });
}

Deno.test("a TCP transport takes bytes one by one", async () => {
  await using listening = listenTcp();
  const { client, peer, got } = await connected(listening);
  const bytes = new TextEncoder().encode(`hello\r\n${SNOWMAN}\n\n{"n":1}\r\n${SNOWMAN}\n`);
  for (const byte of bytes) await peer.write(Uint8Array.of(byte));
  peer.close();
  await got.ended;
  assert.deepEqual(got.all, [SNOWMAN, "", '{"n":1}', SNOWMAN]);
  client.close();
});

Deno.test("a TCP transport skips all before the first line that starts with a brace, and nothing after", async () => {
  await using listening = listenTcp();
  const { peer, got } = await connected(listening);
  await peer.write(new TextEncoder().encode("Parley 1 {not yet}\nEnter your username:\n"));
  await peer.send(["* not an error", '{"n":1}', "words", '{"n":2}']);
  peer.close();
  await got.ended;
  assert.deepEqual(got.all, ['{"n":1}', "words", '{"n":2}']);
});

Deno.test("a TCP transport hands on an error that comes before the server knows that it is JSON", async () => {
  await using listening = listenTcp();
  const { peer, got } = await connected(listening);
  await peer.send(["! too_many_connections: 100 are open. Try later."]);
  peer.close();
  await got.ended;
  assert.deepEqual(got.all.map((line) => JSON.parse(line)), [{
    type: "notification",
    sender: "server",
    destination: "",
    message: "100 are open. Try later.",
    timestamp: "",
    metadata: { code: "error", error: "too_many_connections" },
  }]);
});

Deno.test("a TCP transport leaves out what is not UTF-8, and hands on a last line without its break", async () => {
  await using listening = listenTcp();
  const { peer, got } = await connected(listening);
  await peer.send(['{"n":1}']);
  await peer.write(Uint8Array.of(0xff, 0xfe, 10));
  await peer.write(new TextEncoder().encode('{"n":2}'));
  peer.close();
  await got.ended;
  assert.deepEqual(got.all, ['{"n":1}', '{"n":2}']);
});

Deno.test("a TCP transport closes on a server that sends a line without end", async () => {
  await using listening = listenTcp();
  const { peer, got } = await connected(listening);
  const block = new Uint8Array(256 * 1024).fill(120);
  await assert.rejects(async () => {
    for (;;) await peer.write(block);
  });
  await got.ended;
  assert.deepEqual(got.all, []);
});

Deno.test("a TCP transport sends what is sent in one turn in one write", async () => {
  await using listening = listenTcp();
  const client = await listening.connect(new AbortController().signal);
  const peer = await listening.accept();
  for (let n = 0; n < 50; n++) client.send(JSON.stringify({ n }));
  const expected = Array.from({ length: 50 }, (_, n) => JSON.stringify({ n }) + "\n").join("");
  assert.equal(await peer.firstRead, expected);
  client.close();
  await peer.ended;
});

Deno.test("a TCP transport says in words that nobody listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await assert.rejects(connectTcp({ hostname: "127.0.0.1", port })(new AbortController().signal), {
    message: `Cannot reach 127.0.0.1:${port}: nothing listens there. Is the server running?`,
  });
});

Deno.test("a WebSocket transport says in words that nobody listens, or that it is refused", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const url = `ws://127.0.0.1:${port}/ws`;
  const expected = { message: `Cannot reach ${url}. Is the server running?` };
  await assert.rejects(connectWebSocket(url)(new AbortController().signal), expected);

  await using refusing = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("forbidden", { status: 403 }),
  );
  const refused = `ws://127.0.0.1:${refusing.addr.port}/ws`;
  await assert.rejects(connectWebSocket(refused)(new AbortController().signal), {
    message: `Cannot reach ${refused}. Is the server running?`,
  });
});

Deno.test("a WebSocket transport offers several envelopes a frame, and sends one a frame", async () => {
  await using listening = listenWebSocket();
  const { client, peer, got } = await connected(listening);
  assert.equal(peer.offered, "parley.v1.lines");
  client.send('{"n":1}');
  client.send('{"n":2}');
  assert.equal(await peer.next(), '{"n":1}');
  assert.equal(await peer.next(), '{"n":2}');
  client.close();
  await got.ended;
  await peer.ended;
});

Deno.test("a WebSocket transport passes over binary frames", async () => {
  await using listening = listenWebSocket();
  const { peer, got } = await connected(listening);
  peer.sendBytes(Uint8Array.of(123, 125));
  await peer.send(['{"n":1}']);
  peer.close();
  await got.ended;
  assert.deepEqual(got.all, ['{"n":1}']);
});

Deno.test("a transport that is told to stop while it connects leaves nothing behind", async () => {
  await using tcp = listenTcp();
  await using webSocket = listenWebSocket();
  for (const { connect } of [tcp, webSocket]) {
    const stop = new AbortController();
    const attempt = connect(stop.signal);
    stop.abort(new Error("Not now."));
    await assert.rejects(attempt, { message: "Not now." });
  }
});

Deno.test("a memory transport rejects with what the server throws", async () => {
  const connect = memoryConnect(() => {
    throw new Error("The server is shutting down.");
  });
  await assert.rejects(connect(new AbortController().signal), { message: "The server is shutting down." });
});

// ---- servers to connect to ----

class TcpPeer implements Peer {
  readonly #conn: Deno.Conn;
  readonly #lines = new Mailbox<string>();
  readonly #firstRead = Promise.withResolvers<string>();
  readonly ended: Promise<void>;

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
    this.ended = this.#read();
  }

  /** What the first read got, as text. */
  get firstRead(): Promise<string> {
    return this.#firstRead.promise;
  }

  send(lines: readonly string[]): Promise<void> {
    return this.write(new TextEncoder().encode(lines.join("\n") + "\n"));
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
  }

  next(): Promise<string> {
    return this.#lines.take();
  }

  close(): void {
    try {
      this.#conn.close();
    } catch {
      // It has been closed before.
    }
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(1024 * 1024);
    let rest = "";
    for (let count = await this.#conn.read(buffer); count !== null; count = await this.#conn.read(buffer)) {
      const text = new TextDecoder().decode(buffer.subarray(0, count));
      this.#firstRead.resolve(text);
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) this.#lines.put(line);
    }
  }
}

function listenTcp(): Listening<TcpPeer> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const peers: TcpPeer[] = [];
  return {
    connect: connectTcp({ hostname: "127.0.0.1", port: listener.addr.port }),
    async accept() {
      const peer = new TcpPeer(await listener.accept());
      peers.push(peer);
      peer.ended.catch(() => {});
      return peer;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const peer of peers) peer.close();
      await Promise.allSettled(peers.map(({ ended }) => ended));
    },
  };
}

class WebSocketPeer implements Peer {
  readonly #socket: WebSocket;
  readonly #lines = new Mailbox<string>();
  readonly #opened: Promise<void>;
  readonly ended: Promise<void>;

  constructor(socket: WebSocket, readonly offered: string | null) {
    this.#socket = socket;
    this.#opened = new Promise((resolve) => socket.onopen = () => resolve());
    this.ended = new Promise((resolve) => socket.onclose = () => resolve());
    socket.onmessage = ({ data }) => this.#lines.put(data);
  }

  async send(lines: readonly string[]): Promise<void> {
    await this.#opened;
    this.#socket.send(lines.join("\n"));
  }

  sendBytes(bytes: Uint8Array<ArrayBuffer>): void {
    this.#socket.send(bytes);
  }

  next(): Promise<string> {
    return this.#lines.take();
  }

  close(): void {
    this.#socket.close();
  }
}

function listenWebSocket(): Listening<WebSocketPeer> {
  const accepted = new Mailbox<WebSocketPeer>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const offered = request.headers.get("sec-websocket-protocol");
    const { socket, response } = Deno.upgradeWebSocket(request, offered ? { protocol: offered } : {});
    accepted.put(new WebSocketPeer(socket, offered));
    return response;
  });
  return {
    connect: connectWebSocket(`ws://127.0.0.1:${server.addr.port}/ws`),
    accept: () => accepted.take(),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function listenMemory(): Listening {
  const accepted = new Mailbox<Peer>();
  const connect = memoryConnect((connection) => {
    const lines = new Mailbox<string>();
    const ended = (async () => {
      for await (const batch of connection.lines()) for (const line of batch) lines.put(String(line));
    })();
    accepted.put({
      send: (lines) => connection.send([new Chunk(lines)]),
      next: () => lines.take(),
      close: () => connection.close(),
      ended,
    });
  });
  return { connect, accept: () => accepted.take(), [Symbol.asyncDispose]: () => Promise.resolve() };
}
