import assert from "node:assert/strict";
import { commitOrder } from "./torture/faults/commit_order.ts";
import { randomFrom, Traffic } from "./torture/faults/said_traffic.ts";
import { canTrace, TracedServer } from "./torture/faults/traced_server.ts";

const UNSYNCED = new URL("torture/faults/unsynced_server.ts", import.meta.url).pathname;
const ignore = !await canTrace();

/** What the system calls of a server say that was sent 1,000 messages. */
async function traced(program?: string) {
  const folder = await Deno.makeTempDir({ prefix: "parley-order-" });
  const server = await TracedServer.start(folder, program ? { program } : {});
  const traffic = new Traffic({ messages: 1000, textSize: 500, random: randomFrom(1) });
  await traffic.run(server.process);
  await server.end(program ? "SIGKILL" : "SIGTERM");
  await Deno.remove(folder, { recursive: true });
  return { traffic, order: commitOrder(server.calls) };
}

Deno.test({
  name: "each acknowledgement and each delivery follows an fsync that covers its message",
  ignore,
  async fn() {
    const { traffic, order } = await traced();
    assert.ok(traffic.acknowledged.size >= 1000);
    assert.equal(order.acknowledged, traffic.acknowledged.size);
    assert.ok(order.delivered >= traffic.acknowledged.size, "the trace lacks deliveries");
    assert.deepEqual(order.violations, []);
  },
});

Deno.test({
  name: "the test of that finds a store that does not wait for the disk",
  ignore,
  async fn() {
    const { traffic, order } = await traced(UNSYNCED);
    assert.equal(order.acknowledged, traffic.acknowledged.size);
    assert.ok(order.violations.length >= 1000, `only ${order.violations.length} violations`);
  },
});
