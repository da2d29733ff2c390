import assert from "node:assert/strict";
import { powerCut } from "./torture/faults/power_cut.ts";
import { canTrace } from "./torture/faults/traced_server.ts";

const IMAGES = 100;
const ignore = !await canTrace();

Deno.test({
  name:
    "a power cut at any moment, with torn and dropped writes, loses and doubles nothing that was acknowledged",
  ignore,
  async fn() {
    const { images, acknowledged, ...faults } = await powerCut(IMAGES, 2);
    assert.equal(images, IMAGES);
    assert.ok(acknowledged > 50_000, `only ${acknowledged} acknowledgements were looked for`);
    assert.deepEqual(
      { ...faults, bytesWritten: 0 },
      { lost: 0, doubled: 0, reordered: 0, phantom: 0, broken: [], violations: 0, bytesWritten: 0 },
    );
  },
});

Deno.test({
  name: "the test of that finds what is lost on a disk that does not sync",
  ignore,
  async fn() {
    const { lost } = await powerCut(12, 3, { ignoresFsync: true });
    assert.ok(lost > 0);
  },
});
