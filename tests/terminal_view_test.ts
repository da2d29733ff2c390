import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { LogQueue } from "../client/terminal_log.ts";
import { MissedCounter } from "../client/terminal_missed.ts";
import { replyLines } from "../client/terminal_replies.ts";
import { CurrentRoom } from "../client/terminal_room.ts";
import { Roster } from "../client/terminal_roster.ts";
import { COLOR_STYLE, PLAIN_STYLE, wantsColor } from "../client/terminal_style.ts";
import { localTime, localTimestamp, ScreenView } from "../client/terminal_view.ts";
import { cutToWidth, textWidth, wrapToWidth, wrapWords } from "../client/terminal_width.ts";
import { chat, notification, TIME } from "./scripted_server.ts";
import { CONTROLS, HOSTILE } from "./hostile_text.ts";
import { CLOCK, colored, piped, plain, VIEWER } from "./terminal_views.ts";

Deno.test("the screen tells rooms, direct messages, readings and stored messages apart without colours", () => {
  const lines = [
    chat(1, "bob", "hello"),
    chat(2, "bob", "psst", { destination: "alice" }),
    chat(3, "alice", "hi", { destination: "bob" }),
    chat(4, "thermometer1", "21.4 °C", { type: "subscription", destination: "" }),
    chat(5, "bob", "earlier", { metadata: { stored: true } }),
  ].map((message) => plain.message(message));
  assert.deepEqual(lines, [
    `${CLOCK} #general bob: hello`,
    `${CLOCK} bob → you: psst`,
    `${CLOCK} you → bob: hi`,
    `${CLOCK} ◆ thermometer1: 21.4 °C`,
    `[Stored] ${CLOCK} #general bob: earlier`,
  ]);
});

Deno.test("in colour, each kind of line begins in a colour of its own", () => {
  const lines = [
    colored.message(chat(1, "bob", "hello")),
    colored.message(chat(2, "bob", "hello", { destination: "alice" })),
    colored.message(chat(3, "alice", "hello")),
    colored.message(chat(4, "bob", "hello", { type: "subscription" })),
    colored.message(chat(5, "bob", "hello", { metadata: { stored: true } })),
    colored.message(chat(6, "bob", "hello", { metadata: { bot: true } })),
    colored.notification(notification("online", {}, "hello"))!,
    colored.error("forbidden", "hello"),
  ];
  // deno-lint-ignore no-control-regex
  const codes = lines.map((line) => [...line.matchAll(/\x1b\[[0-9;]*m/g)].join(""));
  assert.equal(new Set(codes).size, lines.length);
});

Deno.test("somebody's name has the same colour every time, whatever its case", () => {
  assert.equal(COLOR_STYLE.name("bob").replace("bob", ""), COLOR_STYLE.name("BOB").replace("BOB", ""));
});

Deno.test("a message of several lines cannot look like two", () => {
  const text = plain.message(chat(1, "bob", "one\n* carol joined #general\r\n! internal: no"));
  assert.equal(text, `${CLOCK} #general bob: one\n    * carol joined #general\n    ! internal: no`);
});

Deno.test("no control character of anybody's reaches the terminal, wherever it stands", () => {
  const message = chat(1, HOSTILE, HOSTILE, { destination: "#" + HOSTILE });
  const direct = chat(2, HOSTILE, HOSTILE, { destination: HOSTILE, metadata: { stored: true } });
  const reading = chat(3, HOSTILE, HOSTILE, { type: "subscription", timestamp: HOSTILE });
  const replies = [
    notification("error", { error: HOSTILE }, HOSTILE),
    notification("online", { user: HOSTILE }, HOSTILE),
    notification("stored", { offline: true }, HOSTILE),
    notification("welcome", {}, HOSTILE),
    notification("closing", { reason: HOSTILE }, HOSTILE),
    notification("joined", {
      room: HOSTILE,
      members: [{ user: HOSTILE, online: true }],
      messages: [message],
    }),
    notification("users", { users: [{ user: HOSTILE, online: true }, { user: HOSTILE }] }),
    notification("rooms", { rooms: [{ room: HOSTILE, members: HOSTILE, online: HOSTILE }] }),
    notification("conversations", {
      conversations: [{ destination: HOSTILE, unread: HOSTILE, last: direct }],
    }),
    notification("history", { messages: [message, direct, reading], more: true }),
    notification("found", {
      messages: [{ ...message, metadata: { snippet: `**${HOSTILE}**` } }],
      more: true,
    }),
    notification("help", { commands: [{ usage: HOSTILE, summary: HOSTILE }] }),
  ];
  for (const view of [plain, piped]) {
    const texts = [message, direct, reading].map((envelope) => view.message(envelope));
    const notices = replies.map((reply) => view.notification(reply) ?? "");
    const lines = replies.flatMap((reply) => replyLines(reply, view));
    for (const text of [...texts, ...notices, ...lines, view.error(HOSTILE, HOSTILE)]) {
      assert.doesNotMatch(text, CONTROLS, JSON.stringify(text));
    }
  }
});

Deno.test("in colour, nothing but colours of the client's own reaches the terminal", () => {
  const text = colored.message(chat(1, "bob", HOSTILE, { metadata: { stored: true } }));
  // deno-lint-ignore no-control-regex
  const left = text.replace(/\x1b\[(?:0|1|2|3|4|9\d|3\d|2[2-4]|39)m/g, "");
  assert.equal(left, plain.message(chat(1, "bob", HOSTILE, { metadata: { stored: true } })));
});

Deno.test("a reply that is not what the protocol says is shown without failing", () => {
  const codes = ["joined", "users", "rooms", "conversations", "history", "found", "help", "nonsense"];
  const values = [undefined, null, 7, "text", [null, 7, "x", []], [{}], { a: 1 }];
  for (const code of codes) {
    for (const value of values) {
      const metadata = { room: value, members: value, users: value, rooms: value, conversations: value };
      const reply = notification(code, {
        ...metadata,
        messages: value,
        commands: value,
        member_count: value,
      });
      assert.doesNotThrow(() => replyLines(reply, plain), `${code} ${JSON.stringify(value)}`);
      new Roster().sawNotification(reply);
      new CurrentRoom().take(reply);
    }
  }
});

Deno.test("times are local, with the date where it is another day", () => {
  const now = new Date(TIME);
  const sameDay = new Date(now.getFullYear(), now.getMonth(), now.getDate(), 0, 5);
  const dayBefore = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1, 23, 59);
  const yearBefore = new Date(now.getFullYear() - 1, 0, 2, 3, 4);
  assert.equal(localTime(sameDay.toISOString(), now), "00:05");
  assert.match(localTime(dayBefore.toISOString(), now), /^\d\d-\d\d 23:59$/);
  assert.match(localTime(yearBefore.toISOString(), now), /^\d{4}-01-02 03:04$/);
});

Deno.test("a pipe gets the lines of text mode", () => {
  const time = localTimestamp(TIME).replace("T", " ");
  assert.equal(piped.message(chat(1, "bob", "hello")), `[${time}] #general bob: hello`);
  assert.equal(
    piped.message(chat(1, "bob", "hello", { metadata: { stored: true } })),
    `[Stored] [${time}][bob #general] 'hello'`,
  );
});

Deno.test("what a search found stands out in colour, and is marked without", () => {
  const found = notification("found", {
    messages: [chat(7, "bob", "the release is out", { metadata: { snippet: "the **release** is out" } })],
    more: true,
  });
  assert.match(replyLines(found, plain)[0]!, /the \*\*release\*\* is out \(7\)$/);
  assert.match(stripVTControlCharacters(replyLines(found, colored)[0]!), /the release is out \(7\)$/);
  assert.match(replyLines(found, plain)[1]!, /1 message found, newest first; for older ones add before=7/);
});

Deno.test("who is in a room is listed with the room's name", () => {
  const reply = notification("users", {
    users: [{ user: "alice", online: true }, { user: "aibot", online: true, bot: true }, { user: "bob" }],
  });
  assert.deepEqual(replyLines(reply, plain, "#tea"), [
    "* Online in #tea (2): alice, aibot (bot)",
    "* Away (1): bob",
  ]);
  assert.equal(replyLines(reply, plain)[0], "* Online (2): alice, aibot (bot)");
});

Deno.test("what was missed is summed up by conversation", () => {
  const missed = new MissedCounter();
  assert.equal(missed.take(), undefined);
  assert.equal(missed.add(chat(1, "bob", "a"), "alice"), true);
  assert.equal(missed.add(chat(2, "bob", "b"), "alice"), false);
  assert.deepEqual([missed.firstIn("#general"), missed.firstIn("#tea")], [1, undefined]);
  missed.add(chat(3, "carol", "c", { destination: "alice" }), "alice");
  missed.add(chat(4, "alice", "d", { destination: "bob" }), "alice");
  assert.equal(missed.take(), "4 messages while you were away: 2 in #general, 1 from carol, 1 to bob");
  assert.equal(missed.take(), undefined);
  assert.equal(missed.firstIn("#general"), undefined);
});

Deno.test("one's own message takes its place in the order of the log", () => {
  const log = new LogQueue();
  log.add("first", 4);
  log.add("a notice");
  log.add("third", 6);
  log.add("own", 5);
  assert.equal(log.take(), "first\na notice\nown\nthird");
  assert.equal(log.take(), "");
});

Deno.test("colours follow FORCE_COLOR, then NO_COLOR, then the terminal", () => {
  const wants = (isTerminal: boolean, env: Record<string, string>) =>
    wantsColor(isTerminal, (name) => env[name]);
  assert.equal(wants(true, {}), true);
  assert.equal(wants(false, {}), false);
  assert.equal(wants(true, { NO_COLOR: "1" }), false);
  assert.equal(wants(true, { NO_COLOR: "" }), true);
  assert.equal(wants(true, { TERM: "dumb" }), false);
  assert.equal(wants(false, { FORCE_COLOR: "1" }), true);
  assert.equal(wants(true, { FORCE_COLOR: "0" }), false);
});

Deno.test("a text is measured in columns, wrapped and cut by them", () => {
  assert.equal(textWidth("abc→é"), 5);
  assert.equal(textWidth("你好"), 4);
  assert.equal(textWidth("e\u0301"), 1);
  assert.deepEqual(wrapToWidth("one two three", 8), ["one two", "three"]);
  assert.deepEqual(wrapToWidth("你好世界", 5), ["你好", "世界"]);
  assert.deepEqual(wrapToWidth("abcdefgh\n\nij", 3), ["abc", "def", "gh", "", "ij"]);
  assert.equal(cutToWidth("hello", 5), "hello");
  assert.equal(cutToWidth("hello world", 8), "hello w…");
});

Deno.test("lines break at spaces, and a long word is left to the terminal", () => {
  const wrap = (text: string, used = 0) => wrapWords(text, 12, { indent: "  ", used });
  assert.equal(wrap("one two three four five"), "one two\n  three four\n  five");
  assert.equal(wrap("one two", 8), "one\n  two");
  assert.equal(
    wrap("see https://example.org/a/long/way there"),
    "see\n  https://example.org/a/long/way\n  there",
  );
  assert.equal(wrap("    indented code\nnext"), "    indented\n  code\nnext");
  assert.equal(wrap(""), "");
});

Deno.test("a row that was broken still cannot look like one of the server's", () => {
  const narrow = new ScreenView(PLAIN_STYLE, { ...VIEWER, columns: 30 });
  const text = narrow.message(chat(1, "bob", "some words and then * carol joined #general ! internal: no"));
  for (const row of text.split("\n").slice(1)) assert.match(row, /^ {4}/);
});
