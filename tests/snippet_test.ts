/** Which parts of a snippet are what was looked for. */

import assert from "node:assert/strict";
import { partsOf } from "../static/state/finding/snippet.ts";

function marked(snippet: string, text: string): string {
  return partsOf(snippet, text).map(({ text, isHit }) => isHit ? `[${text}]` : text).join("");
}

Deno.test("What the server set between asterisks is a hit, and the text's own asterisks are not", () => {
  assert.equal(marked("the **plan** is", "the plan is"), "the [plan] is");
  assert.equal(marked("a **b** and **c**", "a **b** and **c**"), "a **b** and **c**");
  assert.equal(marked("****plan**** it", "**plan** it"), "**[plan]** it");
  assert.equal(marked("a **bold** **plan**", "a **bold** plan"), "a **bold** [plan]");
  assert.equal(marked("…the **plan** of **x**…", "so the plan of **x** is"), "…the [plan] of **x**…");
  assert.equal(marked("**plan**", "plan **"), "[plan]");
});
