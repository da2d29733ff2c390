import assert from "node:assert/strict";
import { QUEUE_LIMITS } from "../server/sqlite/group_commit.ts";
import { SqliteStore } from "../server/sqlite/sqlite_store.ts";
import { Workers } from "../server/sqlite/workers.ts";
import type { LineClient } from "./line_client.ts";
import { PacedReader } from "./paced_reader.ts";
import { TestServer } from "./test_server.ts";
import { replace } from "./unforeseen.ts";

const READERS = 50;
const STALLED = 5;
const LONG_TEXT = "x".repeat(15_000);
/** More than the systems' buffers and the server's bound together hold. */
const MOST_LONG_TEXTS = 4000;

/** All members of the lobby, logged in and reading. */
async function readersOf(server: TestServer, names: readonly string[]): Promise<PacedReader[]> {
  return await Promise.all(names.map(async (name) => {
    const reader = new PacedReader(name);
    await reader.connect(server.port);
    return reader;
  }));
}

function named(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}

function isHere(server: TestServer, name: string): boolean {
  return server.chat.router.live.userNamed(name) !== undefined;
}

/** Says something again and again until that holds. Returns the positions. */
async function sayUntil(sender: LineClient, text: string, isEnough: () => boolean): Promise<number[]> {
  const seqs: number[] = [];
  while (!isEnough()) {
    assert.ok(seqs.length < MOST_LONG_TEXTS, "it never came to that");
    seqs.push(Number((await sender.say("#general", text)).metadata.seq));
  }
  return seqs;
}

Deno.test("of many readers those who read nothing are cut off, the others miss nothing, and all of it comes when they are back", async () => {
  await using server = await TestServer.start();
  const sender = await server.json("sender");
  const [reading, stalled] = [
    await readersOf(server, named("reader", READERS - STALLED)),
    await readersOf(server, named("stalled", STALLED)),
  ];
  for (const reader of stalled) reader.pause();
  const said = await sayUntil(
    sender,
    LONG_TEXT,
    () => named("stalled", STALLED).every((name) => !isHere(server, name)),
  );
  for (let i = 0; i < 10; i++) said.push(Number((await sender.say("#general", "later")).metadata.seq));

  for (const reader of reading) {
    await reader.reached(said.at(-1)!);
    assert.deepEqual([reader.hasEnded, reader.seqs], [false, said]);
  }
  for (const reader of stalled) {
    await reader.readToEnd();
    assert.ok(reader.seqs.length < said.length);
    await reader.connect(server.port);
    assert.deepEqual(reader.seqs, said, "lost, doubled, or out of order");
  }
  await Promise.all([...reading, ...stalled].map((reader) => reader.close()));
});

Deno.test("who reads a little at a time is kept up or cut off, and in both cases gets all of it in the end", async () => {
  await using server = await TestServer.start();
  const sender = await server.json("sender");
  const [slow] = await readersOf(server, ["slow"]);
  slow!.pause();
  const said: number[] = [];
  while (isHere(server, "slow")) {
    assert.ok(said.length < MOST_LONG_TEXTS, "it was never cut off, and what waits for it only grows");
    const [{ metadata }] = await Promise.all([sender.say("#general", LONG_TEXT), slow!.readSome(1024)]);
    said.push(Number(metadata.seq));
  }
  await slow!.readToEnd();
  await slow!.connect(server.port);
  assert.deepEqual(slow!.seqs, said);
  await slow!.close();
});

Deno.test("of histories that are asked for and not read one page at a time is in memory", async () => {
  await using server = await TestServer.start();
  const asking = await server.json("sender");
  for (let i = 0; i < 20; i++) await asking.say("#general", LONG_TEXT);
  const [stalled] = await readersOf(server, ["stalled"]);
  stalled!.pause();
  let pages = 0;
  using _ = replace(SqliteStore.prototype, "history", function (original, args) {
    pages++;
    return original.apply(this, args);
  });
  const requests = Array.from({ length: 400 }, () => ({ type: "command", message: "/history #general 20" }));
  void stalled!.send(...requests).catch(() => {});
  const session = [...server.chat.sessions].find((session) =>
    session.isLoggedIn && session.user.name === "stalled"
  )!;
  // One write that has not ended in so many round trips of another waits for the one who does not read.
  for (let write: number | null = null, same = 0; same < 200; same++) {
    if (session.writing === null || session.writing !== write) same = 0;
    write = session.writing;
    await asking.settled();
  }
  assert.ok(
    pages > 0 && pages < requests.length / 2,
    `${pages} of ${requests.length} were read from the store`,
  );
  await stalled!.close();
});

Deno.test("while the disk is slow senders are read more slowly, what waits is bounded, others are answered, and all is stored in the end", async () => {
  await using server = await TestServer.start();
  const other = await server.json("other");
  const names = named("sender", 20);
  const senders = await Promise.all(names.map((name) => server.json(name)));
  for (const [i, sender] of senders.entries()) await sender.command(`/join #room${i}`);
  const gate = Promise.withResolvers<void>();
  let appended = 0;
  using _disk = replace(Workers.prototype, "commit", async function (original, args) {
    await gate.promise;
    return await original.apply(this, args);
  });
  using _queue = replace(SqliteStore.prototype, "append", function (original, args) {
    appended += args[0].length;
    return original.apply(this, args);
  });
  using _open = { [Symbol.dispose]: () => gate.resolve() };
  const each = 3000;
  for (const [i, sender] of senders.entries()) {
    for (let n = 0; n < each; n++) {
      sender.sendJson({
        type: "chat",
        id: `${names[i]}-${n}`,
        destination: `#room${i}`,
        message: `text ${n}`,
      });
    }
  }
  for (let seen = -1, same = 0; same < 200; same++) {
    if (appended !== seen || !server.store.isFull) same = 0;
    seen = appended;
    await other.settled();
  }
  const bound = QUEUE_LIMITS.messages + senders.length * 1200;
  assert.ok(appended < bound, `${appended} were taken from those who send`);
  gate.resolve();
  for (const sender of senders) {
    for (let n = 0; n < each; n++) await sender.envelope(({ metadata }) => metadata.code === "stored");
  }
  assert.equal(await server.store.head(), each * senders.length);
});

Deno.test("what was committed at once, however much, cuts off nobody who reads", async () => {
  await using server = await TestServer.start();
  const other = await server.json("other");
  const senders = await Promise.all(named("sender", 12).map((name) => server.json(name)));
  const disk = Promise.withResolvers<void>();
  let appended = 0;
  using _disk = replace(Workers.prototype, "commit", async function (original, args) {
    await disk.promise;
    return await original.apply(this, args);
  });
  using _queue = replace(SqliteStore.prototype, "append", function (original, args) {
    appended += args[0].length;
    return original.apply(this, args);
  });
  using _open = { [Symbol.dispose]: () => disk.resolve() };
  const chat = { type: "chat", destination: "#general", message: "x".repeat(3000) };
  for (const sender of senders) for (let n = 0; n < 200; n++) sender.sendJson(chat);
  while (appended < 200 * senders.length) await other.settled();
  disk.resolve();
  for (let n = 0; n < appended; n++) await other.envelope(({ type }) => type === "chat");
  for (const client of [other, ...senders]) {
    assert.equal((await client.command("/ping")).metadata.code, "pong");
  }
});
