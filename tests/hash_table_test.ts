/** The map of hashes to positions against a Map. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { HashTable } from "../server/sqlite/hash_table.ts";

const hash = fc.oneof(
  fc.integer({ min: -(2 ** 47), max: 2 ** 47 }),
  // The same low bits: they meet in the table.
  fc.integer({ min: -(2 ** 14), max: 2 ** 14 }).map((high) => high * 2 ** 32 + 5),
);

Deno.test("what was added is found, nothing else is, and all of it comes out sorted", () => {
  fc.assert(fc.property(fc.uniqueArray(hash, { maxLength: 300 }), fc.array(hash), (added, others) => {
    const table = new HashTable(4);
    const map = new Map(added.map((hash, i) => [hash, i + 1]));
    for (const [hash, seq] of map) table.add(hash, seq);
    assert.equal(table.size, map.size);
    for (const hash of [...added, ...others]) {
      assert.equal(table.get(hash), map.get(hash));
      assert.equal(table.has(hash), map.has(hash));
    }
    assert.deepEqual([...table.sorted()], [...map.keys()].sort((a, b) => a - b));
  }));
});
