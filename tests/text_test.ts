import assert from "node:assert/strict";
import fc from "fast-check";
import type { Envelope, Metadata } from "../protocol/message.ts";
import { formatText, parseTextLine, safeText, textTime } from "../protocol/text.ts";

const ROOM = "#lab";
const TIME = "2026-11-21T10:00:00.000Z";

/** What becomes of a line: its type, where it goes, and its text. */
function read(line: string, room = ROOM): [string, string, string] | undefined {
  const request = parseTextLine(line, room);
  if (!request) return undefined;
  assert.deepEqual(request.metadata, {});
  assert.equal(request.id, undefined);
  return [request.type, request.destination, request.message];
}

function said(fields: Partial<Envelope>): Envelope {
  return {
    type: "chat",
    sender: "alice",
    destination: "#general",
    message: "hello",
    timestamp: TIME,
    metadata: {},
    seq: 7,
    ...fields,
  };
}

function notification(code: string, message: string, metadata: Metadata = {}): Envelope {
  return {
    type: "notification",
    sender: "server",
    destination: "",
    message,
    timestamp: TIME,
    metadata: { code, ...metadata },
  };
}

// ---- from the client ----

Deno.test("a line is said in the current room", () => {
  assert.deepEqual(read("hello there"), ["chat", ROOM, "hello there"]);
});

Deno.test("without a current room a line has no destination", () => {
  assert.deepEqual(read("hello", ""), ["chat", "", "hello"]);
});

Deno.test("an empty line, or one of white space, is nothing", () => {
  for (const line of ["", " ", "\t", "   \r"]) assert.equal(read(line), undefined);
});

Deno.test("white space at the end of a line is taken off, and one space at its beginning", () => {
  assert.deepEqual(read("hello \t "), ["chat", ROOM, "hello"]);
  assert.deepEqual(read(" hello"), ["chat", ROOM, "hello"]);
  assert.deepEqual(read("   code"), ["chat", ROOM, "  code"]);
  assert.deepEqual(read("\tcode"), ["chat", ROOM, "\tcode"]);
});

Deno.test("`name: text` goes to that user", () => {
  assert.deepEqual(read("bob: hi"), ["chat", "bob", "hi"]);
  assert.deepEqual(read("Bob-2.x_:   hi: there  "), ["chat", "Bob-2.x_", "hi: there"]);
  assert.deepEqual(read("7: up"), ["chat", "7", "up"]);
  assert.deepEqual(read("bob: /quit"), ["chat", "bob", "/quit"]);
  assert.deepEqual(read("x".repeat(32) + ": hi"), ["chat", "x".repeat(32), "hi"]);
});

Deno.test("what only looks like `name: text` is said in the room", () => {
  const lines = [
    "bob:hi",
    "bob:\thi",
    "http://example.org",
    "see bob: he knows",
    "bob. : hi",
    "bob.: hi",
    "#lab: hi",
    "žofie: hi",
    "_bob: hi",
    "x".repeat(33) + ": hi",
    "bob",
    "bob:",
  ];
  for (const line of lines) assert.deepEqual(read(line), ["chat", ROOM, line]);
  assert.deepEqual(read("bob:  "), ["chat", ROOM, "bob:"]);
});

Deno.test("a leading space keeps `name: text` and a command for the room", () => {
  assert.deepEqual(read(" bob: hi"), ["chat", ROOM, "bob: hi"]);
  assert.deepEqual(read(" /quit"), ["chat", ROOM, "/quit"]);
  assert.deepEqual(read(" exit"), ["chat", ROOM, "exit"]);
  assert.deepEqual(read(" !check"), ["chat", ROOM, "!check"]);
});

Deno.test("a line that starts with / is a command in the current room", () => {
  assert.deepEqual(read("/join #room "), ["command", ROOM, "/join #room"]);
  assert.deepEqual(read("/foo", ""), ["command", "", "/foo"]);
  assert.deepEqual(read("/say bob: hi"), ["command", ROOM, "/say bob: hi"]);
});

Deno.test("// at the start says a line that begins with /", () => {
  assert.deepEqual(read("//etc/hosts"), ["chat", ROOM, "/etc/hosts"]);
  assert.deepEqual(read("///"), ["chat", ROOM, "//"]);
});

Deno.test("!check and exit are commands where they stand alone, whatever their case", () => {
  assert.deepEqual(read("!check"), ["command", ROOM, "/check"]);
  assert.deepEqual(read("exit "), ["command", ROOM, "/exit"]);
  assert.deepEqual(read("!Check"), ["command", ROOM, "/Check"]);
  assert.deepEqual(read("EXIT"), ["command", ROOM, "/EXIT"]);
  for (const line of ["exit now", "!checks", "!quit", "exits"]) {
    assert.deepEqual(read(line), ["chat", ROOM, line]);
  }
});

// ---- from the server: the examples of docs/protocol.md ----

Deno.test("a message shows as the page has it", () => {
  assert.equal(formatText(said({}), "bob"), "[2026-11-21 10:00:00] #general alice: hello");
  assert.equal(
    formatText(said({ destination: "bob", message: "hi" }), "bob"),
    "[2026-11-21 10:00:00] alice: hi",
  );
  assert.equal(
    formatText(
      said({ type: "subscription", sender: "thermometer1", destination: "", message: "21.4 °C" }),
      "bob",
    ),
    "[2026-11-21 10:00:00] thermometer1: 21.4 °C",
  );
});

Deno.test("a message that was kept shows as [Stored]", () => {
  const stored = { metadata: { stored: true } };
  assert.equal(
    formatText(said({ destination: "bob", message: "hi", ...stored }), "bob"),
    "[Stored] [2026-11-21 10:00:00][alice] 'hi'",
  );
  assert.equal(formatText(said(stored), "bob"), "[Stored] [2026-11-21 10:00:00][alice #general] 'hello'");
  assert.equal(
    formatText(said({ type: "subscription", sender: "thermometer1", destination: "", ...stored }), "bob"),
    "[Stored] [2026-11-21 10:00:00][thermometer1] 'hello'",
  );
});

Deno.test("one's own direct message from another connection says to whom it went", () => {
  const own = said({ destination: "bob", message: "hi" });
  assert.equal(formatText(own, "alice"), "[2026-11-21 10:00:00] alice -> bob: hi");
  assert.equal(formatText(own, "ALICE"), "[2026-11-21 10:00:00] alice -> bob: hi");
  assert.equal(formatText({ ...own, destination: "Alice" }, "alice"), "[2026-11-21 10:00:00] alice: hi");
});

Deno.test("one's own message in a room shows as everybody's", () => {
  assert.equal(formatText(said({}), "alice"), "[2026-11-21 10:00:00] #general alice: hello");
});

Deno.test("an error shows its code, then its words", () => {
  const error = notification("error", "There is no command /foo. Try /help.", { error: "unknown_command" });
  assert.equal(formatText(error, "bob"), "! unknown_command: There is no command /foo. Try /help.");
});

Deno.test("events and replies show as lines that begin with a star", () => {
  assert.equal(
    formatText(notification("member_joined", "bob joined #general"), "al"),
    "* bob joined #general",
  );
  assert.equal(formatText(notification("help", "/join ROOM\n/list"), "al"), "* /join ROOM\n* /list");
});

Deno.test("a message that was stored without trouble gets no line, one to a user who is away gets the page's", () => {
  assert.equal(formatText(notification("stored", "Stored.", { seq: 7 }), "al"), undefined);
  const words = "User 'Joe' is offline. Message saved.";
  assert.equal(formatText(notification("stored", words, { seq: 7, offline: true }), "al"), words);
  const hint = "Nobody called Joe has been here yet. To say such a line in the room, begin it with a space.";
  assert.equal(
    formatText(notification("stored", `${words}\n${hint}`, { seq: 7, offline: true }), "al"),
    `${words}\n* ${hint}`,
  );
});

Deno.test("what is of use to programs only, and what has no words, shows nothing", () => {
  for (const code of ["typing", "draft", "seen", "ping"]) {
    assert.equal(formatText(notification(code, "words"), "al"), undefined);
  }
  assert.equal(formatText(notification("caught_up", ""), "al"), undefined);
});

Deno.test("times are shown without their milliseconds, in UTC", () => {
  assert.equal(textTime("2026-01-02T03:04:05.678Z"), "2026-01-02 03:04:05");
});

Deno.test("each further line of a message begins with four spaces, so nobody can forge a line", () => {
  const forged = said({ message: "one\n[2026-11-21 10:00:00] #general bob: I quit\r\nthree" });
  assert.equal(
    formatText(forged, "bob"),
    "[2026-11-21 10:00:00] #general alice: one\n    [2026-11-21 10:00:00] #general bob: I quit\n    three",
  );
  const stored = formatText(said({ message: "one\n* Welcome", metadata: { stored: true } }), "bob");
  assert.equal(stored, "[Stored] [2026-11-21 10:00:00][alice #general] 'one\n    * Welcome'");
  const error = notification("error", "It is\n* bob is online", { error: "bad_name" });
  assert.equal(formatText(error, "al"), "! bad_name: It is\n    * bob is online");
});

Deno.test("controls and bidirectional controls are spelled out; tab, line break and letters stay", () => {
  assert.equal(safeText("a\x1b[2Jb"), "a\\u{1b}[2Jb");
  assert.equal(safeText("a\rb"), "a\\u{d}b");
  assert.equal(safeText("a\u202eb\u2066c\u061cd\u200ee"), "a\\u{202e}b\\u{2066}c\\u{61c}d\\u{200e}e");
  assert.equal(safeText("\0\x07\x7f\x9b31m"), "\\u{0}\\u{7}\\u{7f}\\u{9b}31m");
  assert.equal(safeText("a\tb héllo 日本 שלום 👩‍👩‍👧"), "a\tb héllo 日本 שלום 👩‍👩‍👧");
});

Deno.test("there is no control, bidirectional control or other line break that passes", () => {
  for (let point = 0; point <= 0xffff; point++) {
    const char = String.fromCharCode(point);
    const isShown = char === "\t" || !/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u.test(char);
    if (char !== "\n") assert.equal(safeText(char), isShown ? char : `\\u{${point.toString(16)}}`);
  }
});

Deno.test("whatever was written, text mode sends no control character, and lines only as it makes them", () => {
  const message = fc.string({
    unit: fc.oneof(
      fc.constantFrom("\n", "\r", "\r\n", "\x1b", "\u202e", "\u2069", "*", "[", "a"),
      fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
    ),
  });
  const metadata = fc.constantFrom({}, { stored: true });
  fc.assert(
    fc.property(message, metadata, (message, metadata) => {
      const shown = formatText(said({ message, metadata }), "bob")!;
      assert.doesNotMatch(shown, /[^\P{Cc}\n\t]|\p{Bidi_Control}/u);
      for (const line of shown.split("\n").slice(1)) assert.match(line, /^ {4}/);
    }),
    { numRuns: 500 },
  );
});
