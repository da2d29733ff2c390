/** The pure parts of writing on the page: what is completed at the caret, and in which order. */

import assert from "node:assert/strict";
import { emojiCodeAt, isInCode, tokenAt } from "../static/state/writing/completion.ts";
import { emojiOfCode, findEmoji } from "../static/state/writing/emoji_data.ts";
import { match, ranked } from "../static/state/finding/ranking.ts";

/** The caret is where `|` stands; what is completed there, as `kind query`. */
function at(marked: string): string | undefined {
  const caret = marked.indexOf("|");
  const token = tokenAt(marked.replace("|", ""), caret);
  return token && `${token.kind} ${token.query}${token.isArgument ? " (argument)" : ""}`;
}

Deno.test("A name, a room, a command or an emoji is completed where its sign begins a word", () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["@|", "person "],
    ["hello @al|", "person al"],
    ["hello @al| and more", "person al"],
    ["(@al|", "person al"],
    ["mail al@ex|", undefined],
    ["#te|", "room te"],
    ["#größe|", "room größe"],
    ["C#sh|", undefined],
    ["https://host/#an|", undefined],
    [":s|", undefined],
    [":sm|", "emoji sm"],
    [":+1|", "emoji +1"],
    ["at 12:30|", undefined],
    ["http://lo|", undefined],
    ["/|", "command "],
    ["/jo|", "command jo"],
    ["//jo|", undefined],
    ["say /jo|", undefined],
    ["/jo| x", "command jo"],
    ["first line\n@bo|", "person bo"],
  ];
  for (const [text, expected] of cases) assert.equal(at(text), expected, text);
});

Deno.test("What a command takes is completed without a sign, and only in its place", () => {
  assert.equal(at("/join te|"), "room te (argument)");
  assert.equal(at("/join #te|"), "room te (argument)");
  assert.equal(at("/msg bo|"), "person bo (argument)");
  assert.equal(at("/msg bob hello|"), undefined);
  assert.equal(at("/msg bob ask @al|"), "person al");
  assert.equal(at("/history |"), "place  (argument)");
  assert.equal(at("/find tea in=#gen|"), "place #gen (argument)");
  assert.equal(at("/find tea from=al|"), "person al (argument)");
  assert.equal(at("/help jo|"), "command jo (argument)");
  assert.equal(at("/nick al|"), undefined);
});

Deno.test("In code nothing is completed", () => {
  for (const text of ["```\n:sm", "```ts\nlet a = #te", "a `:sm", "``a ` :sm", "~~~\n@al"]) {
    assert.ok(isInCode(text), text);
    assert.equal(at(`${text}|`), undefined, text);
  }
  for (const text of ["a `b` :sm", "```\ncode\n```\n:sm", "``a ` b`` :sm"]) {
    assert.equal(at(`${text}|`), "emoji sm", text);
  }
  assert.equal(emojiCodeAt("`:tada:", 7), undefined);
});

Deno.test("An emoji's code that was typed in full is found where it ends at the caret", () => {
  assert.deepEqual(emojiCodeAt("well :tada: done", 11), { code: "tada", start: 5 });
  assert.equal(emojiCodeAt("well :tada: done", 10), undefined);
  assert.equal(emojiCodeAt("12:30:", 6), undefined);
  assert.equal(emojiOfCode("tada")?.symbol, "🎉");
  assert.equal(emojiOfCode("30"), undefined);
});

Deno.test("Prefix comes before infix, and what was used recently first among equals", () => {
  assert.equal(match("Bob", "bob"), "exact");
  assert.equal(match("#tea-room", "room"), "word");
  assert.deepEqual(ranked(["zoe-al", "malta", "Alice", "bob"], "al", (name) => [name]), [
    "Alice",
    "zoe-al",
    "malta",
  ]);
  assert.deepEqual(ranked(["carol", "carl"], "car", (name) => [name]), ["carol", "carl"]);
  assert.equal(findEmoji("smile", [])[0]?.symbol, "😄");
  assert.equal(findEmoji("smi", ["😸"])[0]?.symbol, "😸");
  assert.ok(findEmoji("party", []).some(({ symbol }) => symbol === "🎉"));
});
