import assert from "node:assert/strict";
import fc from "fast-check";
import type { ErrorCode } from "../protocol/errors.ts";
import { ChatError } from "../protocol/errors.ts";
import {
  checkText,
  encodeMetadata,
  LIMITS,
  mergeJson,
  type Metadata,
  parseRequest,
  salvageId,
  utf8Length,
} from "../protocol/message.ts";

const CHAT = { type: "chat", destination: "#general", message: "hello" };

function parse(fields: Record<string, unknown>) {
  return parseRequest(JSON.stringify({ ...CHAT, ...fields }));
}

/** Asserts that it throws a ChatError of that code, whose words match. */
function assertRefused(action: () => unknown, code: ErrorCode, words = /./): void {
  assert.throws(action, (error) => {
    assert.ok(error instanceof ChatError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, words);
    return true;
  });
}

/** `depth` levels in all, with those of the envelope and of `metadata`. */
function nested(depth: number, inner: string): string {
  return `{"type":"chat","message":"x","metadata":{"a":${"[".repeat(depth - 2)}${inner}${
    "]".repeat(depth - 2)
  }}}`;
}

// ---- reading ----

Deno.test("a request keeps the fields that a client sets, and nothing else", () => {
  const request = parse({
    id: "a-Z_9",
    metadata: { mood: "fine" },
    sender: "mallory",
    timestamp: "1999-01-01T00:00:00.000Z",
    seq: 7,
    colour: "red",
  });
  assert.deepEqual(request, { ...CHAT, id: "a-Z_9", metadata: { mood: "fine" } });
});

Deno.test("a request without destination, metadata and id has an empty destination, no metadata and no id", () => {
  const request = parseRequest('{"type":"command","message":"/list"}');
  assert.deepEqual(request, { type: "command", destination: "", message: "/list", metadata: {} });
});

Deno.test("the three types that a client may send are taken", () => {
  for (const type of ["chat", "command", "subscription"]) assert.equal(parse({ type }).type, type);
});

for (const line of ["", "hello", "{", '{"type":"chat"', "[1,2]", "null", '"text"', "7", "NaN", "{'a':1}"]) {
  Deno.test(`a line that is no JSON object is bad_json: ${JSON.stringify(line)}`, () => {
    assertRefused(() => parseRequest(line), "bad_json");
  });
}

const REFUSED: [string, Record<string, unknown>, RegExp][] = [
  ["no type", { type: undefined }, /"type".*missing/],
  ["a notification", { type: "notification" }, /Only the server/],
  ["an unknown type", { type: "shout" }, /"shout"/],
  ["a type named like a property of all objects", { type: "constructor" }, /"constructor"/],
  ["a type that is a list", { type: ["chat"] }, /an array/],
  ["no message", { message: undefined }, /"message".*missing/],
  ["a message that is a number", { message: 7 }, /"message".*7/],
  ["a message that is null", { message: null }, /null/],
  ["a destination that is an object", { destination: {} }, /"destination".*an object/],
  ["a destination that is null", { destination: null }, /"destination".*null/],
  ["metadata that is a list", { metadata: [] }, /"metadata".*an array/],
  ["metadata that is null", { metadata: null }, /"metadata".*null/],
  ["metadata that is a string", { metadata: "x" }, /"metadata"/],
  ["an empty id", { id: "" }, /"id"/],
  ["an id of 65 characters", { id: "x".repeat(65) }, /"id"/],
  ["an id with a space", { id: "a b" }, /"id"/],
  ["an id with a line break at its end", { id: "a\n" }, /"id"/],
  ["an id with an umlaut", { id: "ä" }, /"id"/],
  ["an id that is a number", { id: 7 }, /"id".*7/],
];
for (const [name, fields, words] of REFUSED) {
  Deno.test(`a request with ${name} is bad_message, and the words say so`, () => {
    assertRefused(() => parse(fields), "bad_message", words);
  });
}

Deno.test("an id may have 1 to 64 characters", () => {
  assert.equal(parse({ id: "x" }).id, "x");
  assert.equal(parse({ id: "x".repeat(64) }).id, "x".repeat(64));
});

Deno.test("JSON may be nested 8 levels deep, the envelope being the first; deeper is bad_message", () => {
  parseRequest(nested(8, "1"));
  assertRefused(() => parseRequest(nested(9, "1")), "bad_message", /8 levels/);
});

Deno.test("nesting counts in fields that are ignored too", () => {
  const deep = "[".repeat(8) + "]".repeat(8);
  assertRefused(() => parseRequest(`{"type":"chat","message":"x","other":${deep}}`), "bad_message");
});

Deno.test("a line that is nothing but brackets is refused without exhausting the stack", () => {
  const half = LIMITS.lineBytes / 2 - 100;
  assertRefused(() => parseRequest(nested(half, "")), "bad_message");
  assertRefused(() => parseRequest("[".repeat(LIMITS.lineBytes)), "bad_json");
});

Deno.test("lone surrogates in message and destination become U+FFFD", () => {
  const request = parseRequest(
    '{"type":"chat","destination":"#a\\udc00","message":"\\ud800 \\ud83d\\ude00"}',
  );
  assert.deepEqual([request.destination, request.message], ["#a\ufffd", "\ufffd 😀"]);
});

Deno.test("a key __proto__ is data like any other, and changes no object", () => {
  const request = parseRequest(
    '{"type":"chat","message":"x","__proto__":{"id":"evil"},"metadata":{"__proto__":{"polluted":true}}}',
  );
  assert.equal(request.id, undefined);
  assert.deepEqual(Object.keys(request.metadata), ["__proto__"]);
  assert.equal(Object.getPrototypeOf(request.metadata), Object.prototype);
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
  assert.equal(encodeMetadata(request.metadata), '{"__proto__":{"polluted":true}}');
});

Deno.test("whatever a line holds, it is read or refused with a code", () => {
  const anything = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.json(),
    fc.record({
      type: fc.constantFrom("chat", "command", 1, null),
      message: fc.anything(),
      id: fc.anything(),
    })
      .map((value) => String(JSON.stringify(value, (_, v) => typeof v === "bigint" ? Number(v) : v))),
  );
  fc.assert(fc.property(anything, (line) => {
    try {
      assert.equal(typeof parseRequest(line).message, "string");
    } catch (error) {
      assert.ok(error instanceof ChatError, String(error));
      assert.ok(["bad_json", "bad_message"].includes(error.code));
    }
  }));
});

Deno.test("the id of a refused line is found where it is valid", () => {
  assert.equal(salvageId('{"id":"a1","type":"shout"}'), "a1");
  assert.equal(salvageId('{"id":"a b"}'), undefined);
  assert.equal(salvageId('{"id":7}'), undefined);
  assert.equal(salvageId('{"id":"a1"'), undefined);
  assert.equal(salvageId('["id"]'), undefined);
  assert.equal(salvageId("null"), undefined);
});

// ---- the text ----

Deno.test("a text is at least one character that is not white space", () => {
  assert.equal(checkText("x"), "x");
  assert.equal(checkText(" \n x "), " \n x ");
  for (const text of ["", " ", "\n\t\r\n", "\u00a0\u3000\u2028"]) {
    assertRefused(() => checkText(text), "bad_message", /empty/);
  }
});

Deno.test("a text is at most 16 KiB as UTF-8; the words say the limit", () => {
  for (const character of ["x", "é", "€", "😀"]) {
    const longest = character.repeat(LIMITS.messageBytes / utf8Length(character));
    const fitting = longest + "x".repeat(LIMITS.messageBytes - utf8Length(longest));
    assert.equal(checkText(fitting), fitting);
    assertRefused(() => checkText(fitting + "x"), "too_long", /16384/);
  }
});

Deno.test("utf8Length is what an encoder says", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    assert.equal(utf8Length(text), new TextEncoder().encode(text).length);
  }));
});

// ---- metadata ----

Deno.test("metadata keeps the keys of the client but those that only the server sets", () => {
  const written = {
    code: "welcome",
    reply_to: "1",
    stored: true,
    error: "x",
    bot: true,
    ask: true,
    celsius: 21.4,
    unit: "°C",
  };
  assert.equal(encodeMetadata(written), '{"celsius":21.4,"unit":"°C"}');
  assert.deepEqual(JSON.parse(encodeMetadata(written, { bot: true })), {
    bot: true,
    celsius: 21.4,
    unit: "°C",
  });
  assert.equal(encodeMetadata({ bot: true }), "{}");
  assert.equal(encodeMetadata({}, { ask: true }), '{"ask":true}');
});

Deno.test("metadata has at most 64 keys, those of the server not counted", () => {
  const keys = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`key${i}`, i])) as Metadata;
  assert.deepEqual(JSON.parse(encodeMetadata({ ...keys(64), code: "x" })), keys(64));
  assertRefused(() => encodeMetadata(keys(65)), "bad_message", /64/);
});

Deno.test("metadata is at most 4 KiB of JSON as UTF-8; the words say the limit", () => {
  const room = LIMITS.metadataBytes - utf8Length('{"a":""}');
  assert.equal(utf8Length(encodeMetadata({ a: "x".repeat(room) })), LIMITS.metadataBytes);
  assertRefused(() => encodeMetadata({ a: "x".repeat(room + 1) }), "too_long", /4096/);
  assertRefused(() => encodeMetadata({ a: "é".repeat(room / 2 + 1) }), "too_long");
});

Deno.test("lone surrogates in metadata become U+FFFD, and nothing else is changed", () => {
  const written = {
    "key\ud800": "\udc00",
    text: "\ud800\ud801 \\ud800 \\\ud800 \\\\ud800 \n\udfff😀",
    deep: [{ a: "x\udead" }],
  };
  const encoded = encodeMetadata(written);
  assert.ok(encoded.isWellFormed());
  assert.deepEqual(JSON.parse(encoded), {
    "key\ufffd": "\ufffd",
    text: "\ufffd\ufffd \\ud800 \\\ufffd \\\\ud800 \n\ufffd😀",
    deep: [{ a: "x\ufffd" }],
  });
});

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom("\\", "u", "d800", "\ud800", "\udc00", '"', "\n", "😀", "a") }),
);
const metadata = fc.dictionary(
  fc.oneof(text, fc.constantFrom("__proto__", "constructor", "toJSON", "0", "hasOwnProperty")),
  fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.array(text)),
  { maxKeys: 8, noNullPrototype: true },
).map((value) => JSON.parse(JSON.stringify(value)) as Metadata);

Deno.test("any metadata comes out as it went in, well-formed", () => {
  fc.assert(
    fc.property(metadata, (value) => {
      const encoded = encodeMetadata(value);
      assert.ok(encoded.isWellFormed());
      assert.ok(!encoded.includes("\n"));
      assert.deepEqual(JSON.parse(encoded), wellFormed(value));
    }),
    { numRuns: 500 },
  );
});

/** The same value with U+FFFD for lone surrogates, made without looking at JSON. */
function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key.toWellFormed(), wellFormed(inner)]),
  );
}

Deno.test("two JSON objects become one", () => {
  assert.equal(mergeJson("{}", "{}"), "{}");
  assert.equal(mergeJson('{"a":1}', "{}"), '{"a":1}');
  assert.equal(mergeJson("{}", '{"b":2}'), '{"b":2}');
  assert.deepEqual(JSON.parse(mergeJson('{"a":1}', '{"b":2,"c":{}}')), { a: 1, b: 2, c: {} });
});
