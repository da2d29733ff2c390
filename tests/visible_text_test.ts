import assert from "node:assert/strict";
import { visible } from "../static/view/text/visible_text.ts";

Deno.test("what cannot be seen is shown by its name", () => {
  assert.equal(visible("\x1b[31mred"), "‹ESC›[31mred");
  assert.equal(visible("\x7f\x9f"), "‹DEL›‹U+009F›");
  assert.equal(visible("\u202eexe.txt\u202c"), "‹RLO›exe.txt‹PDF›");
  assert.equal(visible("a\u2066b\u2069"), "a‹LRI›b‹PDI›");
  assert.equal(visible("pay\u200bpal"), "pay‹ZWSP›pal");
  assert.equal(visible("a\u200db \u200cc"), "a‹ZWJ›b ‹ZWNJ›c");
  assert.equal(visible("x\u200ey"), "x‹LRM›y");
  assert.equal(visible("\u3164"), "‹HANGUL FILLER›");
  assert.equal(visible("hi\u{e0068}\u{e0069}"), "hi‹TAG h›‹TAG i›");
});

Deno.test("many of them take little room", () => {
  assert.equal(visible("\u200b".repeat(4_000) + "x"), "‹ZWSP ×4000›x");
  assert.equal(visible("\u200f\u200e\u061c".repeat(100)), "‹300 hidden characters›");
  assert.equal(visible("😀" + "\u{e0100}".repeat(20)), "😀‹U+E0100 ×20›");
});

Deno.test("marks that would be painted over other lines are cut off", () => {
  assert.equal(visible("z" + "\u0300".repeat(1_500)), "z" + "\u0300".repeat(8));
});

Deno.test("line breaks of all kinds are one", () => {
  assert.equal(visible("a\r\nb\rc\u2028d\u2029e\n\tf"), "a\nb\nc\nd\ne\n\tf");
});

Deno.test("emoji and the scripts that need such characters stay as they are", () => {
  const texts = [
    "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 ❤️ 1️⃣ 🇨🇭 ☎︎ 🏴󠁧󠁢󠁳󠁣󠁴󠁿",
    "می‌خواهم",
    "क्‍ष",
    "葛󠄀城市",
    "Donau\u00addampf\u00adschiff",
    "שלום!\u200f (abc)",
    "Tiếng Việt",
    "a\n\tb  c",
    "‹ESC›",
  ];
  for (const text of texts) assert.equal(visible(text), text);
});
