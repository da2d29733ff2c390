import assert from "node:assert/strict";
import fc from "fast-check";
import { scoreOf, takenFor } from "../bench/aibot.ts";
import { QUESTION_SETS } from "../bench/aibot_questions.ts";
import { answer } from "../bots/aibot/answer.ts";
import { recognise } from "../bots/aibot/recognise.ts";
import { nearestWord } from "../bots/aibot/spelling.ts";
import { TOPICS } from "../bots/aibot/topics.ts";
import { findCommand } from "../protocol/commands.ts";
import { utf8Length } from "../protocol/message.ts";

/** A Saturday. */
const NOW = Date.parse("2026-11-21T10:00:00.000Z");
const ALL = Object.values(QUESTION_SETS).flat();

function said(question: string): string {
  const answered = answer(question, { now: NOW, botName: "aibot" });
  assert.equal(answered.kind, "text");
  return answered.kind === "text" ? answered.text : "";
}

Deno.test("the built-in agent recognises at least 90 % of the questions on its topics, in every set", () => {
  for (const [name, questions] of Object.entries(QUESTION_SETS)) {
    const inside = questions.filter(({ expect }) => expect !== "outside");
    const { right } = scoreOf(inside);
    assert.ok(right >= 0.9 * inside.length, `${name}: ${right} of ${inside.length}`);
  }
  assert.ok(ALL.length >= 80);
});

Deno.test("the built-in agent admits every question outside its topics", () => {
  const outside = ALL.filter(({ expect }) => expect === "outside");
  assert.ok(outside.length >= 20);
  assert.deepEqual(scoreOf(outside).wrong, []);
});

Deno.test("no question of the table stands in it twice", () => {
  const questions = ALL.map(({ question }) => question);
  assert.equal(new Set(questions).size, questions.length);
});

Deno.test("every topic that a question expects exists", () => {
  const ids = new Set([...TOPICS.map(({ id }) => id), "lookup", "arithmetic", "outside"]);
  assert.deepEqual(ALL.flatMap(({ expect }) => expect).filter((id) => !ids.has(id)), []);
});

Deno.test("each topic has an id of its own and an answer of a few lines", () => {
  assert.equal(new Set(TOPICS.map(({ id }) => id)).size, TOPICS.length);
  for (const { id, answer } of TOPICS) {
    if (id === "time") continue;
    assert.ok(answer.trim() !== "", id);
    assert.ok(answer.split("\n").length <= 24 && utf8Length(answer) < 2500, id);
    assert.equal(answer.split("```").length % 2, 1, `${id} closes its code`);
  }
});

Deno.test("answers about Parley name only commands that there are", () => {
  // The two that are left out name paths of the web server.
  const topics = TOPICS.filter(({ id }) => id.startsWith("parley") && !/curl|server/.test(id));
  for (const { id, answer } of topics) {
    for (const [, name] of answer.matchAll(/(?:^|[\s`(])\/([a-zA-Z]{2,})\b(?!\/)/gm)) {
      assert.ok(findCommand(name!), `${id}: /${name}`);
    }
  }
});

Deno.test("the same word decides by what stands beside it", () => {
  assert.equal(takenFor("python"), "python");
  assert.equal(takenFor("the python at the zoo is three metres long"), "outside");
  assert.equal(takenFor("how do I join a room"), "parley.join");
  assert.equal(takenFor("how do I join two tables"), "db.joins");
  assert.equal(takenFor("how do I join the navy"), "outside");
});

Deno.test("types of a dict are a matter of types, and event sourcing has an answer of its own", () => {
  assert.match(said("how do I type-annotate a dict"), /dict\[str, int\]/);
  assert.match(said("what is event sourcing"), /^Event sourcing keeps what happened/);
  assert.equal(takenFor("how do I merge two dicts"), "python.collections");
  assert.equal(takenFor("what is event-driven design"), "events");
});

Deno.test("of guests it says what the server does: they can neither rename themselves nor set a password", () => {
  assert.match(said("how do I change my nickname?"), /Guests and bots keep theirs/);
  assert.match(said("what is a guest account?"), /but for a password and another name/);
});

Deno.test("a greeting before a question does not hide it", () => {
  assert.equal(takenFor("hi! how do I join a room, please?"), "parley.join");
  assert.equal(takenFor("hello"), "greeting");
});

Deno.test("slips of the fingers are mended, other words are not", () => {
  const known = ["message", "messages", "password", "subscribe", "join"];
  assert.equal(nearestWord("mesage", known), "message");
  assert.equal(nearestWord("pasword", known), "password");
  assert.equal(nearestWord("subscirbe", known), "subscribe");
  assert.equal(nearestWord("jion", known), "join");
  assert.equal(nearestWord("massage", known), undefined);
  assert.equal(nearestWord("coin", known), undefined);
  assert.equal(nearestWord("passenger", known), undefined);
});

Deno.test("the bot's own name before a question is not part of it", () => {
  assert.equal(said("aibot, how do I leave a room?"), said("how do I leave a room?"));
  assert.equal(said("@aibot: how do I leave a room?"), said("how do I leave a room?"));
});

Deno.test("what it does not know it admits, with who it is and how a model is configured", () => {
  const words = said("what is the capital of France");
  assert.match(words, /beyond me/);
  assert.match(words, /built-in agent/);
  assert.match(words, /OPENAI_API_KEY/);
});

Deno.test("the time and the date are given in UTC", () => {
  assert.equal(said("what time is it?"), "It is 2026-11-21 10:00 UTC, a Saturday.");
});

Deno.test("small sums are calculated, anything else is not taken for one", () => {
  const sum = (question: string) => {
    const recognised = recognise(question, NOW);
    return recognised.kind === "arithmetic" ? recognised.value : undefined;
  };
  assert.equal(sum("what is 12 * (3 + 4)?"), 84);
  assert.equal(sum("17.5% of 80"), 14);
  assert.equal(sum("2^3^2 - -1"), 513);
  assert.equal(sum("how much is 10 - 4 - 3"), 3);
  assert.equal(sum("3 plus 4 times 2"), 11);
  assert.equal(sum("1,000 / 8"), 125);
  for (const no of ["1/0", "2026-11-21", "(1 + 2", "1 + ", "42", "1 + x", "alert(1)+1"]) {
    assert.equal(sum(no), undefined, no);
  }
  assert.equal(said("0.1 + 0.2"), "`0.1 + 0.2` is 0.3.");
});

Deno.test("no text makes the agent fail, and it always has something to say", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
    const answered = answer(text, { now: NOW, botName: "aibot" });
    assert.ok(answered.kind === "lookup" || answered.text !== "");
  }));
  const alphabet = fc.constantFrom(
    "what",
    "did",
    "bob",
    "say",
    "about",
    '"',
    "in",
    "#x",
    "who",
    "?",
    "from",
    "=",
    "say about",
  );
  fc.assert(fc.property(fc.array(alphabet, { maxLength: 12 }), (words) => {
    answer(words.join(" "), { now: NOW, botName: "aibot" });
  }));
});
