import assert from "node:assert/strict";
import { chartRange } from "../static/state/services/reading_values.ts";

Deno.test("A chart leaves room around its values, and a line that never changes stands in the middle", () => {
  assert.deepEqual(chartRange(null, null), [0, 1]);
  assert.deepEqual(chartRange(0, 100), [-12, 112]);
  assert.deepEqual(chartRange(0, 0), [-0.5, 0.5]);
  assert.deepEqual(chartRange(200, 200), [198, 202]);
});

Deno.test("A chart of neighbouring large numbers can be walked in steps", () => {
  const [low, high] = chartRange(5e16, 5e16 + 8);
  assert.ok(low + (high - low) / 1000 > low);
  assert.ok(high - (high - low) / 1000 < high);
});
