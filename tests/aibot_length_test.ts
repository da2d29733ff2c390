import assert from "node:assert/strict";
import { answer, QUESTION_MAX } from "../bots/aibot/answer.ts";
import { lookupIn } from "../bots/aibot/lookup.ts";
import { LIMITS, utf8Length } from "../protocol/message.ts";

/** Signs and words that a pattern may begin with, repeat, or end before. U+FDFA is one letter, and 18 when it is normalized. */
const AWKWARD = [
  ..."?!. \t\n#/-_+*=,:;@()\"'`“’%1aé\u0301\ufdfa😀×",
  ..."a |n+|pub |#a|/a|1,|all |find all |was |please |do you know if |who has |?! ".split("|"),
];

/** The longest text that any pattern is given while `task` runs. */
function longestMatched(task: () => void): number {
  const { exec } = RegExp.prototype;
  let longest = 0;
  RegExp.prototype.exec = function (text: string) {
    longest = Math.max(longest, String(text).length);
    return exec.call(this, text);
  };
  try {
    task();
  } finally {
    RegExp.prototype.exec = exec;
  }
  return longest;
}

function messagesOf(unit: string): string[] {
  const many = unit.repeat(Math.floor(LIMITS.messageBytes / utf8Length(unit)) - 30);
  return [many, many + "a", `what did bob say about ${many}`, `aibot, ${many}?`];
}

Deno.test("of a question as long as a message, only the beginning is looked through", () => {
  assert.equal(longestMatched(() => "abc".replace(/c$/, "")), 3);
  for (const unit of AWKWARD) {
    // Some spellings are made longer before they are looked at.
    const growth = Math.max(4, unit.normalize("NFKC").length / unit.length);
    for (const question of messagesOf(unit)) {
      const longest = longestMatched(() => answer(question, { now: 0, botName: "aibot" }));
      assert.ok(longest <= QUESTION_MAX * growth, `${JSON.stringify(unit)}: ${longest}`);
    }
  }
});

Deno.test("a message too long to be a lookup is not looked through at all", () => {
  for (const unit of AWKWARD) {
    for (const question of messagesOf(unit)) {
      assert.equal(longestMatched(() => assert.equal(lookupIn(question, 0), undefined)), 0);
    }
  }
});

Deno.test("signs at the end of a question are no part of it", () => {
  assert.deepEqual(lookupIn("what did bob say about tea ?! . ?", 0)?.terms, ["tea"]);
  assert.equal(lookupIn("?".repeat(200), 0), undefined);
});
