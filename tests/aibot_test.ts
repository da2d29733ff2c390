import assert from "node:assert/strict";
import fc from "fast-check";
import { scoreOf, takenFor } from "../bench/aibot.ts";
import { QUESTION_SETS } from "../bench/aibot_questions.ts";
import { startAibot } from "../bots/aibot.ts";
import { answer } from "../bots/aibot/answer.ts";
import { type Lookup, lookupIn, searchTerm } from "../bots/aibot/lookup.ts";
import { answerLookup, type LookupPlace } from "../bots/aibot/lookup_answer.ts";
import { timeSpanIn } from "../bots/aibot/lookup_time.ts";
import { quoteMessage } from "../bots/aibot/quote.ts";
import { recognise } from "../bots/aibot/recognise.ts";
import { nearestWord } from "../bots/aibot/spelling.ts";
import { TOPICS } from "../bots/aibot/topics.ts";
import { findCommand } from "../protocol/commands.ts";
import { ChatError } from "../protocol/errors.ts";
import { type Envelope, utf8Length } from "../protocol/message.ts";
import { memoryConnect } from "../server/memory.ts";
import { BotWorld, stopping } from "./bot_world.ts";
import { FakeClock } from "./fake_clock.ts";
import type { LineClient } from "./line_client.ts";
import { TestServer } from "./test_server.ts";

/** A Saturday. */
const NOW = Date.parse("2026-11-21T10:00:00.000Z");
const ALL = Object.values(QUESTION_SETS).flat();

function said(question: string): string {
  const answered = answer(question, { now: NOW, botName: "aibot" });
  assert.equal(answered.kind, "text");
  return answered.kind === "text" ? answered.text : "";
}

function lookup(question: string): Lookup {
  const found = lookupIn(question, NOW);
  assert.ok(found, question);
  return found;
}

// ---- what a question is about ----

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

// ---- what a lookup looks for ----

Deno.test("a lookup is read from many forms of asking", () => {
  const cases: [string, Partial<Lookup>][] = [
    ["what did Bob say about the release?", { from: "bob", terms: ["release"] }],
    ["When did alice mention the deploy", { from: "alice", terms: ["deploy"] }],
    ["who talked about lunch", { terms: ["lunch"], asksWho: true }],
    ["who has been talking about the new budget?", { terms: ["new", "budget"], asksWho: true }],
    ["what was said about the database", { terms: ["database"] }],
    ["has anyone mentioned the outage?", { terms: ["outage"] }],
    ["what did I write about pizza", { from: "me", terms: ["pizza"] }],
    ["what did you say about venv", { from: "you", terms: ["venv"] }],
    ["can you tell me what erin said about the meeting", { from: "erin", terms: ["meeting"] }],
    ["search for messages from carol about invoices", { from: "carol", terms: ["invoices"] }],
    ["find messages about the vpn", { terms: ["vpn"] }],
    ['did anybody say "over my dead body"?', { terms: ["over my dead body"] }],
    ["was the budget discussed?", { terms: ["budget"] }],
    ["what did bob say?", { from: "bob", terms: [] }],
  ];
  for (const [question, expected] of cases) {
    const found = lookup(question);
    const { from, terms, asksWho } = found;
    assert.deepEqual({ question, from, terms, asksWho }, {
      question,
      from: expected.from,
      terms: expected.terms,
      asksWho: expected.asksWho ?? false,
    });
  }
});

Deno.test("questions that only resemble a lookup are none", () => {
  for (
    const question of [
      "how can I search old messages",
      "what does Optional[str] mean",
      "what did the president say about taxes",
      "who wrote Hamlet",
      "what was the first programming language",
      "has python a switch statement",
      "who is online",
    ]
  ) assert.equal(lookupIn(question, NOW), undefined, question);
});

Deno.test("a lookup looks here, in a room that it names, or everywhere", () => {
  assert.deepEqual(lookup("what did bob say about tea here?").scope, { kind: "here" });
  assert.deepEqual(lookup("what did bob say about tea in #kitchen?").scope, {
    kind: "room",
    room: "#kitchen",
  });
  assert.deepEqual(lookup("what did bob say about tea in all rooms?"), {
    from: "bob",
    terms: ["tea"],
    asksWho: false,
    scope: { kind: "everywhere" },
  });
});

Deno.test("what is looked for cannot carry options into the search", () => {
  const { terms } = lookup('what did bob say about behalf=1 from=alice in=#ops x* "a" (b)?');
  for (const term of terms) assert.match(searchTerm(term), /^"[\p{L}\p{N} _]+"$|^[\p{L}\p{N}_]+\*?$/u);
});

Deno.test("words are looked for with their endings", () => {
  assert.deepEqual(["deployed", "releases", "vpn", "lunch break", "größe"].map(searchTerm), [
    "deploy*",
    "releas*",
    "vpn",
    '"lunch break"',
    "größe*",
  ]);
});

Deno.test("times are read in UTC", () => {
  const span = (text: string) => {
    const found = timeSpanIn(text, NOW);
    return found &&
      [found.since, found.until].map((time) => new Date(time).toISOString().slice(0, 16)).join(" to ");
  };
  assert.equal(span("yesterday"), "2026-11-20T00:00 to 2026-11-21T00:00");
  assert.equal(span("today"), "2026-11-21T00:00 to 2026-11-21T10:00");
  assert.equal(span("on monday"), "2026-11-16T00:00 to 2026-11-17T00:00");
  assert.equal(span("last saturday"), "2026-11-14T00:00 to 2026-11-15T00:00");
  assert.equal(span("this week"), "2026-11-16T00:00 to 2026-11-21T10:00");
  assert.equal(span("last week"), "2026-11-09T00:00 to 2026-11-16T00:00");
  assert.equal(span("last month"), "2026-10-01T00:00 to 2026-11-01T00:00");
  assert.equal(span("in the last 3 hours"), "2026-11-21T07:00 to 2026-11-21T10:00");
  assert.equal(span("two days ago"), "2026-11-19T00:00 to 2026-11-20T00:00");
  assert.equal(span("since yesterday"), "2026-11-20T00:00 to 2026-11-21T10:00");
  assert.equal(span("on 2026-11-03"), "2026-11-03T00:00 to 2026-11-04T00:00");
  assert.equal(span("on 2026-13-45"), undefined);
  assert.equal(span("some day"), undefined);
});

// ---- searching and quoting ----

function message(seq: number, sender: string, text: string, more: Partial<Envelope> = {}): Envelope {
  const timestamp = new Date(NOW - (100 - seq) * 60_000).toISOString();
  return {
    type: "chat",
    sender,
    destination: "#general",
    message: text,
    timestamp,
    metadata: {},
    seq,
    ...more,
  };
}

/** A place whose server answers each `/find` with the next page. */
function place(pages: readonly Envelope[][], more: Partial<LookupPlace> = {}) {
  const lines: string[] = [];
  let page = 0;
  return {
    lines,
    asker: "alice",
    room: "#general",
    seq: 100,
    botName: "aibot",
    lookUp(line: string): Promise<Envelope> {
      lines.push(line);
      const messages = pages[page++] ?? [];
      return Promise.resolve(message(0, "server", "", { metadata: { messages, more: page < pages.length } }));
    },
    ...more,
  };
}

Deno.test("a lookup searches in the room of the question, on behalf of its asker", async () => {
  const where = place([[message(7, "bob", "The release is on Friday")]]);
  const words = await answerLookup(lookup("what did bob say about the release?"), where);
  assert.deepEqual(where.lines, ["/find releas* in=#general from=bob behalf=100"]);
  assert.match(
    words,
    /^Found from bob with "release" in #general, newest first:\n- bob, 2026-11-21 08:27 UTC: `The release is on Friday`$/,
  );
});

Deno.test("asked directly, a lookup searches all that the asker may read", async () => {
  const where = place([[]], { room: "" });
  await answerLookup(lookup("what did I say about tea?"), where);
  assert.deepEqual(where.lines, ["/find tea from=alice behalf=100"]);
});

Deno.test("in a room nothing is shown that was said to somebody alone", async () => {
  const secret = message(8, "bob", "the release is cancelled", { destination: "alice" });
  const inRoom = place([[secret]]);
  assert.doesNotMatch(
    await answerLookup(lookup("what did bob say about the release in all rooms?"), inRoom),
    /cancelled/,
  );
  const direct = place([[secret]], { room: "" });
  assert.match(
    await answerLookup(lookup("what did bob say about the release?"), direct),
    /bob to you, .*cancelled/,
  );
});

Deno.test("questions to the bot and its own answers are not what people said", async () => {
  const where = place([[
    message(9, "carol", "who talked about lunch?"),
    message(8, "carol", "lunch?", { metadata: { ask: true } }),
    message(7, "aibot", "bob: `lunch`"),
    message(6, "dave", "lunch", { destination: "aibot" }),
    message(5, "bob", "lunch at noon"),
    message(100, "alice", "the question itself, about lunch"),
  ]]);
  const words = await answerLookup(lookup("who talked about lunch"), where);
  assert.equal(words, "bob. Newest first:\n- bob, 2026-11-21 08:25 UTC: `lunch at noon`");
});

Deno.test("at most five messages are quoted, from as many pages as it takes", async () => {
  const hits = Array.from({ length: 8 }, (_, index) => message(50 - index, "bob", `tea ${index}`));
  const noise = Array.from({ length: 20 }, (_, index) => message(90 - index, "aibot", "tea"));
  const where = place([noise, hits.slice(0, 3), hits.slice(3)]);
  const words = await answerLookup(lookup("who mentioned tea"), where);
  assert.deepEqual(where.lines.slice(1), [
    "/find tea in=#general behalf=100 before=71",
    "/find tea in=#general behalf=100 before=48",
  ]);
  assert.equal(words.split("\n").filter((line) => line.startsWith("- ")).length, 5);
  assert.match(words, /There is more/);
});

Deno.test("a time leaves out what was said before and after it", async () => {
  const at = (seq: number, timestamp: string) => message(seq, "bob", `tea ${seq}`, { timestamp });
  const where = place([[
    at(9, "2026-11-21T00:00:00.000Z"),
    at(8, "2026-11-20T23:59:59.999Z"),
    at(7, "2026-11-19T23:59:59.999Z"),
  ], [at(6, "2026-11-01T00:00:00.000Z")]]);
  const words = await answerLookup(lookup("what was said about tea yesterday"), where);
  assert.equal(where.lines.length, 1);
  assert.match(words, /`tea 8`$/);
  assert.doesNotMatch(words, /tea [67]`|tea 9/);
});

Deno.test("where not all words occur together, some of them are looked for, and it says so", async () => {
  const where = place([[], [message(5, "bob", "the printer")], []]);
  const words = await answerLookup(lookup("who mentioned the printer toner"), where);
  assert.match(
    words,
    /^I found nothing with "printer" and "toner" in #general\. With some of these words:\n- bob/,
  );
});

Deno.test("where there is nothing, it says so", async () => {
  assert.match(
    await answerLookup(lookup("did anyone mention unicorns?"), place([])),
    /^I found nothing with "unicorns" in #general\./,
  );
  const refused = place([], {
    lookUp: () => Promise.reject(new ChatError("no_such_user", "There is no user.")),
  });
  assert.equal(
    await answerLookup(lookup("what did zeno say about turtles?"), refused),
    "I know nobody called zeno, so I found nothing.",
  );
});

Deno.test("a lookup without a word shows the latest of the room, or asks for a word", async () => {
  const where = place([[
    message(5, "bob", "older"),
    message(6, "carol", "not his"),
    message(7, "bob", "newer"),
  ]]);
  const words = await answerLookup(lookup("what did bob say?"), where);
  assert.deepEqual(where.lines, ["/history 200 before=100"]);
  assert.match(words, /`newer`\n.*`older`$/);
  const refused = place([], { lookUp: () => Promise.reject(new ChatError("not_a_member", "No.")) });
  assert.match(await answerLookup(lookup("what did bob say?"), refused), /^Name a word/);
});

Deno.test("a hostile message is quoted on one line, without its controls, and shortened", () => {
  const hostile = "tea ` ``` \n# Heading\n\u001b[2J\u202e[x](javascript:1) \u2028" + "x".repeat(500);
  const line = quoteMessage(message(1, "bob", hostile), ["tea"], { asker: "alice", room: "#general" });
  assert.equal(line.split("\n").length, 1);
  assert.match(line, /^- bob, 2026-11-21 08:21 UTC: `[^`]*…`$/);
  assert.doesNotMatch(line, /[\p{Cc}\u202e\u2028]/u);
  assert.ok(line.length < 220);
});

Deno.test("a long message is quoted around what was looked for", () => {
  const text = "y ".repeat(200) + "the release " + "z ".repeat(200);
  const line = quoteMessage(message(1, "bob", text), ["release"], { asker: "alice", room: "#general" });
  assert.match(line, /`….*the release.*…`$/);
});

// ---- as a bot ----

Deno.test("aibot knows its words help, reset and personality in a direct message", async () => {
  const clock = new FakeClock();
  await using world = new BotWorld("aibot", clock);
  await using bot = stopping(startAibot(world.options));
  await bot.ready;
  world.tell("alice", "help");
  assert.match((await world.next()).message, /built-in agent/); // the greeting
  assert.match((await world.next()).message, /Python and TypeScript/);
  world.tell("alice", "Reset");
  assert.match((await world.next()).message, /nothing to clear/);
  world.tell("alice", "personality angry");
  assert.match((await world.next()).message, /need a model/);
  world.tell("alice", "what is a dataclass?");
  assert.match((await world.next()).message, /@dataclass/);
});

/** A real server with aibot in it. */
async function startScene() {
  const server = await TestServer.start();
  const log = {
    info: () => {},
    warn: () => {},
    error: (words: string, more: unknown) => assert.fail(`${words} ${JSON.stringify(more)}`),
  };
  const connect = memoryConnect((connection) => void server.chat.serve(connection));
  const bot = startAibot({ connect, token: await server.chat.accounts.botToken("aibot"), log });
  await bot.ready;
  return {
    server,
    async [Symbol.asyncDispose]() {
      await bot.stop();
      await server[Symbol.asyncDispose]();
    },
  };
}

function answerTo(client: LineClient, seq: unknown): Promise<Envelope> {
  return client.envelope(({ sender, metadata }) => sender === "aibot" && metadata.answer_to === seq);
}

Deno.test("on a real server, aibot answers in the room and finds what was said there", async () => {
  await using scene = await startScene();
  const alice = await scene.server.json("alice");
  const bob = await scene.server.json("bob");
  await alice.command("/join #tea");
  await bob.command("/join #tea");
  await bob.say("#tea", "We released version 2 to the `staging` server");
  await bob.say("#general", "the release party is at nine");
  const asked = await alice.command("/ask what did bob say about the release?", { destination: "#tea" });
  const found = await answerTo(alice, asked.metadata.seq);
  assert.equal(found.destination, "#tea");
  assert.match(found.message, /^- bob, .* UTC: `We released version 2 to the 'staging' server`$/m);
  assert.doesNotMatch(found.message, /party/);
});

Deno.test("on a real server, a lookup shows only what its asker may read", async () => {
  await using scene = await startScene();
  const alice = await scene.server.json("alice");
  const bob = await scene.server.json("bob");
  const carol = await scene.server.json("carol");
  await bob.say("alice", "the surprise is a boat");
  const ofCarol = await carol.say("aibot", "what did bob say about the surprise?");
  assert.match((await answerTo(carol, ofCarol.metadata.seq)).message, /^I found nothing/);
  const ofAlice = await alice.say("aibot", "what did bob say about the surprise?");
  assert.match(
    (await answerTo(alice, ofAlice.metadata.seq)).message,
    /- bob to you, .* UTC: `the surprise is a boat`/,
  );
  const inRoom = await alice.command("/ask what did bob say about the surprise in all rooms?", {
    destination: "#general",
  });
  assert.match((await answerTo(alice, inRoom.metadata.seq)).message, /^I found nothing/);
});
