/** What was added to the filter of hashes is always found again; what was not, seldom. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { ClientIdHash } from "../server/sqlite/client_id_hash.ts";
import { HashFilter } from "../server/sqlite/hash_filter.ts";

const hashes = fc.array(fc.integer({ min: -(2 ** 47), max: 2 ** 47 }));

Deno.test("whatever was added may be there, and nothing else while it is empty", () => {
  fc.assert(fc.property(hashes, hashes, fc.nat(100_000_000), (added, others, expected) => {
    const filter = new HashFilter(expected);
    assert.ok([...added, ...others].every((hash) => !filter.mayHave(hash)));
    for (const hash of added) filter.add(hash);
    assert.ok(added.every((hash) => filter.mayHave(hash)));
    assert.equal(filter.size, added.length);
  }));
});

Deno.test("up to where it is full, at most one new id in twenty may be there", () => {
  const hash = new ClientIdHash("0123456789abcdef");
  const filter = new HashFilter(1000);
  let count = 0;
  while (!filter.isFull) filter.add(hash.of(1, `id-${count++}`));
  assert.ok(count > 100_000, `${count}`);
  const taken = Array.from({ length: 50_000 }, (_, n) => filter.mayHave(hash.of(2, `id-${n}`))).filter(
    Boolean,
  );
  assert.ok(taken.length > 0 && taken.length < 2_500 * 1.1, `${taken.length} of 50,000`);
  const larger = new HashFilter(count);
  for (let n = 0; n < count; n++) larger.add(hash.of(1, `id-${n}`));
  assert.ok(!larger.isFull);
});

Deno.test("the largest is never full", () => {
  const filter = new HashFilter(2 ** 40);
  for (let n = 0; n < 1_000_000; n++) filter.add(n);
  assert.ok(!filter.isFull);
});
