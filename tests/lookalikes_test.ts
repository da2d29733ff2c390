import assert from "node:assert/strict";
import { looksLikeAnother } from "../static/state/finding/lookalikes.ts";

Deno.test("a room's name that could pass for another is known", () => {
  for (const name of ["#gеneral", "#аdmin", "#οffice", "#сору"]) assert.ok(looksLikeAnother(name), name);
});

Deno.test("names in one script, or in scripts that nobody takes for one another, pass", () => {
  const names = [
    "#general",
    "#général",
    "#общий",
    "#日本-news",
    "#עברית",
    "#ελληνικά",
    "#안녕",
    "#büro-2",
    "#__",
  ];
  for (const name of names) assert.ok(!looksLikeAnother(name), name);
});
