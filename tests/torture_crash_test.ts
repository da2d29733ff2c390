import assert from "node:assert/strict";
import { crash } from "./torture/crash.ts";
import { anySeed } from "./torture/random.ts";

const KILLS = 25;
const LEAST_ACKNOWLEDGED = 5000;

Deno.test("A server killed with SIGKILL under load loses, doubles and reorders nothing that was acknowledged", async () => {
  const seed = anySeed();
  const { verdict, acknowledged } = await crash({ kills: KILLS, seed });
  assert.equal(verdict.words, "", `seed ${seed}:\n${verdict.words}`);
  assert.ok(acknowledged > LEAST_ACKNOWLEDGED, `only ${acknowledged} messages were acknowledged`);
});
