import assert from "node:assert/strict";
import { Hono } from "hono";
import { ChatError } from "../protocol/errors.ts";
import { boundedRequests } from "../server/http_bounds.ts";

/** An app whose calls wait until they are let go. */
function waitingApp() {
  const app = new Hono<{ Bindings: { remoteAddress: string } }>();
  const waiting: (() => void)[] = [];
  app.use(boundedRequests());
  app.onError((error, c) => c.text(error instanceof ChatError ? error.code : "fault", 500));
  app.get("/", async (c) => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    return c.text("done");
  });
  const ask = async (remoteAddress: string) =>
    (await app.fetch(new Request("http://localhost/"), { remoteAddress })).text();
  return { ask, letGo: () => waiting.splice(0).forEach((resolve) => resolve()) };
}

Deno.test("50 requests from one address are under way at once, the next is too_many_connections, and others are served", async () => {
  const { ask, letGo } = waitingApp();
  const busy = Array.from({ length: 50 }, (_, i) => ask(`2001:db8::${i}`));
  assert.equal(await ask("2001:db8::ffff"), "too_many_connections");
  const other = ask("192.0.2.1");
  letGo();
  assert.deepEqual(new Set(await Promise.all([...busy, other])), new Set(["done"]));
  const again = ask("2001:db8::1");
  letGo();
  assert.equal(await again, "done", "those that were answered no longer count");
});

Deno.test("from this machine, which may be a proxy, 1,000 requests are under way, and then no more from anywhere", async () => {
  const { ask, letGo } = waitingApp();
  const busy = Array.from({ length: 1000 }, () => ask("127.0.0.1"));
  assert.equal(await ask("127.0.0.1"), "too_many_connections");
  assert.equal(await ask("192.0.2.1"), "too_many_connections");
  letGo();
  assert.deepEqual(new Set(await Promise.all(busy)), new Set(["done"]));
});
