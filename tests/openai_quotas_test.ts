/** How much a model is asked: so much of each user in an hour, and of all in a day. */

import assert from "node:assert/strict";
import { AnswerFailed } from "../bots/answer_text.ts";
import { QuestionQuotas, type Quotas } from "../bots/question_quotas.ts";
import { FakeClock } from "./fake_clock.ts";
import { status } from "./fake_openai_server.ts";
import { OpenAiStage } from "./openai_stage.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

class Scene {
  readonly clock = new FakeClock();
  readonly quotas: QuestionQuotas;

  constructor(quotas: Quotas) {
    this.quotas = new QuestionQuotas(this.clock, quotas);
  }

  /** Why the question is not asked; empty where it is. */
  ask(name: string): string {
    try {
      this.quotas.count(name);
      return "";
    } catch (error) {
      assert.ok(error instanceof AnswerFailed);
      return error.message;
    }
  }
}

Deno.test("a user may ask so much in an hour, whatever the case of the name, and is told when it ends", () => {
  const scene = new Scene({ userPerHour: 3, allPerDay: 0 });
  for (const name of ["alice", "Alice", "ALICE"]) {
    assert.equal(scene.ask(name), "");
    scene.clock.advance(MINUTE_MS);
  }
  assert.equal(scene.ask("alice"), "You have asked 3 questions in the last hour; ask again in 57 minutes.");
  assert.equal(scene.ask("bob"), "");
  scene.clock.advance(57 * MINUTE_MS - 1000);
  assert.equal(scene.ask("alice"), "You have asked 3 questions in the last hour; ask again in 1 second.");
  scene.clock.advance(1000);
  assert.equal(scene.ask("alice"), "");
  assert.equal(scene.ask("alice"), "You have asked 3 questions in the last hour; ask again in 1 minute.");
});

Deno.test("all together may ask so much in 24 hours; what was refused is not counted", () => {
  const scene = new Scene({ userPerHour: 1, allPerDay: 2 });
  assert.equal(scene.ask("alice"), "");
  assert.equal(scene.ask("alice"), "You have asked 1 question in the last hour; ask again in 60 minutes.");
  assert.equal(scene.ask("bob"), "");
  assert.equal(
    scene.ask("carol"),
    "All of you together have asked 2 questions in the last 24 hours, which is all that the AI service may be asked here; " +
      "ask again in 24 hours.",
  );
  scene.clock.advance(24 * HOUR_MS);
  assert.equal(scene.ask("carol"), "");
});

Deno.test("0 is no limit", () => {
  const scene = new Scene({ userPerHour: 0, allPerDay: 0 });
  for (let i = 0; i < 10_000; i++) assert.equal(scene.ask("alice"), "");
});

Deno.test("where the clock is set back, nobody waits for the time to come", () => {
  const scene = new Scene({ userPerHour: 1, allPerDay: 0 });
  scene.ask("alice");
  scene.clock.setNow(scene.clock.now() - 24 * HOUR_MS);
  assert.equal(scene.ask("alice"), "");
});

Deno.test("in the room: a quota's end is one clear line, and the endpoint is not asked", async () => {
  await using stage = await OpenAiStage.start({ quotas: { userPerHour: 2, allPerDay: 3 } });
  const { alice, bob, endpoint } = stage;
  endpoint.script(status(401));
  await stage.answered(alice, "One?");
  assert.equal((await stage.answered(alice, "Two?")).message, "Fine.");
  const refused = await stage.answered(alice, "Three?");
  assert.equal(refused.message, "You have asked 2 questions in the last hour; ask again in 60 minutes.");
  assert.equal(refused.metadata.cut_off, "failed");
  assert.equal((await stage.answered(bob, "One?")).message, "Fine.");
  assert.match((await stage.answered(bob, "Two?")).message, /^All of you together have asked 3 questions/);
  assert.equal(endpoint.requests.length, 3);
  stage.clock.advance(HOUR_MS);
  assert.match((await stage.answered(alice, "Four?")).message, /in 23 hours\.$/);
  await stage.stopBot();
});

Deno.test("a direct answer says how much is left, and when one may ask again; the room is not told", async () => {
  await using stage = await OpenAiStage.start({ quotas: { userPerHour: 1, allPerDay: 0 } });
  const { alice } = stage;
  const tell = async (text: string) => {
    const { metadata } = await alice.say("openai", text);
    return (await stage.answerTo(alice, Number(metadata.seq))).metadata;
  };
  const last = await tell("One?");
  const again = new Date(stage.clock.now() + HOUR_MS).toISOString();
  assert.deepEqual([last.questions_left, last.ask_again_at, last.cut_off], [0, again, undefined]);
  const refused = await tell("Two?");
  assert.deepEqual([refused.questions_left, refused.ask_again_at, refused.cut_off], [0, again, "failed"]);
  assert.equal((await stage.answered(alice, "Three?")).metadata.questions_left, undefined);
  await stage.stopBot();
});
