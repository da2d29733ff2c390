import assert from "node:assert/strict";
import fc from "fast-check";
import { type Line, LineError, LineReader } from "../protocol/lines.ts";
import { LIMITS } from "../protocol/message.ts";

const encoder = new TextEncoder();

/** All lines of a stream that comes in these pieces. */
function read(pieces: Iterable<Uint8Array>, maxBytes?: number): Line[] {
  const reader = new LineReader(maxBytes);
  const lines: Line[] = [];
  for (const piece of pieces) lines.push(...reader.push(piece));
  return [...lines, ...reader.end()];
}

function* pieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function bytesOf(...parts: (string | number[])[]): Uint8Array {
  const all = parts.map((part) => typeof part === "string" ? [...encoder.encode(part)] : part);
  return new Uint8Array(all.flat());
}

/** Lines as strings that compare: an error as its code, and whether it belongs to JSON. */
function shown(lines: readonly Line[]): string[] {
  return lines.map((line) => {
    if (typeof line === "string") return line;
    assert.ok(line instanceof LineError);
    return `<${line.code}${line.startsWithBrace ? " {" : ""}>`;
  });
}

const CONVERSATION = [
  "alice",
  "",
  "héllo wörld",
  "日本語のテキスト",
  "👩‍👩‍👧 and 🏳️‍🌈",
  "x".repeat(3000),
  " spaced ",
];

Deno.test("a LineReader gives the same lines byte by byte as at once", () => {
  const bytes = bytesOf(CONVERSATION.join("\n") + "\n");
  assert.deepEqual(read([bytes]), CONVERSATION);
  assert.deepEqual(read(pieces(bytes, 1)), CONVERSATION);
});

Deno.test("a LineReader puts lines together that come in pieces of 997 bytes", () => {
  const lines = Array.from({ length: 400 }, (_, i) => `${i} ${"žluťoučký 🐎 ".repeat(i % 40)}`);
  assert.deepEqual(read(pieces(bytesOf(lines.join("\n") + "\n"), 997)), lines);
});

Deno.test("a LineReader puts a character together whose bytes come apart", () => {
  const bytes = bytesOf("🐎\n");
  for (let cut = 1; cut < bytes.length; cut++) {
    assert.deepEqual(read([bytes.subarray(0, cut), bytes.subarray(cut)]), ["🐎"], `cut at ${cut}`);
  }
});

Deno.test("a LineReader takes line breaks with and without a carriage return, also when it comes apart", () => {
  assert.deepEqual(read([bytesOf("one\r\ntwo\nthree\r", "\nfour")]), ["one", "two", "three", "four"]);
  assert.deepEqual(read([bytesOf("one\r"), bytesOf("\ntwo\r\n")]), ["one", "two"]);
  assert.deepEqual(read([bytesOf("\r\n\n")]), ["", ""]);
});

Deno.test("a LineReader takes one carriage return off, and only at the end of a line", () => {
  assert.deepEqual(read([bytesOf("a\rb\r\r\n")]), ["a\rb\r"]);
});

Deno.test("a LineReader gives the last line without a line break when the stream ends, and nothing where there is none", () => {
  assert.deepEqual(read([bytesOf("one\ntwo")]), ["one", "two"]);
  assert.deepEqual(read([bytesOf("one\n")]), ["one"]);
  assert.deepEqual(read([]), []);
  assert.deepEqual(read([new Uint8Array(0), bytesOf("one\n"), new Uint8Array(0)]), ["one"]);
});

Deno.test("a LineReader tells how much of a line is waiting for its end", () => {
  const reader = new LineReader();
  reader.push(bytesOf("one\ntw"));
  assert.equal(reader.pendingBytes, 2);
  reader.push(bytesOf("ö"));
  assert.equal(reader.pendingBytes, 4);
  assert.deepEqual(reader.push(bytesOf("\n")), ["twö"]);
  assert.equal(reader.pendingBytes, 0);
});

Deno.test("a LineReader keeps nothing of the caller's buffer, which is filled again", () => {
  const reader = new LineReader();
  const buffer = bytesOf("begin");
  reader.push(buffer);
  buffer.fill(120);
  assert.deepEqual(reader.push(bytesOf("ning\n")), ["beginning"]);
});

const BAD_SEQUENCES: Record<string, number[]> = {
  "a lone continuation byte": [0x80],
  "a byte that no text has": [0xff],
  "an overlong slash": [0xc0, 0xaf],
  "a surrogate": [0xed, 0xa0, 0x80],
  "a character beyond U+10FFFF": [0xf4, 0x90, 0x80, 0x80],
  "a character cut short": [0xe2, 0x82],
};

for (const [name, bad] of Object.entries(BAD_SEQUENCES)) {
  Deno.test(`a LineReader refuses a line with ${name}, and reads those around it`, () => {
    const bytes = bytesOf("good one\nbad ", bad, " line\nadiós\n");
    const expected = ["good one", "<bad_encoding>", "adiós"];
    assert.deepEqual(shown(read([bytes])), expected);
    assert.deepEqual(shown(read(pieces(bytes, 1))), expected);
  });
}

Deno.test("a line that is not UTF-8 keeps the carriage returns away from the lines around it", () => {
  assert.deepEqual(shown(read([bytesOf("one\r\n", [0xff], "\r\ntwo\r\n")])), [
    "one",
    "<bad_encoding>",
    "two",
  ]);
});

Deno.test("a line that could not be read tells whether it began as JSON", () => {
  const bytes = bytesOf('{"message":"', [0xff], '"}\nplain ', [0xff], "\n");
  assert.deepEqual(shown(read([bytes])), ["<bad_encoding {>", "<bad_encoding>"]);
  assert.deepEqual(shown(read(pieces(bytes, 1))), ["<bad_encoding {>", "<bad_encoding>"]);
  assert.deepEqual(shown(read([bytesOf("{2345", "6789")], 8)), ["<line_too_long {>"]);
  assert.deepEqual(shown(read(pieces(bytesOf("{23456789"), 1), 8)), ["<line_too_long {>"]);
  assert.deepEqual(shown(read([bytesOf("{23456789\n")], 8)), ["<line_too_long {>"]);
});

Deno.test("a LineReader takes a line of 64 KiB and refuses one byte more, once, reading nothing after it", () => {
  const longest = "x".repeat(LIMITS.lineBytes);
  assert.deepEqual(read([bytesOf(longest + "\n")]), [longest]);
  assert.deepEqual(shown(read([bytesOf("before\n" + longest + "x\nafter\n")])), [
    "before",
    "<line_too_long>",
  ]);
  assert.deepEqual(shown(read(pieces(bytesOf("before\n" + longest + "x\nafter\n"), 997))), [
    "before",
    "<line_too_long>",
  ]);
});

Deno.test("a LineReader refuses a line that is too long before its end has come, and says the limit", () => {
  const reader = new LineReader(8);
  assert.deepEqual(reader.push(bytesOf("12345678")), []);
  const [error, ...more] = reader.push(bytesOf("9"));
  assert.ok(error instanceof LineError);
  assert.deepEqual([error.code, error.details, error.closes], ["line_too_long", { limit: 8 }, true]);
  assert.match(error.message, /8 bytes/);
  assert.deepEqual([more, reader.push(bytesOf("x\n")), reader.end()], [[], [], []]);
  assert.equal(reader.pendingBytes, 0);
});

Deno.test("a LineReader counts bytes, not characters", () => {
  assert.deepEqual(shown(read([bytesOf("éééé\nééééé\n")], 8)), ["éééé", "<line_too_long>"]);
  assert.deepEqual(shown(read([bytesOf("🐎🐎\n🐎🐎x\n")], 8)), ["🐎🐎", "<line_too_long>"]);
});

Deno.test("a LineReader says once that a stream is too long, also where two lines in one chunk are", () => {
  assert.deepEqual(shown(read([bytesOf("123456789\n123456789")], 8)), ["<line_too_long>"]);
});

Deno.test("a line that is too long and not UTF-8 either is too long", () => {
  const bytes = bytesOf("ok\n", [0xff], "12345678\nafter\n");
  assert.deepEqual(shown(read([bytes], 8)), ["ok", "<line_too_long>"]);
  assert.deepEqual(shown(read(pieces(bytes, 1), 8)), ["ok", "<line_too_long>"]);
});

/** Bytes in which everything that matters is frequent. */
const stream = fc.array(
  fc.constantFrom(
    ...["\n", "\r\n", "\r", "{", "a", "bc", "é", "日", "🐎", "\ufeff", "\0"].map((text) => bytesOf(text)),
    ...Object.values(BAD_SEQUENCES).map((bad) => bytesOf(bad)),
  ),
  { maxLength: 60 },
).map((parts) => bytesOf(...parts.map((part) => [...part])));

Deno.test("any way in which a stream is cut into pieces gives the same lines", () => {
  fc.assert(fc.property(
    stream,
    fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1 }),
    fc.integer({ min: 4, max: 40 }),
    (bytes, sizes, maxBytes) => {
      const cut: Uint8Array[] = [];
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const size = sizes[i % sizes.length]!;
        cut.push(bytes.subarray(at, at += size));
      }
      assert.deepEqual(shown(read(cut, maxBytes)), shown(read([bytes], maxBytes)));
    },
  ));
});

Deno.test("any lines of text come out as they went in", () => {
  const line = fc.string({ unit: "grapheme" }).filter((text) => !/[\r\n]/.test(text));
  fc.assert(fc.property(fc.array(line), fc.integer({ min: 1, max: 20 }), (lines, size) => {
    const bytes = bytesOf(lines.map((text) => text + "\n").join(""));
    assert.deepEqual(read(pieces(bytes, size)), lines);
  }));
});
