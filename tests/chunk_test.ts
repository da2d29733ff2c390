import fc from "fast-check";
import assert from "node:assert/strict";
import { Chunk, Page, SplicedChunk } from "../server/chunk.ts";

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

Deno.test("a spliced chunk is what its lines say, whatever stands in whose place", () => {
  const line = fc.string({ unit: "binary", maxLength: 8 }).map((text) =>
    text.toWellFormed().replaceAll("\n", " ")
  );
  const lines = fc.array(fc.tuple(line, fc.oneof(fc.constant(null), fc.constant(undefined), line)), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(fc.property(lines, (lines) => {
    const own = new Map<number, string | undefined>();
    // Null: the shared line; undefined: none.
    lines.forEach(([_, other], i) => other !== null && own.set(i, other));
    const shown = lines.flatMap(([line, other]) => other === undefined ? [] : [other ?? line]);
    const chunk = new SplicedChunk(new Chunk(lines.map(([line]) => line), 7), own);
    assert.deepEqual(chunk.lines, shown);
    assert.equal(chunk.text, shown.join("\n"));
    assert.equal(
      new TextDecoder("utf-8", { ignoreBOM: true }).decode(chunk.bytes),
      shown.map((line) => line + "\n").join(""),
    );
    assert.equal(chunk.weight, shown.reduce((units, line) => units + line.length + 1, 0));
    assert.equal(chunk.lastSeq, 7);
  }));
});
