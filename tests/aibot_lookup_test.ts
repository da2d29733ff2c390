import assert from "node:assert/strict";
import { type Lookup, lookupIn, searchTerm } from "../bots/aibot/lookup.ts";
import { answerLookup, type LookupPlace } from "../bots/aibot/lookup_answer.ts";
import { timeSpanIn } from "../bots/aibot/lookup_time.ts";
import { quoteMessage } from "../bots/aibot/quote.ts";
import { ChatError } from "../protocol/errors.ts";
import { type Envelope } from "../protocol/message.ts";

/** A Saturday. */
const NOW = Date.parse("2026-11-21T10:00:00.000Z");

function lookup(question: string): Lookup {
  const found = lookupIn(question, NOW);
  assert.ok(found, question);
  return found;
}

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
