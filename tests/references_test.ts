import assert from "node:assert/strict";
import { mentions, references } from "../static/state/reading/references.ts";

const names = (text: string) => references(text).map(({ name }) => name);

Deno.test("rooms and users that a text names are found with their places", () => {
  const text = "ask @alice in #général.";
  const found = references(text);
  assert.deepEqual(found.map(({ name }) => name), ["alice", "#général"]);
  assert.deepEqual(found.map(({ start, end }) => text.slice(start, end)), ["@alice", "#général"]);
  assert.deepEqual(names("(@bob, @carol-ann! and #日本)"), ["bob", "carol-ann", "#日本"]);
  assert.deepEqual(names("#c0de #2nd-floor"), ["#c0de", "#2nd-floor"]);
});

Deno.test("an address, a path, a number and a lone sign name nobody", () => {
  const none = [
    "alice@example.org",
    "npm:@preact/signals",
    "@preact/signals",
    "https://example.org/#top",
    "issue #42",
    "a # b @ c",
    "##",
    "@@bob",
    "&#x41;",
    "C#sharp",
    "@.hidden",
    "#\u200b",
  ];
  for (const text of none) assert.deepEqual(names(text), [], text);
});

Deno.test("a user is mentioned by any spelling of the name, but not in code", () => {
  assert.ok(mentions("hello @Alice.", "alice"));
  assert.ok(!mentions("hello @alice2", "alice"));
  assert.ok(!mentions("`@alice`", "alice"));
  assert.ok(!mentions("```\n@alice\n```", "alice"));
  assert.ok(!mentions("```\n@alice", "alice"));
  assert.ok(!mentions("x ``` `@alice`", "alice"));
  assert.ok(mentions("```\nx\n```\n@alice", "alice"));
  assert.ok(!mentions("hello @", ""));
});
