import assert from "node:assert/strict";
import fc from "fast-check";
import { ChatError } from "../protocol/errors.ts";
import {
  isReservedName,
  isUserName,
  quote,
  requireRoomName,
  requireUserName,
  roomKey,
  userKey,
} from "../protocol/names.ts";

function isBadName(action: () => unknown): boolean {
  try {
    action();
    return false;
  } catch (error) {
    assert.ok(error instanceof ChatError, String(error));
    assert.equal(error.code, "bad_name");
    return true;
  }
}

Deno.test("a user name is 1 to 32 of A-Z a-z 0-9 _ . -, begins with a letter or digit, and ends in no dot", () => {
  const good = ["a", "7", "Alice", "a.b", "a_", "a-", "0-0", "x".repeat(32), "thermometer1", "A__.--b"];
  for (const name of good) {
    assert.ok(isUserName(name), name);
    assert.equal(requireUserName(name), name);
  }
  const bad = [
    "",
    "_a",
    "-a",
    ".a",
    "a.",
    ".",
    "x".repeat(33),
    "a b",
    " a",
    "a ",
    "a\n",
    "é",
    "ａ",
    "#a",
    "a/b",
    "a:b",
  ];
  for (const name of bad) {
    assert.ok(!isUserName(name), name);
    assert.ok(isBadName(() => requireUserName(name)), name);
  }
});

Deno.test("user names that differ in case only are the same", () => {
  assert.equal(userKey("Alice"), userKey("aLICE"));
  assert.notEqual(userKey("alice"), userKey("alice1"));
});

Deno.test("the names of the server, of its operators, of the bots and of guests cannot be taken, whatever their case", () => {
  const reserved = [
    "server",
    "system",
    "admin",
    "operator",
    "thermometer1",
    "openai",
    "aibot",
    "guest-",
    "guest-1a2b3c",
  ];
  for (const name of reserved) {
    assert.ok(isReservedName(name), name);
    assert.ok(isReservedName(name.toUpperCase()), name);
  }
  for (const name of ["alice", "guest", "guests", "servers", "my-guest-1"]) {
    assert.ok(!isReservedName(name), name);
  }
});

Deno.test("a room name is # and 1 to 48 letters, marks and digits of any script, _ . or -", () => {
  const good = [
    "#a",
    "#general",
    "#a.b_c-d",
    "#日本語",
    "#жизнь",
    "#हिन्दी",
    "#٣٤",
    "#" + "x".repeat(48),
    "#-",
    "#𝒳yz",
  ];
  for (const name of good) assert.equal(requireRoomName(name), name.normalize("NFKC"));
  const bad = [
    "",
    "#",
    "##",
    "#a b",
    "#a\n",
    "#a/b",
    "#a:b",
    "#😀",
    "#a,b",
    "#" + "x".repeat(49),
    "#\u202ea",
    "#a\0",
    "#a\ud800",
    "#general\u3164",
    "#gen\u034feral",
    "#general\ufe0f",
    "#gener\u115fal",
    "#general\u180b",
  ];
  for (const name of bad) assert.ok(isBadName(() => requireRoomName(name)), name);
});

Deno.test("a room name may be typed without its #", () => {
  assert.equal(requireRoomName("general"), "#general");
});

Deno.test("a room name is shown as NFKC, and its length counted in characters of that", () => {
  assert.equal(requireRoomName("#ｇｅｎｅｒａｌ"), "#general");
  assert.equal(requireRoomName("#ﬁsh"), "#fish");
  assert.equal(requireRoomName("#cafe\u0301"), "#caf\u00e9");
  assert.equal(requireRoomName("#" + "𐐷".repeat(48)), "#" + "𐐷".repeat(48));
  assert.ok(isBadName(() => requireRoomName("#" + "ﬁ".repeat(25))), "25 ligatures are 50 letters");
  assert.ok(isBadName(() => requireRoomName("#ﷺ")), "NFKC of it has white space");
});

Deno.test("room names that differ in case or in how they are composed are the same", () => {
  assert.equal(roomKey("#General"), roomKey("#gENERAL"));
  assert.equal(roomKey("#CAFE\u0301"), roomKey("#café"));
  assert.equal(roomKey("#ЖИЗНЬ"), roomKey("#жизнь"));
  assert.notEqual(roomKey("#a"), roomKey("#b"));
});

Deno.test("whatever is given as a room name, what is taken is taken again unchanged", () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme", maxLength: 20 }));
  fc.assert(fc.property(text, (text) => {
    let name: string;
    try {
      name = requireRoomName(text);
    } catch {
      return;
    }
    assert.equal(requireRoomName(name), name);
    assert.doesNotMatch(name, /["\\\s\p{Cc}\p{Cf}\p{Cs}]/u, "safe inside JSON and on a terminal");
  }));
});

Deno.test("the words of a refusal quote the name, shortened, on one line", () => {
  assert.throws(() => requireUserName("a\nb"), /"a\\nb" is not a user name/);
  assert.throws(() => requireRoomName("a b"), /"a b" is not a room name/);
  assert.equal(quote("x".repeat(60)), `"${"x".repeat(60)}"`);
  assert.equal(quote("x".repeat(61)), `"${"x".repeat(60)}…"`);
});
