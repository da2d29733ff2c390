import assert from "node:assert/strict";
import { failSync } from "./torture/faults/failing_sync.ts";
import { canTrace } from "./torture/faults/traced_server.ts";

const ignore = !await canTrace();

for (const nth of [40, 63, 111, 250]) {
  Deno.test({
    name: `when fsync ${nth} fails, the server ends with code 70, and all that it acknowledged is stored`,
    ignore,
    async fn() {
      const { code, file, violations, isLogged, acknowledged, verdict } = await failSync(nth);
      assert.deepEqual({ code, file, violations, isLogged }, {
        code: 70,
        file: "parley.db-wal",
        violations: 0,
        isLogged: true,
      });
      assert.ok(acknowledged > 0);
      assert.deepEqual({ ...verdict, acknowledged }, {
        acknowledged,
        lost: 0,
        doubled: 0,
        reordered: 0,
        phantom: 0,
        broken: null,
      });
    },
  });
}
