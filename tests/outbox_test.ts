import assert from "node:assert/strict";
import type { Line } from "../protocol/lines.ts";
import { Chunk, Page } from "../server/chunk.ts";
import type { Connection } from "../server/connection.ts";
import { Outbox, OUTBOX_BYTES } from "../server/outbox.ts";

/** A connection whose writes end when the test says so. */
class ManualConnection implements Connection {
  readonly transport = "memory";
  readonly remoteAddress = "memory";
  readonly backlog = 0;
  buffered = 0;
  /** What was written, a write each, as its lines. */
  readonly writes: string[][] = [];
  #ending: PromiseWithResolvers<void> | null = null;

  async *lines(): AsyncGenerator<readonly Line[]> {}
  close(): void {}

  send(chunks: readonly Chunk[]): Promise<void> {
    assert.equal(this.#ending, null, "a second write was begun while one was under way");
    this.writes.push(chunks.flatMap(({ lines }) => lines));
    this.#ending = Promise.withResolvers();
    return this.#ending.promise;
  }

  /** The transport took what was written last; resolves when the outbox has heard of it. */
  async take(): Promise<void> {
    this.#end()!.resolve();
    await settled();
  }

  async fail(): Promise<void> {
    this.#end()!.reject(new Error("broken pipe"));
    await settled();
  }

  #end(): PromiseWithResolvers<void> | null {
    const ending = this.#ending;
    this.#ending = null;
    return ending;
  }
}

/** Lets all reactions to promises run that are due. */
async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

function setUp() {
  const connection = new ManualConnection();
  const sent: number[] = [];
  let overflows = 0;
  const outbox = new Outbox(connection, {
    overflowed: () => overflows++,
    sent: (seq) => sent.push(seq),
  });
  return { connection, outbox, sent, overflows: () => overflows };
}

const line = (text: string, seq = 0) => new Chunk([text], seq);
const page = (text: string, seq = 0) => new Page([text], seq);
/** A chunk that weighs so many bytes. */
const heavy = (bytes: number) => new Chunk(["x".repeat(bytes - 1)]);

Deno.test("an Outbox writes nothing before a flush, and then all that waits, in order, as one write", async () => {
  const { connection, outbox } = setUp();
  outbox.push(line("one"));
  outbox.push(new Chunk(["two", "three"]));
  assert.deepEqual(connection.writes, []);
  outbox.flush();
  assert.deepEqual(connection.writes, [["one", "two", "three"]]);
  await connection.take();
});

Deno.test("an Outbox has one write under way, and what comes meanwhile goes out together with the next", async () => {
  const { connection, outbox } = setUp();
  outbox.push(line("one"));
  outbox.flush();
  outbox.push(line("two"));
  assert.equal(outbox.flush(), null);
  outbox.push(line("three"));
  assert.deepEqual(connection.writes, [["one"]]);
  await connection.take();
  assert.deepEqual(connection.writes, [["one"], ["two", "three"]]);
  await connection.take();
  assert.equal(connection.writes.length, 2);
});

Deno.test("a flush resolves when its own write has ended, not a later one", async () => {
  const { connection, outbox } = setUp();
  outbox.push(line("one"));
  let hasEnded = false;
  outbox.flush()!.then(() => hasEnded = true);
  outbox.push(line("two"));
  await settled();
  assert.equal(hasEnded, false);
  await connection.take();
  assert.equal(hasEnded, true);
  assert.ok(outbox.isWriting, "the second write");
  await connection.take();
  assert.ok(!outbox.isWriting);
  assert.equal(outbox.writes, 2);
});

Deno.test("a flush with nothing to write is none", () => {
  const { connection, outbox } = setUp();
  assert.equal(outbox.flush(), null);
  assert.deepEqual(connection.writes, []);
});

Deno.test("a reply goes out at once, behind what waits before it", async () => {
  const { connection, outbox } = setUp();
  outbox.push(line("said before"));
  outbox.send(page("reply"));
  assert.deepEqual(connection.writes, [["said before", "reply"]]);
  await connection.take();
});

Deno.test("while it holds, replies go out and what was said waits, until it is released", async () => {
  const { connection, outbox } = setUp();
  outbox.hold();
  outbox.push(line("said first"));
  outbox.send(page("stored page"));
  outbox.push(line("said second"));
  assert.equal(outbox.flush(), null, "a write is under way, and nothing else waits");
  await connection.take();
  outbox.send(page("reply"));
  assert.deepEqual(connection.writes, [["stored page"], ["reply"]]);
  await connection.take();
  outbox.release();
  assert.deepEqual(connection.writes.at(-1), ["said first", "said second"]);
  await connection.take();
  outbox.push(line("live"));
  outbox.flush();
  assert.deepEqual(connection.writes.at(-1), ["live"]);
  await connection.take();
});

Deno.test("holding twice loses nothing, and a release without a hold does nothing", async () => {
  const { connection, outbox } = setUp();
  outbox.release();
  assert.deepEqual(connection.writes, []);
  outbox.hold();
  outbox.push(line("one"));
  outbox.hold();
  outbox.push(line("two"));
  outbox.release();
  assert.deepEqual(connection.writes, [["one", "two"]]);
  await connection.take();
});

Deno.test("a release during a write waits for its end", async () => {
  const { connection, outbox } = setUp();
  outbox.hold();
  outbox.push(line("said"));
  outbox.send(page("reply"));
  outbox.release();
  assert.deepEqual(connection.writes, [["reply"]]);
  await connection.take();
  assert.deepEqual(connection.writes, [["reply"], ["said"]]);
  await connection.take();
});

Deno.test("what waits may be as large as the bound; one byte more overflows, once", () => {
  const { outbox, overflows } = setUp();
  outbox.push(heavy(OUTBOX_BYTES - 10));
  outbox.push(heavy(10));
  assert.equal(overflows(), 0);
  outbox.push(heavy(1));
  outbox.push(heavy(1));
  outbox.push(heavy(OUTBOX_BYTES));
  assert.equal(overflows(), 1);
});

Deno.test("what is being written counts until the transport took it", async () => {
  const { connection, outbox, overflows } = setUp();
  outbox.push(heavy(OUTBOX_BYTES));
  outbox.flush();
  await connection.take();
  outbox.push(heavy(OUTBOX_BYTES));
  outbox.flush();
  assert.equal(overflows(), 0);
  outbox.push(heavy(1));
  assert.equal(overflows(), 1);
  await connection.take();
  await connection.take();
});

Deno.test("what is held counts", () => {
  const { outbox, overflows } = setUp();
  outbox.hold();
  outbox.push(heavy(OUTBOX_BYTES));
  outbox.push(heavy(1));
  assert.equal(overflows(), 1);
});

Deno.test("what the transport took but could not send yet counts", () => {
  const { connection, outbox, overflows } = setUp();
  connection.buffered = OUTBOX_BYTES;
  outbox.push(heavy(1));
  assert.equal(overflows(), 1);
});

Deno.test("replies and pages do not count, however large", async () => {
  const { connection, outbox, overflows } = setUp();
  outbox.send(page("x".repeat(2 * OUTBOX_BYTES)));
  outbox.push(heavy(OUTBOX_BYTES));
  assert.equal(overflows(), 0);
  await connection.take();
  await connection.take();
  outbox.push(heavy(OUTBOX_BYTES));
  assert.equal(overflows(), 0, "what went out does not count any more, and the page never did");
});

Deno.test("it tells the highest seq of each write, when the transport took it; of a write without messages nothing", async () => {
  const { connection, outbox, sent } = setUp();
  outbox.push(line("a", 3));
  outbox.push(line("b", 5));
  outbox.push(line("an event"));
  outbox.flush();
  assert.deepEqual(sent, []);
  await connection.take();
  assert.deepEqual(sent, [5]);
  outbox.send(page("reply"));
  await connection.take();
  assert.deepEqual(sent, [5]);
  outbox.send(page("stored", 9));
  await connection.take();
  assert.deepEqual(sent, [5, 9]);
});

Deno.test("it is drained when what waited has gone, although more has come", async () => {
  const { connection, outbox } = setUp();
  outbox.send(page("one"));
  outbox.push(line("two"));
  let isDrained = false;
  const drained = outbox.drained().then(() => isDrained = true);
  await connection.take();
  assert.equal(isDrained, false);
  outbox.push(line("three"));
  await connection.take();
  await drained;
  assert.deepEqual(connection.writes.at(-1), ["three"]);
  await connection.take();
});

Deno.test("it is behind when many replies wait for a write, until the write has ended", async () => {
  const { connection, outbox } = setUp();
  outbox.send(page("first"));
  for (let i = 0; i < 64; i++) outbox.send(page("reply"));
  assert.equal(outbox.isBehind, false);
  outbox.send(page("reply"));
  assert.equal(outbox.isBehind, true);
  await connection.take();
  assert.equal(outbox.isBehind, false);
  await connection.take();
});

Deno.test("it is drained when nothing waits, whatever is held back", async () => {
  const { connection, outbox } = setUp();
  await outbox.drained();
  outbox.hold();
  outbox.push(line("held"));
  outbox.send(page("one"));
  outbox.send(page("two"));
  let isDrained = false;
  const drained = outbox.drained().then(() => isDrained = true);
  await connection.take();
  assert.equal(isDrained, false);
  await connection.take();
  await drained;
});

Deno.test("what was pushed and not flushed is not drained", async () => {
  const { connection, outbox } = setUp();
  outbox.push(line("one"));
  let isDrained = false;
  const drained = outbox.drained().then(() => isDrained = true);
  await settled();
  assert.equal(isDrained, false);
  outbox.flush();
  await connection.take();
  await drained;
});

Deno.test("closed, it drops what waits and takes no more, and whoever waits for it goes on", async () => {
  const { connection, outbox, sent, overflows } = setUp();
  outbox.push(line("one", 1));
  outbox.flush();
  outbox.hold();
  outbox.push(line("two", 2));
  const drained = outbox.drained();
  outbox.close();
  outbox.close();
  await drained;
  outbox.push(heavy(2 * OUTBOX_BYTES));
  outbox.send(page("reply"));
  outbox.release();
  assert.equal(outbox.flush(), null);
  await connection.take();
  assert.deepEqual(connection.writes, [["one"]]);
  assert.deepEqual([sent, overflows()], [[], 0]);
});

Deno.test("a write that fails closes it: nobody is told that it was sent, nothing rejects, and nothing follows", async () => {
  const { connection, outbox, sent } = setUp();
  outbox.push(line("one", 1));
  const flushed = outbox.flush()!;
  outbox.push(line("two", 2));
  const drained = outbox.drained();
  await connection.fail();
  await flushed;
  await drained;
  outbox.push(line("three", 3));
  assert.equal(outbox.flush(), null);
  assert.deepEqual([connection.writes, sent], [[["one"]], []]);
});
