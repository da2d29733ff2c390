import assert from "node:assert/strict";
import { lockDatabase } from "./torture/faults/locked_database.ts";

Deno.test("while another process holds the database pings are answered, and what is said waits and is stored", async () => {
  const { pings, replies, stored, said } = await lockDatabase({ clients: 20, rounds: 25 });
  assert.equal(pings, 500);
  assert.deepEqual(replies, said.map(() => "stored"));
  assert.deepEqual(stored, said);
});

Deno.test("what waits too long for the database is refused with all that was said behind it, and stored in its order when it is said again", async () => {
  const { pings, replies, stored, said } = await lockDatabase({ clients: 5, rounds: Infinity });
  assert.ok(pings > 0);
  assert.deepEqual(replies, said.map(() => "store_unavailable"));
  assert.deepEqual(stored, said);
});
