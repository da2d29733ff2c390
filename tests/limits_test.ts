import assert from "node:assert/strict";
import fc from "fast-check";
import {
  ACCOUNT_RATE,
  COMMAND_RATE,
  MESSAGE_RATE,
  networkOf,
  rateLimited,
  RateLimiter,
} from "../server/limits.ts";
import { FakeClock } from "./fake_clock.ts";

function takeAll(limiter: RateLimiter<string>, key: string): number {
  let count = 0;
  while (limiter.take(key) === 0) count++;
  return count;
}

Deno.test("messages come in bursts of 20 and then 5 a second, commands are freer", () => {
  assert.deepEqual(MESSAGE_RATE, { burst: 20, perSecond: 5 });
  assert.ok(COMMAND_RATE.burst > MESSAGE_RATE.burst && COMMAND_RATE.perSecond > MESSAGE_RATE.perSecond);
});

Deno.test("a burst passes, then the wait is named, and taking again before it is over takes nothing", () => {
  const clock = new FakeClock();
  const limiter = new RateLimiter<string>(MESSAGE_RATE, clock);
  assert.equal(takeAll(limiter, "alice"), 20);
  assert.equal(limiter.take("alice"), 200);
  clock.advance(150);
  assert.equal(limiter.take("alice"), 50);
  clock.advance(50);
  assert.equal(limiter.take("alice"), 0);
  assert.equal(limiter.take("alice"), 200);
});

Deno.test("who is fast for long gets 5 a second", () => {
  const clock = new FakeClock();
  const limiter = new RateLimiter<string>(MESSAGE_RATE, clock);
  takeAll(limiter, "alice");
  let count = 0;
  for (let ms = 0; ms < 10_000; ms += 20) {
    clock.advance(20);
    count += takeAll(limiter, "alice");
  }
  assert.equal(count, 50);
});

Deno.test("rest fills the bucket up to the burst and no further", () => {
  const clock = new FakeClock();
  const limiter = new RateLimiter<string>(MESSAGE_RATE, clock);
  takeAll(limiter, "alice");
  clock.advance(2000);
  assert.equal(takeAll(limiter, "alice"), 10);
  clock.advance(3_600_000);
  assert.equal(takeAll(limiter, "alice"), 20);
});

Deno.test("one user's haste slows no other", () => {
  const limiter = new RateLimiter<string>(MESSAGE_RATE, new FakeClock());
  takeAll(limiter, "alice");
  assert.equal(limiter.take("bob"), 0);
});

Deno.test("forgetting those who rested gives nobody more, and those who did not rest nothing", () => {
  const clock = new FakeClock();
  const limiter = new RateLimiter<string>(MESSAGE_RATE, clock);
  takeAll(limiter, "alice");
  clock.advance(3000);
  limiter.sweep();
  assert.equal(takeAll(limiter, "alice"), 15);
  clock.advance(4001);
  limiter.sweep();
  assert.equal(takeAll(limiter, "alice"), 20);
});

Deno.test("at any rate, who waits as long as was said gets through, but for a rounding of one millisecond", () => {
  const rate = fc.record({
    burst: fc.integer({ min: 1, max: 50 }),
    perSecond: fc.integer({ min: 1, max: 100 }),
  });
  fc.assert(fc.property(rate, fc.array(fc.integer({ min: 0, max: 700 })), (rate, pauses) => {
    const clock = new FakeClock();
    const limiter = new RateLimiter<string>(rate, clock);
    for (const pause of pauses) {
      clock.advance(pause);
      takeAll(limiter, "alice");
    }
    takeAll(limiter, "alice");
    const wait = limiter.take("alice");
    assert.ok(wait > 0 && wait <= Math.ceil(1000 / rate.perSecond));
    clock.advance(wait + 1);
    assert.equal(limiter.take("alice"), 0);
  }));
});

Deno.test("new accounts come in bursts of 50 and then one every 2 s", () => {
  assert.deepEqual(ACCOUNT_RATE, { burst: 50, perSecond: 0.5 });
});

for (
  const [address, network] of [
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["memory", "memory"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["2001:db8:1:2::", "2001:db8:1:2::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ] as const
) {
  Deno.test(`${address} counts as ${network}`, () => assert.equal(networkOf(address), network));
}

Deno.test("rate_limited says when to come back, in words and in whole milliseconds from 1", () => {
  const error = rateLimited(1200.5);
  assert.deepEqual([error.code, error.details], ["rate_limited", { retry_after_ms: 1201 }]);
  assert.match(error.message, / in 2 s\./);
  assert.equal(rateLimited(-5).details.retry_after_ms, 1);
});
