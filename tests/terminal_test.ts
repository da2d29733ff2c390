import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import type { ClientStatus } from "../client/chat_client.ts";
import { readAction } from "../client/terminal_action.ts";
import { complete } from "../client/terminal_completion.ts";
import { LiveArea } from "../client/terminal_live.ts";
import { LogQueue } from "../client/terminal_log.ts";
import { MissedCounter } from "../client/terminal_missed.ts";
import { readOptions } from "../client/terminal_options.ts";
import { LINE_BREAK_SIGN, PasteBoard } from "../client/terminal_paste.ts";
import { replyLines } from "../client/terminal_replies.ts";
import { CurrentRoom } from "../client/terminal_room.ts";
import { Roster } from "../client/terminal_roster.ts";
import { COLOR_STYLE, PLAIN_STYLE, wantsColor } from "../client/terminal_style.ts";
import { localTime, localTimestamp, PipeView, ScreenView } from "../client/terminal_view.ts";
import { cutToWidth, textWidth, wrapToWidth, wrapWords } from "../client/terminal_width.ts";
import type { ChatError } from "../protocol/errors.ts";
import type { Envelope } from "../protocol/message.ts";
import { chat, notification, TIME } from "./scripted_server.ts";

const CLOCK = localTimestamp(TIME).slice(11, 16);
const VIEWER = { user: "alice", now: () => new Date(TIME) };
const plain = new ScreenView(PLAIN_STYLE, VIEWER);
const colored = new ScreenView(COLOR_STYLE, VIEWER);
const piped = new PipeView(VIEWER);

/** Everything that a hostile participant, or server, may put into a text. */
const HOSTILE = "\x1b[31mred\x1b]0;title\x07\x9b2J\x90q\x9c\r\b\x7f\u202eevil\u2066 \x1bc";

// deno-lint-ignore no-control-regex
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

// ---- what is shown ----

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

Deno.test("what was missed is summed up by conversation", () => {
  const missed = new MissedCounter();
  assert.equal(missed.take(), undefined);
  assert.equal(missed.add(chat(1, "bob", "a"), "alice"), true);
  assert.equal(missed.add(chat(2, "bob", "b"), "alice"), false);
  missed.add(chat(3, "carol", "c", { destination: "alice" }), "alice");
  missed.add(chat(4, "alice", "d", { destination: "bob" }), "alice");
  assert.equal(missed.take(), "4 messages while you were away: 2 in #general, 1 from carol, 1 to bob");
  assert.equal(missed.take(), undefined);
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

// ---- what is in motion ----

const ONLINE: ClientStatus = { state: "online", welcome: notification("welcome") };

function draft(delta: string, id = "d1"): Envelope {
  return notification("draft", { user: "openai", destination: "#general", draft: id, delta });
}

Deno.test("a draft grows in its place and gives way to the message", () => {
  const live = new LiveArea(PLAIN_STYLE, () => 0);
  live.setStatus(ONLINE);
  live.takeNotification(draft("Once upon "));
  live.takeNotification(draft("a time"));
  assert.deepEqual(live.lines(60, 9), ["openai is writing in #general:", "  Once upon a time"]);
  live.takeMessage(chat(1, "openai", "Something else", { metadata: { draft: "d2" } }));
  assert.equal(live.lines(60, 9).length, 2);
  live.takeMessage(chat(2, "openai", "Once upon a time.", { metadata: { draft: "d1" } }));
  assert.deepEqual(live.lines(60, 9), []);
});

Deno.test("the live area never is wider or higher than it may be", () => {
  const live = new LiveArea(PLAIN_STYLE, () => 0);
  live.setStatus(ONLINE);
  live.takeNotification(draft("你好世界 and a-word-that-is-longer-than-a-row 🎉 ".repeat(40)));
  live.takeNotification(
    notification("typing", { user: "a-name-of-thirty-two-characters-x", destination: "#tea" }),
  );
  for (let i = 0; i < 9; i++) live.addPending("#general", "text ".repeat(30));
  live.setStatus({
    state: "connecting",
    attempt: 2,
    problem: "nothing listens there ".repeat(9),
    retryInMs: 2000,
  });
  for (const columns of [20, 39, 80]) {
    for (const rows of [1, 3, 12]) {
      const lines = live.lines(columns, rows);
      assert.ok(lines.length <= rows);
      for (const line of lines) assert.ok(textWidth(line) <= columns, line);
    }
  }
});

Deno.test("an outage shows how long it is until the next attempt, and drops drafts that will not end", () => {
  let now = 0;
  const live = new LiveArea(PLAIN_STYLE, () => now);
  live.setStatus(ONLINE);
  live.takeNotification(draft("Once"));
  live.addPending("#general", "are you there?");
  live.setStatus({ state: "connecting", attempt: 2, problem: "Nothing listens there.", retryInMs: 2000 });
  assert.deepEqual(live.lines(99, 9), [
    "… waiting to be sent to #general: are you there?",
    "! connection lost, retrying in 2 s (Enter: now). Nothing listens there.",
  ]);
  now = 1500;
  assert.match(live.lines(99, 9)[1]!, /retrying in 1 s/);
  assert.equal(live.isTicking, true);
});

Deno.test("somebody is shown as typing for five seconds, or until they have said it", () => {
  let now = 0;
  const live = new LiveArea(PLAIN_STYLE, () => now);
  live.takeNotification(notification("typing", { user: "bob", destination: "#general" }));
  live.takeNotification(notification("typing", { user: "carol", destination: "#general" }));
  assert.deepEqual(live.lines(60, 9), ["bob, carol are typing …"]);
  live.takeMessage(chat(1, "bob", "there"));
  assert.deepEqual(live.lines(60, 9), ["carol is typing …"]);
  now = 5000;
  assert.deepEqual(live.lines(60, 9), []);
  assert.equal(live.isTicking, false);
});

Deno.test("drafts, problems and names in the live area are made harmless", () => {
  const live = new LiveArea(PLAIN_STYLE, () => 0);
  live.takeNotification(
    notification("draft", { user: HOSTILE, destination: "#" + HOSTILE, draft: "d", delta: HOSTILE }),
  );
  live.takeNotification(notification("typing", { user: HOSTILE, destination: HOSTILE }));
  live.setStatus({ state: "connecting", attempt: 1, problem: HOSTILE });
  live.takeNotification(
    notification("draft", { user: HOSTILE, destination: HOSTILE, draft: "d", delta: HOSTILE + "\n\t" }),
  );
  for (const line of live.lines(60, 20)) {
    assert.doesNotMatch(line, CONTROLS);
    assert.doesNotMatch(line, /[\n\t]/);
  }
});

// ---- what is typed ----

Deno.test("a line is read by the rules of text mode", () => {
  const room = "#general";
  assert.deepEqual(readAction("hello ", room), { kind: "say", destination: room, text: "hello" });
  assert.deepEqual(readAction("bob: hi", room), { kind: "say", destination: "bob", text: "hi" });
  assert.deepEqual(readAction(" bob: hi", room), { kind: "say", destination: room, text: "bob: hi" });
  assert.deepEqual(readAction("//shrug", room), { kind: "say", destination: room, text: "/shrug" });
  assert.deepEqual(readAction("/msg bob hi\nthere", room), {
    kind: "say",
    destination: "bob",
    text: "hi\nthere",
  });
  assert.deepEqual(readAction("/SAY /x", room), { kind: "say", destination: room, text: "/x" });
  assert.deepEqual(readAction("!check", room), { kind: "command", line: "/check", destination: room });
  assert.deepEqual(readAction("/frob", room), { kind: "command", line: "/frob", destination: room });
  assert.deepEqual(readAction("exit", room), { kind: "quit" });
  assert.deepEqual(readAction("/password", room), { kind: "password" });
  assert.equal(readAction("  ", room), undefined);
  assert.deepEqual(readAction("/aibot why?", room), {
    kind: "say",
    destination: room,
    text: "why?",
    command: "/aibot why?",
  });
});

Deno.test("a line for the room is refused where there is none", () => {
  assert.throws(() => readAction("hello", ""), (error: ChatError) => error.code === "bad_arguments");
  assert.deepEqual(readAction("bob: hi", ""), { kind: "say", destination: "bob", text: "hi" });
});

Deno.test("a short paste stays one line that becomes one message", () => {
  const pastes = new PasteBoard();
  const shown = pastes.add("def f(x):\r\n\treturn x\r\n\r\n");
  assert.equal(shown, `def f(x):${LINE_BREAK_SIGN}    return x`);
  assert.equal(pastes.expand("> " + shown), "> def f(x):\n    return x");
});

Deno.test("a long paste is shown as a mark and sent as it was, tabs and all", () => {
  const pastes = new PasteBoard();
  const first = pastes.add("a\tb\n".repeat(9));
  const second = pastes.add("x".repeat(5000));
  assert.ok(first.length < 40 && second.length < 40);
  assert.equal(
    pastes.expand(`see ${first} and ${second}`),
    `see ${"a\tb\n".repeat(9).trimEnd()} and ${"x".repeat(5000)}`,
  );
  assert.equal(pastes.expand("⟦pasted text 99: 3 lines⟧"), "⟦pasted text 99: 3 lines⟧");
});

Deno.test("a paste brings no control characters into the line", () => {
  assert.doesNotMatch(new PasteBoard().add("\x1b[201~\x03\x04rm\x00"), CONTROLS);
});

// ---- completion ----

const KNOWN = { users: ["bob", "bobby", "Carol"], rooms: ["#tea", "#general"] };

/** The line after Tab. */
function tab(before: string): string {
  const { erase, insert } = complete(before, KNOWN);
  return before.slice(0, before.length - erase) + insert;
}

Deno.test("Tab completes commands, and says what they do", () => {
  assert.equal(tab("/jo"), "/join ");
  assert.equal(tab("/s"), "/s");
  assert.equal(tab("/su"), "/subscribe ");
  assert.equal(tab("/zz"), "/zz");
  assert.deepEqual(complete("/jo", KNOWN).help, ["/join ROOM: joins a room, making it if there is none"]);
  assert.ok(complete("/", KNOWN).help.length > 15);
  assert.doesNotMatch(complete("/", KNOWN).help.join("\n"), /\/draft/);
  assert.deepEqual(complete("/ping ", KNOWN).help, ["/ping: answers at once"]);
  assert.match(complete("/zz", KNOWN).help[0]!, /no such command/);
});

Deno.test("Tab completes names and rooms where a command takes them", () => {
  assert.equal(tab("/msg car"), "/msg Carol ");
  assert.equal(tab("/msg bo"), "/msg bob");
  assert.equal(tab("/join te"), "/join #tea ");
  assert.equal(tab("/join #g"), "/join #general ");
  assert.equal(tab("/find cake in=#t"), "/find cake in=#tea ");
  assert.equal(tab("/find cake from=c"), "/find cake from=Carol ");
  assert.equal(tab("/help jo"), "/help join ");
  assert.equal(tab("/history bobb"), "/history bobby ");
  assert.equal(tab("/msg bob see #t"), "/msg bob see #tea ");
});

Deno.test("Tab completes names in a text, with the colon of a direct message at its start", () => {
  assert.equal(tab("ca"), "Carol: ");
  assert.equal(tab("ask ca"), "ask Carol ");
  assert.equal(tab("ask @ca"), "ask @Carol ");
  assert.equal(tab("in #te"), "in #tea ");
  assert.equal(tab("xyz"), "xyz");
  assert.deepEqual(complete("bo", KNOWN).help, ["bob  bobby"]);
});

Deno.test("the roster knows who was seen last first, follows renames, and stays bounded", () => {
  const roster = new Roster();
  roster.sawMessage(chat(1, "bob", "hi"));
  roster.sawMessage(chat(2, "carol", "hi", { destination: "#tea" }));
  roster.sawMessage(chat(3, "bob", "hi"));
  assert.deepEqual(roster.users, ["bob", "carol"]);
  assert.deepEqual(roster.rooms, ["#general", "#tea"]);
  roster.sawNotification(notification("nick", { old: "bob", new: "bobby" }));
  assert.deepEqual(roster.users, ["bobby", "carol"]);
  roster.sawUser("not a name");
  for (let i = 0; i < 3000; i++) roster.sawUser(`user${i}`);
  assert.equal(roster.users.length, 2000);
});

Deno.test("the current room is the one joined last, and the lobby again after leaving it", () => {
  const room = new CurrentRoom();
  room.take(notification("welcome", { rooms: ["#aaa", "#general"] }));
  assert.equal(room.name, "#general");
  room.take(notification("joined", { room: "#tea" }));
  assert.equal(room.name, "#tea");
  room.take(notification("welcome", { rooms: ["#general", "#tea"] }));
  assert.equal(room.name, "#tea");
  room.take(notification("left", { room: "#TEA" }));
  assert.equal(room.name, "#general");
  room.take(notification("left", { room: "#general" }));
  room.take(notification("left", { room: "#aaa" }));
  assert.equal(room.name, "");
});

// ---- colours, width, flags ----

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

function parse(...args: string[]) {
  const written = { out: "", err: "" };
  const options = readOptions(args, {
    writeOut: (text) => void (written.out += text),
    writeErr: (text) => void (written.err += text),
  });
  return { options, ...written };
}

Deno.test("help and version are printed and end with 0, a wrong command line with 2 and a reason", () => {
  assert.deepEqual(parse("--version"), { options: 0, out: "1.0.0\n", err: "" });
  const help = parse("--help");
  assert.equal(help.options, 0);
  for (const word of ["--server", "--name", "--no-color", "PARLEY_PASSWORD", "Exit codes"]) {
    assert.ok(help.out.includes(word), word);
  }
  for (
    const args of [["--bad"], ["extra"], ["--server", "http://x"], ["--server"], [
      "--server",
      "tcp://h:99999",
    ]]
  ) {
    const { options, out, err } = parse(...args);
    assert.equal(options, 2, args.join(" "));
    assert.equal(out, "");
    assert.match(err, /^error: /);
  }
});

Deno.test("flags are read", () => {
  const { options } = parse("--name", "alice", "--no-color", "--server", "ws://localhost:8080");
  assert.ok(typeof options === "object");
  assert.equal(options.name, "alice");
  assert.equal(options.color, false);
});
