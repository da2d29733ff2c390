import assert from "node:assert/strict";
import { AnswerFailed } from "../bots/answer_text.ts";
import { DRAFT_INTERVAL_MS } from "../bots/drafts.ts";
import { LIMITS, utf8Length } from "../protocol/message.ts";
import { scene } from "./answering_scene.ts";

Deno.test("a direct question is answered once, with an id and metadata that name it", async () => {
  await using s = await scene("alice");
  const question = s.world.tell("alice", "Why?");
  const writing = await s.answerer.next();
  assert.equal(writing.question.text, "Why?");
  writing.write("Because ");
  writing.write("of that.");
  writing.end();
  const answer = await s.world.next();
  assert.equal(answer.message, "Because of that.");
  assert.equal(answer.destination, "alice");
  assert.equal(answer.id, `answer-${question.seq}`);
  assert.equal(answer.metadata.answer_to, question.seq);
  assert.equal(typeof answer.metadata.draft, "string");
});

Deno.test("a question asked in a room that the bot is not in is answered there", async () => {
  await using s = await scene();
  const question = s.world.ask("#tea", "alice", "Why?");
  (await s.answerer.next()).end();
  const answer = await s.world.next();
  assert.equal(answer.destination, "#tea");
  assert.equal(answer.metadata.answer_to, question.seq);
  assert.match(answer.message, /The answer was empty/);
});

Deno.test("what is said in a room, by bots, or by the bot itself is no question", async () => {
  await using s = await scene("alice");
  s.world.say("#tea", "bob", "Hello all");
  s.world.tell("otherbot", "Hello you", { bot: true });
  s.world.tell("OpenAI", "Hello me");
  s.world.tell("alice", "Why?");
  const writing = await s.answerer.next();
  assert.equal(writing.question.asker, "alice");
  writing.write("So.");
  writing.end();
  await s.world.next();
});

Deno.test("whoever writes for the first time ever is greeted, once", async () => {
  await using s = await scene();
  s.world.tell("alice", "help");
  assert.equal((await s.world.next()).message, "Hello, I answer.");
  const help = await s.world.next();
  assert.equal(help.message, "Helping.");
  assert.equal(help.metadata.helped, true);
  s.world.tell("alice", "help");
  assert.equal((await s.world.next()).message, "Helping.");
});

Deno.test("who was only asked to wait by the bot is greeted at the first direct message", async () => {
  await using s = await scene();
  s.world.messages.push({
    type: "chat",
    sender: "openai",
    destination: "alice",
    message: "Your question waits.",
    timestamp: new Date(s.clock.now()).toISOString(),
    metadata: { bot: true },
    seq: 1,
  });
  s.world.tell("alice", "help");
  assert.equal((await s.world.next()).message, "Hello, I answer.");
  await s.world.next();
});

Deno.test("an answer is shown while it is written, at most 10 times a second", async () => {
  await using s = await scene("alice");
  const question = s.world.tell("alice", "Why?");
  const writing = await s.answerer.next();
  for (const piece of ["Be", "cau", "se"]) writing.write(piece);
  await s.clock.armed(DRAFT_INTERVAL_MS);
  await writing.allTaken();
  s.clock.advance(DRAFT_INTERVAL_MS);
  const draft = await s.world.nextDraft();
  assert.equal(draft.destination, "alice");
  assert.equal(draft.metadata.delta, "Because");
  assert.equal(draft.metadata.answer_to, question.seq);
  writing.write(" of it.");
  await s.clock.armed(DRAFT_INTERVAL_MS);
  s.clock.advance(DRAFT_INTERVAL_MS);
  const next = await s.world.nextDraft();
  assert.equal(next.metadata.delta, " of it.");
  assert.equal(next.metadata.draft, draft.metadata.draft);
  writing.end();
  const answer = await s.world.next();
  assert.equal(answer.metadata.draft, draft.metadata.draft);
  assert.ok(DRAFT_INTERVAL_MS >= 100);
});

Deno.test("what comes slowly is shown at once", async () => {
  await using s = await scene("alice");
  s.world.tell("alice", "Why?");
  const writing = await s.answerer.next();
  writing.write("Be");
  await s.world.nextDraftOf(s.clock);
  s.clock.advance(DRAFT_INTERVAL_MS);
  writing.write("cause");
  await s.clock.armed(0);
  s.clock.advance(0);
  assert.equal((await s.world.nextDraft()).metadata.delta, "cause");
  writing.end();
  await s.world.next();
});

Deno.test("drafts of several answers take turns, and long ones come in parts that end between characters", async () => {
  await using s = await scene("alice", "bob");
  s.world.tell("alice", "Why?");
  const first = await s.answerer.next();
  s.world.tell("bob", "How?");
  const second = await s.answerer.next();
  const long = "x".repeat(599) + "😀" + "y".repeat(100);
  first.write(long);
  await s.clock.armed(DRAFT_INTERVAL_MS);
  second.write("So.");
  await second.allTaken();
  const deltas: unknown[] = [];
  for (let i = 0; i < 3; i++) {
    s.clock.advance(DRAFT_INTERVAL_MS);
    const { destination, metadata } = await s.world.nextDraft();
    deltas.push([destination, metadata.delta]);
    assert.ok(utf8Length(JSON.stringify(metadata)) < 4096);
  }
  assert.deepEqual(deltas, [
    ["alice", "x".repeat(599)],
    ["bob", "So."],
    ["alice", "😀" + "y".repeat(100)],
  ]);
  first.end();
  second.end();
  await s.world.next();
  await s.world.next();
});

Deno.test("an answer that fails says why in one line, and keeps what was written", async () => {
  await using s = await scene("alice");
  s.world.tell("alice", "One?");
  (await s.answerer.next()).fail(new AnswerFailed("The sky is down.", { kind: "sky" }));
  const whole = await s.world.next();
  assert.equal(whole.message, "The sky is down.");
  assert.equal(whole.metadata.cut_off, "failed");
  s.world.tell("alice", "Two?");
  const writing = await s.answerer.next();
  writing.write("It is because");
  writing.fail(new AnswerFailed("The sky is down."));
  assert.equal((await s.world.next()).message, "It is because\n\n[Cut off: The sky is down.]");
});

Deno.test("a fault inside an answerer is logged, and none of it is shown", async () => {
  await using s = await scene("alice");
  s.world.tell("alice", "One?");
  (await s.answerer.next()).fail(new TypeError("secret sk-123 of undefined"));
  const { message } = await s.world.next();
  assert.match(message, /Something went wrong inside this bot/);
  assert.ok(!message.includes("secret"));
  const [fault] = s.world.logged.splice(s.world.logged.findIndex(({ level }) => level === "error"), 1);
  assert.match(String(fault?.properties?.error), /TypeError/);
});

for (const [kind, letter] of [["ASCII", "a"], ["emoji", "😀"], ["CJK", "語"]] as const) {
  Deno.test(`an answer longer than a message is cut between characters and says so (${kind})`, async () => {
    await using s = await scene("alice");
    s.world.tell("alice", "Long?");
    const writing = await s.answerer.next();
    writing.write("b" + letter.repeat(3000));
    writing.write(letter.repeat(1_000_000));
    const { message, metadata } = await s.world.next();
    assert.ok(utf8Length(message) <= LIMITS.messageBytes);
    assert.ok(utf8Length(message) > LIMITS.messageBytes - 600);
    assert.ok(message.isWellFormed());
    assert.match(message, /\n\n\[Cut off: a message can hold no more\.\]$/);
    assert.equal(metadata.cut_off, "too_long");
  });
}
