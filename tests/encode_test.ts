import assert from "node:assert/strict";
import fc from "fast-check";
import { type Envelope, LIMITS, type Metadata, utf8Length } from "../protocol/message.ts";
import { encodeMetadata } from "../protocol/message.ts";
import {
  encode,
  messageEnvelope,
  messageJson,
  messageText,
  notification,
  type Said,
} from "../server/encode.ts";
import { fit, pageMetadata, replyText } from "../server/reply.ts";
import type { StoredMessage } from "../server/store.ts";

const AT = Date.parse("2026-11-21T10:00:00.007Z");

function said(fields: Partial<Said> = {}): Said {
  return {
    seq: 7,
    senderName: "alice",
    destination: "#general",
    type: "chat",
    text: "hello",
    metadata: "{}",
    clientId: null,
    createdAt: AT,
    ...fields,
  };
}

function stored(seq: number, fields: Partial<Said> = {}): StoredMessage {
  const conversation = { id: 1, kind: "room", name: "#general", userIds: [] } as const;
  return { ...said(fields), seq, conversation, senderId: 1 };
}

/** The same message, put together without `messageJson`. */
function envelopeOf(message: Said): Envelope {
  return {
    type: message.type,
    sender: message.senderName,
    destination: message.destination,
    message: message.text,
    timestamp: new Date(message.createdAt).toISOString(),
    metadata: JSON.parse(message.metadata),
    ...(message.clientId === null ? {} : { id: message.clientId }),
    seq: message.seq,
  };
}

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom('"', "\\", "\n", "\u2028", "\ud800", "\udc00", "😀", "\0", "é") }),
);
const metadata = fc.dictionary(
  fc.oneof(text, fc.constantFrom("__proto__", "constructor", "stored", "1")),
  fc.oneof(text, fc.integer(), fc.constant(null), fc.array(text)),
  { maxKeys: 5, noNullPrototype: true },
).map((value) => encodeMetadata(JSON.parse(JSON.stringify(value)) as Metadata));

const message: fc.Arbitrary<Said> = fc.record({
  seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  senderName: fc.constantFrom("alice", "Bob-2.x_"),
  destination: fc.constantFrom("", "#general", "#日本語", "bob"),
  type: fc.constantFrom("chat", "subscription"),
  text,
  metadata,
  clientId: fc.constantFrom(null, "a-Z_9"),
  createdAt: fc.integer({ min: 0, max: 4e12 }),
});

Deno.test("a message as JSON is what JSON.stringify makes of its envelope, on one line, whatever it holds", () => {
  fc.assert(
    fc.property(message, (message) => {
      const json = messageJson(message);
      assert.equal(json, JSON.stringify(envelopeOf(message)));
      assert.doesNotMatch(json, /\n/);
      assert.ok(json.isWellFormed());
    }),
    { numRuns: 500 },
  );
});

Deno.test("what the server adds to a message's metadata stands beside what the sender wrote", () => {
  fc.assert(fc.property(message, (message) => {
    const envelope = envelopeOf(message);
    const metadata = Object.assign(Object.create(null), { stored: true });
    for (const [key, value] of Object.entries(envelope.metadata)) metadata[key] = value;
    const delivered = JSON.parse(messageJson(message, { stored: true }));
    assert.deepEqual(Object.entries(delivered.metadata).toSorted(), Object.entries(metadata).toSorted());
    assert.deepEqual({ ...delivered, metadata: envelope.metadata }, envelope);
  }));
});

Deno.test("an envelope of the page's example has its fields in the page's form", () => {
  assert.deepEqual(messageEnvelope(said({ clientId: "c1", metadata: '{"mood":"fine"}' })), {
    type: "chat",
    sender: "alice",
    destination: "#general",
    message: "hello",
    timestamp: "2026-11-21T10:00:00.007Z",
    metadata: { mood: "fine" },
    id: "c1",
    seq: 7,
  });
});

Deno.test("what is found says the server's snippet, also where the sender wrote one", () => {
  const forged = said({ metadata: '{"snippet":"forged"}' });
  assert.equal(messageEnvelope(forged, { snippet: "**real**" }).metadata.snippet, "**real**");
});

Deno.test("a notification comes from the server, to one connection, with its code", () => {
  assert.deepEqual(notification("pong", "Pong.", { time: "now" }, AT), {
    type: "notification",
    sender: "server",
    destination: "",
    message: "Pong.",
    timestamp: "2026-11-21T10:00:00.007Z",
    metadata: { code: "pong", time: "now" },
  });
});

Deno.test("each format gets its own: JSON everything, text what it shows", () => {
  const typing = notification("typing", "", { user: "bob" }, AT);
  assert.equal(encode(typing, "json", "alice"), JSON.stringify(typing));
  assert.equal(encode(typing, "text", "alice"), undefined);
  assert.equal(messageText(said(), "bob"), "[2026-11-21 10:00:00] #general alice: hello");
  assert.equal(messageText(said(), "bob", true), "[Stored] [2026-11-21 10:00:00][alice #general] 'hello'");
});

// ---- replies ----

Deno.test("a page that fits is given whole, oldest first, as the store has it", () => {
  const messages = [stored(1), stored(2), stored(3)];
  const page = pageMetadata({ messages, more: false });
  assert.deepEqual([page.messages.map(({ seq }) => seq), page.more], [[1, 2, 3], false]);
  assert.equal(pageMetadata({ messages, more: true }).more, true);
});

for (const [script, letter] of [["Latin", "x"], ["Japanese", "日"]] as const) {
  Deno.test(`a page is at most 256 KiB in bytes, and what does not fit is left out at the older end: ${script}`, () => {
    const text = letter.repeat(LIMITS.messageBytes / utf8Length(letter));
    const messages = Array.from({ length: 200 }, (_, i) => stored(i + 1, { text }));
    const page = pageMetadata({ messages, more: false });
    assert.ok(utf8Length(JSON.stringify(page)) <= LIMITS.replyBytes);
    assert.ok(page.messages.length > 10);
    assert.equal(page.messages.at(-1)?.seq, 200);
    assert.equal(page.messages[0]?.seq, 201 - page.messages.length);
    assert.equal(page.more, true);
    const found = pageMetadata({ messages: messages.toReversed(), more: false }, "first");
    assert.deepEqual(found.messages.map(({ seq }) => seq), page.messages.map(({ seq }) => seq).toReversed());
  });
}

Deno.test("of a list as much is taken as fits into a reply, from the front", () => {
  const entries = Array.from({ length: 1000 }, (_, i) => ({ i, text: "日".repeat(300) }));
  const { entries: fitting, more } = fit(entries);
  assert.ok(more && fitting.length > 100);
  assert.deepEqual(fitting, entries.slice(0, fitting.length));
  assert.ok(utf8Length(JSON.stringify(fitting)) <= LIMITS.replyBytes);
  assert.deepEqual(fit([1, 2], String), { entries: [1, 2], lines: ["1", "2"], more: false });
});

Deno.test("text mode shows a page as its messages, and then the words", () => {
  const messages = [messageEnvelope(said()), messageEnvelope(said({ text: "bye" }))];
  assert.equal(
    replyText(notification("history", "There are older messages.", { messages }, AT), "bob"),
    "[2026-11-21 10:00:00] #general alice: hello\n[2026-11-21 10:00:00] #general alice: bye\n* There are older messages.",
  );
  assert.equal(replyText(notification("history", "", { messages: [] }, AT), "bob"), undefined);
});

Deno.test("who joins in text mode is told so, and then gets the room's last 20 messages", () => {
  const messages = Array.from({ length: 50 }, (_, i) => messageEnvelope(said({ text: `message ${i}` })));
  const lines = replyText(notification("joined", "You joined #general.", { messages }, AT), "bob")!.split(
    "\n",
  );
  assert.equal(lines[0], "* You joined #general.");
  assert.equal(lines.length, 21);
  assert.ok(lines[1]!.endsWith("message 30") && lines[20]!.endsWith("message 49"));
});
