import assert from "node:assert/strict";
import { cuts } from "./torture/cuts.ts";
import { herd } from "./torture/herd.ts";
import { anySeed } from "./torture/random.ts";

/** Each how many-th byte of the conversations is tried here; `deno task torture` tries all. */
const STEP = 7;
const RESUMES = 30;
const HERD = 200;

Deno.test("A connection cut after any byte, and again while it resumes, loses and doubles nothing", async () => {
  const seed = anySeed();
  const { verdict, cuts: done } = await cuts({ step: STEP, resumes: RESUMES, seed });
  assert.equal(verdict.words, "", `seed ${seed}:\n${verdict.words}`);
  assert.ok(done > 1000, `only ${done} connections were cut`);
});

Deno.test("Clients that all come back at once are all back, and have missed nothing", async () => {
  const { verdict } = await herd(HERD);
  assert.equal(verdict.words, "");
});
