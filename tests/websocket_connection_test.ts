import assert from "node:assert/strict";
import { ChatError } from "../protocol/errors.ts";
import { type Line, LineError } from "../protocol/lines.ts";
import { LIMITS } from "../protocol/message.ts";
import { Chunk } from "../server/chunk.ts";
import { WebSocketConnection } from "../server/websocket.ts";
import { FakeClock } from "./fake_clock.ts";

/** As much of a WebSocket as the server's end uses. */
class FakeSocket {
  readyState: number = WebSocket.OPEN;
  bufferedAmount = 0;
  readonly sent: string[] = [];
  readonly closes: [number, string][] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;

  send(data: string): void {
    this.sent.push(data);
  }

  close(code: number, reason: string): void {
    this.closes.push([code, reason]);
    this.readyState = WebSocket.CLOSING;
  }

  /** A frame from the peer. */
  receive(data: unknown): void {
    this.onmessage?.({ data });
  }

  /** The peer has gone. */
  end(): void {
    this.readyState = WebSocket.CLOSED;
    this.onclose?.();
  }
}

function setUp({ isBatched = false } = {}) {
  const socket = new FakeSocket();
  const clock = new FakeClock();
  const connection = new WebSocketConnection(socket as unknown as WebSocket, "192.0.2.1", {
    clock,
    isBatched,
  });
  return { socket, clock, connection };
}

async function readAll(connection: WebSocketConnection): Promise<Line[]> {
  return (await Array.fromAsync(connection.lines())).flat();
}

function codes(lines: readonly Line[]): string[] {
  return lines.map((line) => typeof line === "string" ? line : `<${line.code}>`);
}

Deno.test("a text frame is one line, whatever it holds", async () => {
  const { socket, connection } = setUp();
  for (const frame of ['{"a":1}', "", '{\n"b":2}\n']) socket.receive(frame);
  socket.end();
  assert.deepEqual(await readAll(connection), ['{"a":1}', "", '{\n"b":2}\n']);
});

Deno.test("a binary frame is bad_message, and those after it are read", async () => {
  const { socket, connection } = setUp();
  socket.receive(new ArrayBuffer(2));
  socket.receive(new Blob(["{}"]));
  socket.receive("{}");
  socket.end();
  assert.deepEqual(codes(await readAll(connection)), ["<bad_message>", "<bad_message>", "{}"]);
});

Deno.test("a frame of 64 KiB is read; a larger one is line_too_long, counted as UTF-8, and nothing after it is", async () => {
  for (const character of ["x", "é", "€", "😀"]) {
    const size = new TextEncoder().encode(character).length;
    const longest = character.repeat(Math.floor(LIMITS.lineBytes / size));
    const { socket, connection } = setUp();
    for (const frame of ["before", longest, longest + character, "after"]) socket.receive(frame);
    const lines = await readAll(connection);
    assert.deepEqual(codes(lines), ["before", longest, "<line_too_long>"]);
    assert.ok((lines[2] as ChatError).closes);
  }
});

Deno.test("what is due to a peer that sent a frame too large still goes out, before the close with 1009", async () => {
  const { socket, connection } = setUp();
  socket.receive("x".repeat(LIMITS.lineBytes + 1));
  await connection.send([new Chunk(["stored"])]);
  await connection.send([new Chunk(["error"])]);
  connection.close(new LineError("line_too_long", "", false));
  assert.deepEqual([socket.sent, socket.closes], [["stored", "error"], [[1009, "line_too_long"]]]);
});

Deno.test("lines that wait are handed over 64 at a time, and the backlog says how many are left", async () => {
  const { socket, connection } = setUp();
  for (let i = 0; i < 150; i++) socket.receive(String(i));
  assert.equal(connection.backlog, 150);
  const reading = connection.lines();
  const first = await reading.next();
  assert.deepEqual([first.value?.length, connection.backlog], [64, 86]);
  assert.deepEqual([(await reading.next()).value?.at(-1), connection.backlog], ["127", 22]);
  await reading.return(undefined);
});

Deno.test("a reader that waits is woken by a frame, and by the end", async () => {
  const { socket, connection } = setUp();
  const reading = connection.lines();
  const first = reading.next();
  socket.receive("hello");
  assert.deepEqual((await first).value, ["hello"]);
  const second = reading.next();
  socket.end();
  assert.equal((await second).done, true);
});

Deno.test("frames that come in one turn are read together", async () => {
  const { socket, connection } = setUp();
  const reading = connection.lines();
  const first = reading.next();
  socket.receive("one");
  await Promise.resolve();
  socket.receive("two");
  assert.deepEqual((await first).value, ["one", "two"]);
  await reading.return(undefined);
});

for (const [name, frame, count] of [["64 lines", "", 64], ["64 KiB", "x".repeat(65_500), 1]] as const) {
  Deno.test(`a reader that waits gets ${name} at once, whatever else comes in the turn`, async () => {
    const { socket, connection } = setUp();
    const reading = connection.lines();
    const first = reading.next();
    for (let i = 0; i < count; i++) socket.receive(frame);
    socket.receive("more");
    assert.equal((await first).value?.length, Math.min(count + 1, 64));
    await reading.return(undefined);
  });
}

const FLOODS: Record<string, unknown> = {
  "large frames": "x".repeat(60_000),
  "empty frames": "",
  "binary frames": new ArrayBuffer(0),
};
for (const [name, frame] of Object.entries(FLOODS)) {
  Deno.test(`a flood of ${name} that nobody reads is cut off`, async () => {
    const { socket, connection } = setUp();
    for (let i = 0; i < 100_000; i++) socket.receive(frame);
    const kept = connection.backlog;
    assert.ok(kept < 70_000, `${kept} frames are kept`);
    assert.equal((await readAll(connection)).length, kept);
  });
}

Deno.test("any number of frames passes as long as they are read", async () => {
  const { socket, connection } = setUp();
  const reading = connection.lines();
  for (let i = 0; i < 500; i++) {
    socket.receive("x".repeat(60_000));
    assert.equal((await reading.next()).value?.length, 1);
  }
  await reading.return(undefined);
});

Deno.test("each envelope goes out as a frame of its own", async () => {
  const { socket, connection } = setUp();
  await connection.send([new Chunk(["one", "two"]), new Chunk(["three"])]);
  assert.deepEqual(socket.sent, ["one", "two", "three"]);
});

Deno.test("with parley.v1.lines a chunk goes out as one frame, its envelopes separated by line breaks", async () => {
  const { socket, connection } = setUp({ isBatched: true });
  await connection.send([new Chunk(["one", "two"]), new Chunk(["three"])]);
  assert.deepEqual(socket.sent, ["one\ntwo", "three"]);
});

Deno.test("a large send ends when the event loop has turned, and waits for no timer where all was written then", async () => {
  const { socket, connection } = setUp({ isBatched: true });
  socket.bufferedAmount = 400_000;
  let isSent = false;
  const sent = connection.send([new Chunk(["one"])]).then(() => isSent = true);
  await Promise.resolve();
  assert.equal(isSent, false);
  socket.bufferedAmount = 0;
  await sent;
});

const EIGHTY = Array.from({ length: 80 }, (_, i) => `line ${i}`);

Deno.test("of many envelopes 64 go out as frames in one turn, and the others in order", async () => {
  const { socket, connection } = setUp();
  const sent = connection.send([new Chunk(EIGHTY.slice(0, 10)), new Chunk(EIGHTY.slice(10))]);
  assert.deepEqual(socket.sent, EIGHTY.slice(0, 64));
  await sent;
  assert.deepEqual(socket.sent, EIGHTY);
});

Deno.test("what is left of a write goes out while the peer takes what came before", async () => {
  const { socket, clock, connection } = setUp();
  socket.bufferedAmount = 400_000;
  const sent = connection.send([new Chunk(EIGHTY)]);
  await clock.armed(10);
  assert.equal(socket.sent.length, 64);
  socket.bufferedAmount = 0;
  clock.advance(10);
  await sent;
  assert.deepEqual(socket.sent, EIGHTY);
});

Deno.test("a close lets the rest of a write go out first, once", async () => {
  const { socket, connection } = setUp();
  const sent = connection.send([new Chunk(EIGHTY)]);
  connection.close();
  assert.deepEqual([socket.sent, socket.closes], [EIGHTY, [[1000, ""]]]);
  await assert.rejects(sent);
  assert.equal(socket.sent.length, 80);
});

Deno.test("a send waits until the peer took most of it", async () => {
  const { socket, clock, connection } = setUp();
  socket.bufferedAmount = 400_000;
  assert.equal(connection.buffered, 400_000);
  let isSent = false;
  const sent = connection.send([new Chunk(["one"])]).then(() => isSent = true);
  clock.advance(10);
  await Promise.resolve();
  await Promise.resolve();
  assert.equal(isSent, false);
  await clock.armed(10);
  socket.bufferedAmount = 1000;
  clock.advance(10);
  await sent;
});

Deno.test("a send rejects where the peer has gone, before it or meanwhile", async () => {
  const { socket, clock, connection } = setUp();
  socket.bufferedAmount = 400_000;
  const sent = connection.send([new Chunk(["one"])]);
  socket.end();
  clock.advance(10);
  await assert.rejects(sent);
  await assert.rejects(connection.send([new Chunk(["two"])]));
  assert.deepEqual(socket.sent, ["one"]);
});

const CLOSE_CODES: [ChatError | undefined, number, string][] = [
  [undefined, 1000, ""],
  [new ChatError("line_too_long", ""), 1009, "line_too_long"],
  [new ChatError("too_many_connections", ""), 1013, "too_many_connections"],
  [new ChatError("slow_consumer", ""), 1008, "slow_consumer"],
  [new ChatError("login_timeout", ""), 4000, "login_timeout"],
];
for (const [reason, code, text] of CLOSE_CODES) {
  Deno.test(`a close ${reason ? `with ${reason.code}` : "without a reason"} says ${code}, once`, async () => {
    const { socket, connection } = setUp();
    socket.receive("unread");
    connection.close(reason);
    connection.close();
    socket.end();
    connection.close(reason);
    assert.deepEqual(socket.closes, [[code, text]]);
    assert.deepEqual(await readAll(connection), []);
  });
}

Deno.test("it tells whether the handshake succeeded", async () => {
  const { socket, connection } = setUp();
  assert.equal(await connection.opened(), true);
  socket.readyState = WebSocket.CONNECTING;
  const opening = connection.opened();
  socket.readyState = WebSocket.OPEN;
  socket.onopen?.();
  assert.equal(await opening, true);
  socket.readyState = WebSocket.CONNECTING;
  const failing = connection.opened();
  socket.end();
  assert.equal(await failing, false);
});
