/** The table of shortcuts, and how well names fit what was typed. */

import assert from "node:assert/strict";
import { fit } from "../static/state/finding/fuzzy.ts";
import { actionOf, type KeyPress, labelsOf, SHORTCUTS } from "../static/state/finding/shortcuts.ts";

function press(key: string, held: Partial<KeyPress> = {}): KeyPress {
  const no = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, isComposing: false };
  return { key, code: "", keyCode: 0, ...no, ...held };
}

Deno.test("A key asks for its action with exactly its modifiers, on a Mac with Cmd for Ctrl", () => {
  assert.equal(actionOf(press("k", { ctrlKey: true }), true, false), "switcher");
  assert.equal(actionOf(press("k", { metaKey: true }), true, true), "switcher");
  assert.equal(actionOf(press("k", { ctrlKey: true }), true, true), undefined);
  assert.equal(actionOf(press("k", { ctrlKey: true, altKey: true }), true, false), undefined, "AltGr");
  assert.equal(actionOf(press("ArrowDown", { altKey: true }), true, false), "next");
  assert.equal(actionOf(press("ArrowDown", { altKey: true, shiftKey: true }), true, false), "next unread");
  assert.equal(actionOf(press("å", { altKey: true, code: "KeyA" }), true, true), "next unread");
  assert.equal(actionOf(press("f", { ctrlKey: true }), true, false), undefined, "the browser's own search");
});

Deno.test("Signs are keys only where they write nothing, and no key counts while a word is composed", () => {
  assert.equal(actionOf(press("?", { shiftKey: true }), false, false), "sheet");
  assert.equal(actionOf(press("?", { shiftKey: true }), true, false), undefined);
  assert.equal(actionOf(press("/", { shiftKey: true }), false, false), "search", "a German keyboard");
  assert.equal(actionOf(press("Escape", { isComposing: true }), true, false), undefined);
  assert.equal(actionOf(press("Escape", { keyCode: 229 }), true, false), undefined);
});

Deno.test("Each key stands in the table once for each place where it holds", () => {
  const all = SHORTCUTS.flatMap(({ keys, holds }) => keys.map((each) => `${each} ${holds}`));
  assert.equal(new Set(all).size, all.length);
  assert.deepEqual(labelsOf("Mod+Shift+F", false), ["Ctrl", "Shift", "F"]);
  assert.deepEqual(labelsOf("Alt+ArrowUp", true), ["⌥", "↑"]);
});

Deno.test("Names that fit better what was typed come first, and their places are known", () => {
  const names = ["a general talk", "general", "generals", "ge-ne-ral", "degenerals", "other"];
  const fitting = names.map((name) => ({ name, fit: fit(name, "general") })).filter(({ fit }) => fit);
  fitting.sort((a, b) => b.fit!.score - a.fit!.score);
  assert.deepEqual(fitting.map(({ name }) => name), [
    "general",
    "generals",
    "a general talk",
    "degenerals",
    "ge-ne-ral",
  ]);
  assert.deepEqual(fit("Déjà vu", "deja")?.places, [[0, 4]]);
  assert.deepEqual(fit("keyboard", "kbd")?.places, [[0, 1], [3, 4], [7, 8]]);
  assert.equal(fit("abc", "acb"), undefined);
});
