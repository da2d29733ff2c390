/** An endpoint that keeps failing is left alone, and says so; what people ask wrongly is not held against it. */

import assert from "node:assert/strict";
import { Breaker, BREAKER_LIMITS } from "../bots/breaker.ts";
import { EndpointFailure, type FailureKind } from "../bots/endpoint_failure.ts";
import { FakeClock } from "./fake_clock.ts";
import { answer, stall, status } from "./fake_openai_server.ts";
import { OpenAiStage } from "./openai_stage.ts";

const PAUSED =
  /^The AI service has failed several times in a row, so I leave it alone for now\. Please ask again in 30 s\.$/;

class Scene {
  readonly clock = new FakeClock();
  readonly logged: string[] = [];
  readonly breaker = new Breaker(this.clock, {
    info: (message) => void this.logged.push(message),
    warn: (message) => void this.logged.push(message),
    error: (message) => void this.logged.push(message),
  });
  asked = 0;

  /** What comes of one question to an endpoint that yields this and then fails so. */
  async ask(piece = "", failure?: FailureKind): Promise<string> {
    const pieces = this.breaker.guard(() => this.#answer(piece, failure));
    let text = "";
    try {
      for await (const piece of pieces) text += piece;
    } catch (error) {
      text += error instanceof EndpointFailure ? error.kind : (error as Error).message;
    }
    return text;
  }

  async fail(times: number, failure: FailureKind = "overloaded"): Promise<void> {
    for (let i = 0; i < times; i++) assert.equal(await this.ask("", failure), failure);
  }

  async *#answer(piece: string, failure: FailureKind | undefined): AsyncGenerator<string> {
    this.asked++;
    if (piece !== "") yield piece;
    if (failure) throw new EndpointFailure(failure);
  }
}

Deno.test("after five failures in a row an endpoint is left alone for 30 s; then one question tries it", async () => {
  const scene = new Scene();
  await scene.fail(BREAKER_LIMITS.failures);
  assert.match(await scene.ask("Yes."), PAUSED);
  scene.clock.advance(BREAKER_LIMITS.pauseMs - 1);
  assert.match(await scene.ask("Yes."), /in 1 s\.$/);
  assert.equal(scene.asked, 5);
  scene.clock.advance(1);
  assert.equal(await scene.ask("Yes."), "Yes.");
  await scene.fail(4);
  assert.equal(await scene.ask("Yes."), "Yes.");
  assert.deepEqual(scene.logged, [
    "The AI's endpoint keeps failing and is left alone.",
    "The AI's endpoint works again.",
  ]);
});

Deno.test("a trial that fails begins another pause, and while it runs nobody else is let through", async () => {
  const scene = new Scene();
  await scene.fail(5);
  scene.clock.advance(BREAKER_LIMITS.pauseMs);
  const trial = scene.breaker.guard(async function* () {
    yield "Half";
    throw new EndpointFailure("cut");
  });
  await trial.next();
  assert.match(await scene.ask("Yes."), /in a moment\.$/);
  await assert.rejects(trial.next());
  assert.match(await scene.ask("Yes."), PAUSED);
  assert.equal(scene.asked, 5);
});

Deno.test("a trial that its asker stops leaves the next question to try", async () => {
  const scene = new Scene();
  await scene.fail(5);
  scene.clock.advance(BREAKER_LIMITS.pauseMs);
  assert.equal(await scene.ask(), "");
  assert.equal(await scene.ask("", "overloaded"), "overloaded");
  assert.match(await scene.ask("Yes."), PAUSED);
});

Deno.test("answers that break off each time count as failures, a good one between them begins anew", async () => {
  const scene = new Scene();
  for (let i = 0; i < 4; i++) assert.equal(await scene.ask("Half ", "cut"), "Half cut");
  await scene.ask("Yes.");
  await scene.fail(4);
  assert.equal(await scene.ask("Half ", "silence"), "Half silence");
  assert.match(await scene.ask("Yes."), PAUSED);
});

for (const kind of ["bad_request", "too_long", "filtered", "length", "forbidden", "no_key"] as const) {
  Deno.test(`${kind} is the request's fault and never opens the breaker`, async () => {
    const scene = new Scene();
    await scene.fail(20, kind);
    assert.equal(await scene.ask("Yes."), "Yes.");
  });
}

Deno.test("where the clock is set back, the pause is over", async () => {
  const scene = new Scene();
  await scene.fail(5);
  scene.clock.setNow(scene.clock.now() - 3_600_000);
  assert.equal(await scene.ask("Yes."), "Yes.");
});

Deno.test("in the room: five failures, one clear line without asking the endpoint, and then it answers again", async () => {
  await using stage = await OpenAiStage.start();
  const { alice, endpoint, clock } = stage;
  endpoint.script(...Array.from({ length: 5 }, () => status(401)));
  for (let i = 0; i < 5; i++) assert.match((await stage.answered(alice, "Why?")).message, /\(401\)/);
  const paused = await stage.answered(alice, "And now?");
  assert.match(paused.message, PAUSED);
  assert.equal(paused.metadata.cut_off, "failed");
  assert.equal(endpoint.requests.length, 5);
  clock.advance(BREAKER_LIMITS.pauseMs);
  endpoint.script(answer("Because."));
  assert.equal((await stage.answered(alice, "And now?")).message, "Because.");
  await stage.stopBot();
  stage.assertNothingLeaked();
});

Deno.test("in the room: a question that is stopped does not count as a failure", async () => {
  await using stage = await OpenAiStage.start();
  for (let i = 0; i < 6; i++) {
    stage.endpoint.script(stall());
    const question = await stage.ask(stage.alice, "Why?");
    await stage.endpoint.next();
    await stage.alice.command("/stop");
    assert.equal((await stage.answerTo(stage.alice, question)).message, "Stopped.");
  }
  assert.equal((await stage.answered(stage.alice, "Why?")).message, "Fine.");
});
