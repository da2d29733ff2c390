import assert from "node:assert/strict";
import { Turns } from "../server/turns.ts";

/** Takes a turn for each key, in this order; resolves with the order in which they came in. */
async function served(turns: Turns<string>, keys: readonly string[]): Promise<string[]> {
  const order: string[] = [];
  await Promise.all(keys.map(async (key) => {
    await turns.take(key);
    order.push(key);
    await Promise.resolve();
    turns.give();
  }));
  return order;
}

Deno.test("who waits behind many of another key comes in by turns", async () => {
  const order = await served(new Turns(1, 10), [..."aaaaa", "b", "c", "b"]);
  assert.deepEqual(order, [..."aabcabaa"]);
});

Deno.test("so many have a place at once, so many of each key wait, and the next is refused", async () => {
  const turns = new Turns<string>(2, 1);
  assert.ok(turns.take("a") && turns.take("a"));
  const waiting = turns.take("a");
  assert.ok(waiting);
  assert.equal(turns.take("a"), null);
  assert.ok(turns.take("b"), "another key still waits");
  turns.give();
  await waiting;
});

Deno.test("places that were given back are there again, and nobody comes in twice", async () => {
  const turns = new Turns<string>(2, 100);
  const keys = Array.from({ length: 60 }, (_, i) => "abc"[i % 3]!);
  assert.deepEqual((await served(turns, keys)).sort(), [...keys].sort());
  assert.deepEqual(await served(turns, ["a", "b"]), ["a", "b"]);
});
