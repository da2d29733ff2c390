import assert from "node:assert/strict";
import { startAnsweringBot } from "../bots/answering_bot.ts";
import { DRAFT_INTERVAL_MS } from "../bots/drafts.ts";
import { BotWorld } from "./bot_world.ts";
import { FakeClock } from "./fake_clock.ts";
import { Scene, scene, ScriptedAnswerer } from "./answering_scene.ts";

Deno.test("a question that came while the bot was away is answered within 10 minutes, and never twice", async () => {
  await using s = new Scene();
  s.know("alice", "bob");
  s.world.tell("alice", "Answered?");
  s.world.messages.push({
    type: "chat",
    sender: "openai",
    destination: "alice",
    message: "Yes.",
    id: "answer-3",
    timestamp: new Date(s.clock.now()).toISOString(),
    metadata: { bot: true, answer_to: 3 },
    seq: 4,
  });
  s.world.tell("bob", "Too old?");
  s.clock.advance(10 * 60_000 + 1);
  s.world.tell("alice", "Open?");
  s.clock.advance(9 * 60_000);
  await s.start();
  const writing = await s.answerer.next();
  assert.equal(writing.question.text, "Open?");
  writing.write("Now.");
  writing.end();
  assert.equal((await s.world.next()).metadata.answer_to, 6);
  s.world.tell("bob", "New?");
  assert.equal((await s.answerer.next()).question.text, "New?");
});

Deno.test("an answer that was written during an outage is said when the connection is back, once", async () => {
  await using s = await scene("alice");
  const question = s.world.tell("alice", "Why?");
  const writing = await s.answerer.next();
  s.world.isDeaf = true;
  s.world.drop();
  writing.write("Because.");
  writing.end();
  s.world.isDeaf = false;
  assert.equal((await s.world.next()).id, `answer-${question.seq}`);
  s.world.tell("alice", "help");
  assert.equal((await s.world.next()).message, "Helping.");
});

Deno.test("another answer to an answered question is dropped without a word", async () => {
  await using s = await scene("alice");
  const question = s.world.ask("#tea", "alice", "Why?");
  const writing = await s.answerer.next();
  s.world.messages.push({
    type: "chat",
    sender: "openai",
    destination: "#tea",
    message: "Said before.",
    id: `answer-${question.seq}`,
    timestamp: new Date(s.clock.now()).toISOString(),
    metadata: { bot: true },
    seq: s.world.messages.length + 1,
  });
  writing.write("Said again.");
  writing.end();
  s.world.tell("alice", "help");
  assert.equal((await s.world.next()).message, "Helping.");
});

Deno.test("a bot that is stopped says what it has written, and tells those who wait", async () => {
  await using s = await scene("alice", "bob");
  s.world.tell("alice", "One?");
  const writing = await s.answerer.next();
  s.world.tell("alice", "Two?");
  await s.world.next();
  writing.write("So far");
  await s.clock.armed(DRAFT_INTERVAL_MS);
  const stopped = s.bot!.stop();
  const said = [await s.world.next(), await s.world.next()].map(({ message }) => message).sort();
  assert.deepEqual(said, [
    "So far\n\n[Cut off: this bot is being stopped. Please ask again.]",
    "This bot was stopped before your turn came. Please ask again.",
  ]);
  await stopped;
});

Deno.test("a bot that cannot say its last words stops all the same", async () => {
  await using s = await scene("alice");
  s.world.tell("alice", "One?");
  await s.answerer.next();
  s.world.isDeaf = true;
  s.world.drop();
  const stopped = s.bot!.stop();
  await s.clock.armed(1500);
  s.clock.advance(1500);
  await stopped;
});

Deno.test("a bot whose token is refused does not start, leaves saying so to whoever started it, and can be stopped", async () => {
  await using world = new BotWorld("openai", new FakeClock());
  world.refusesLogin = true;
  const bot = startAnsweringBot(new ScriptedAnswerer(), world.options);
  await assert.rejects(bot.ready, /bad_credentials/);
  await bot.ended;
  await bot.stop();
  assert.deepEqual(world.logged, []);
});
