import assert from "node:assert/strict";
import { SILENT_LOG } from "../server/log.ts";
import { acceptTcp } from "../server/tcp.ts";
import { FakeClock } from "./fake_clock.ts";

Deno.test("accepting that fails again and again is logged once for each outage, and goes on", async () => {
  const clock = new FakeClock();
  const warnings: string[] = [];
  let attempts = 0;
  const listener = {
    accept(): Promise<never> {
      attempts++;
      if (attempts === 30) clock.advance(61_000);
      const error = attempts < 40 ? new Error("Too many open files") : new Deno.errors.BadResource("closed");
      return Promise.reject(error);
    },
  };
  const log = { ...SILENT_LOG, warn: (event: string) => void warnings.push(event) };
  const accepting = acceptTcp(listener as unknown as Deno.TcpListener, () => {}, { clock, log });
  let isOver = false;
  void accepting.then(() => isOver = true);
  while (!isOver) {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    clock.advance(50);
  }
  assert.equal(attempts, 40);
  assert.deepEqual(warnings, ["accept_failed", "accept_failed"]);
});
