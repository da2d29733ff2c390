import assert from "node:assert/strict";
import { ChatError } from "../protocol/errors.ts";
import type { Line } from "../protocol/lines.ts";
import { LIMITS } from "../protocol/message.ts";
import { Chunk } from "../server/chunk.ts";
import { memoryPair } from "../server/memory.ts";

Deno.test("a memory connection says what it is", () => {
  const { server } = memoryPair();
  assert.equal(server.transport, "memory");
  assert.equal(server.remoteAddress, "memory");
  assert.equal(server.buffered, 0);
});

Deno.test("a memory connection hands the server all lines that wait, and says how many do", async () => {
  const { server, client } = memoryPair();
  for (const line of ["one", "two", "three"]) client.send(line);
  assert.equal(server.backlog, 3);
  const reading = server.lines()[Symbol.asyncIterator]();
  assert.deepEqual((await reading.next()).value, ["one", "two", "three"]);
  assert.equal(server.backlog, 0);
  client.send("four");
  client.close();
  assert.deepEqual((await reading.next()).value, ["four"]);
  assert.equal((await reading.next()).done, true);
});

Deno.test("a memory connection sends chunks in order, and send resolves only when the client took them", async () => {
  const { server, client } = memoryPair();
  let isTaken = false;
  const sent = server.send([new Chunk(["one", "two"]), new Chunk(["three"])]).then(() => isTaken = true);
  await Promise.resolve();
  await Promise.resolve();
  assert.equal(isTaken, false);
  const reading = client.lines()[Symbol.asyncIterator]();
  assert.deepEqual((await reading.next()).value, ["one", "two", "three"]);
  await sent;
});

Deno.test("a memory connection waits for a client that is busy with what it got", async () => {
  const { server, client } = memoryPair();
  const reading = client.lines()[Symbol.asyncIterator]();
  const first = reading.next();
  await server.send([new Chunk(["one"])]);
  await first;
  let isTaken = false;
  const second = server.send([new Chunk(["two"])]).then(() => isTaken = true);
  await Promise.resolve();
  await Promise.resolve();
  assert.equal(isTaken, false);
  assert.deepEqual((await reading.next()).value, ["two"]);
  await second;
});

Deno.test("a memory connection that the server closes still hands over what was sent", async () => {
  const { server, client } = memoryPair();
  const sent = server.send([new Chunk(["goodbye"])]);
  server.close();
  server.close(new ChatError("slow_consumer", "Too slow."));
  assert.deepEqual(await Array.fromAsync(client.lines()), [["goodbye"]]);
  await sent;
  await assert.rejects(server.send([new Chunk(["too late"])]));
  client.send("too late");
  assert.deepEqual(await Array.fromAsync(server.lines()), []);
});

Deno.test("a memory connection that the client closes ends for the server, and rejects what was not taken", async () => {
  const { server, client } = memoryPair();
  const sent = server.send([new Chunk(["unread"])]);
  client.send("last words");
  client.close();
  await assert.rejects(sent, { message: "The connection is closed." });
  await assert.rejects(server.send([new Chunk(["too late"])]));
  assert.deepEqual(await Array.fromAsync(server.lines()), [["last words"]]);
  assert.deepEqual(await Array.fromAsync(client.lines()), []);
});

Deno.test("a memory connection wakes both readers when it is closed", async () => {
  const { server, client } = memoryPair();
  const reading = Promise.all([Array.fromAsync(server.lines()), Array.fromAsync(client.lines())]);
  await Promise.resolve();
  server.close();
  assert.deepEqual(await reading, [[], []]);
});

Deno.test("a memory connection refuses a line that is too long, as other transports do", async () => {
  const { server, client } = memoryPair();
  client.send("x".repeat(LIMITS.lineBytes));
  client.send("é".repeat(LIMITS.lineBytes / 2 + 1));
  client.send("after it");
  const lines = (await Array.fromAsync(server.lines())).flat() as Line[];
  assert.equal(lines.length, 2);
  assert.equal((lines[0] as string).length, LIMITS.lineBytes);
  assert.equal((lines[1] as ChatError).code, "line_too_long");
});
