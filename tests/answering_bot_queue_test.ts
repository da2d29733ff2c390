import assert from "node:assert/strict";
import { DRAFT_INTERVAL_MS } from "../bots/drafts.ts";
import { scene, type Writing } from "./answering_scene.ts";

Deno.test("one question at a time for each user; the next waits, is told so, and then has its turn", async () => {
  await using s = await scene("alice", "bob");
  s.world.tell("alice", "One?");
  const one = await s.answerer.next();
  const second = s.world.tell("alice", "Two?");
  const notice = await s.world.next();
  assert.equal(notice.destination, "alice");
  assert.equal(notice.id, `waiting-${second.seq}`);
  assert.match(notice.message, /one question at a time/);
  s.world.tell("bob", "Three?");
  const three = await s.answerer.next();
  assert.equal(three.question.asker, "bob");
  one.write("1");
  one.end();
  assert.equal((await s.world.next()).message, "1");
  const two = await s.answerer.next();
  assert.equal(two.question.text, "Two?");
  for (const [writing, text] of [[two, "2"], [three, "3"]] as const) {
    writing.write(text);
    writing.end();
    assert.equal((await s.world.next()).message, text);
  }
});

Deno.test("four answers are written at a time, 16 questions wait, and then it is full", async () => {
  const people = Array.from({ length: 21 }, (_, i) => `user${i}`);
  await using s = await scene(...people);
  const running: Writing[] = [];
  for (const name of people) s.world.tell(name, "Why?");
  for (let i = 0; i < 4; i++) running.push(await s.answerer.next());
  for (let i = 0; i < 16; i++) {
    const notice = await s.world.next();
    assert.equal(notice.destination, `user${4 + i}`);
    assert.ok(
      notice.message.includes(i === 1 ? "1 question waits before" : `${i} questions wait before`),
      notice.message,
    );
  }
  const refusal = await s.world.next();
  assert.equal(refusal.destination, "user20");
  assert.match(refusal.message, /Too many questions/);
  running[0]!.end();
  await s.world.next();
  assert.equal((await s.answerer.next()).question.asker, "user4");
});

Deno.test("one user cannot fill the queue", async () => {
  await using s = await scene("alice", "bob");
  for (let i = 0; i < 6; i++) s.world.tell("alice", `Question ${i}?`);
  const first = await s.answerer.next();
  for (let i = 0; i < 4; i++) assert.match((await s.world.next()).message, /question/);
  assert.match((await s.world.next()).message, /as I can keep for one person/);
  s.world.tell("bob", "Mine?");
  assert.equal((await s.answerer.next()).question.asker, "bob");
  assert.equal(first.question.text, "Question 0?");
});

Deno.test("/stop keeps what was written, marked, and drops what of the user's waits", async () => {
  await using s = await scene("alice", "bob");
  s.world.tell("alice", "One?");
  const one = await s.answerer.next();
  s.world.tell("alice", "Two?");
  await s.world.next();
  s.world.tell("bob", "Three?");
  const three = await s.answerer.next();
  one.write("So far");
  await s.clock.armed(DRAFT_INTERVAL_MS);
  s.world.stop("Alice");
  const stopped = await s.world.next();
  assert.equal(stopped.message, "So far\n\n[Stopped.]");
  assert.equal(stopped.metadata.cut_off, "stopped");
  assert.equal(one.context.signal.aborted, true);
  assert.equal(three.context.signal.aborted, false);
  s.world.tell("alice", "Four?");
  assert.equal((await s.answerer.next()).question.text, "Four?");
});

Deno.test("/stop before the first word, and for a user without a question", async () => {
  await using s = await scene("alice");
  s.world.stop("nobody");
  s.world.tell("alice", "One?");
  await s.answerer.next();
  s.world.stop("alice");
  assert.equal((await s.world.next()).message, "Stopped.");
});
