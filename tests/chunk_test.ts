import assert from "node:assert/strict";
import { Chunk, Page } from "../server/chunk.ts";

Deno.test("a chunk is its lines with a line break each as bytes, and with one between them as text", () => {
  const chunk = new Chunk(["één", "two"], 7);
  assert.equal(new TextDecoder().decode(chunk.bytes), "één\ntwo\n");
  assert.equal(chunk.text, "één\ntwo");
  assert.equal(chunk.lastSeq, 7);
});

Deno.test("a chunk is encoded once, however often it is sent", () => {
  const chunk = new Chunk(["one", "two"]);
  assert.equal(chunk.bytes, chunk.bytes);
  assert.equal(chunk.lastSeq, 0);
});

Deno.test("a chunk weighs what it will take, a page nothing", () => {
  assert.equal(new Chunk(["one", "two"]).weight, "one\ntwo\n".length);
  assert.equal(new Page(["one", "two"]).weight, 0);
});
