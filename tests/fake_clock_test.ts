import assert from "node:assert/strict";
import { FakeClock } from "./fake_clock.ts";

Deno.test("a FakeClock stands still until it is moved", () => {
  const clock = new FakeClock(1000);
  assert.deepEqual([clock.now(), clock.monotonic()], [1000, 0]);
  clock.advance(250);
  assert.deepEqual([clock.now(), clock.monotonic()], [1250, 250]);
});

Deno.test("a FakeClock runs what is due in the order of time, each at its own time, also what that adds", () => {
  const clock = new FakeClock();
  const ran: string[] = [];
  const note = (name: string) => ran.push(`${name} at ${clock.monotonic()}`);
  clock.after(30, () => note("late"));
  clock.after(10, () => {
    note("early");
    clock.after(5, () => note("added"));
    clock.after(500, () => note("too late"));
  });
  clock.after(10, () => note("as early, added second"));
  clock.advance(40);
  assert.deepEqual(ran, ["early at 10", "as early, added second at 10", "added at 15", "late at 30"]);
  assert.deepEqual([clock.monotonic(), clock.pending], [40, 1]);
});

Deno.test("a FakeClock repeats until it is cancelled, also from within", () => {
  const clock = new FakeClock();
  const ran: number[] = [];
  const cancel = clock.every(10, () => {
    ran.push(clock.monotonic());
    if (ran.length === 3) cancel();
  });
  clock.advance(100);
  assert.deepEqual([ran, clock.pending], [[10, 20, 30], 0]);
});

Deno.test("a FakeClock forgets what is cancelled", () => {
  const clock = new FakeClock();
  const cancel = clock.after(10, () => assert.fail("it was cancelled"));
  cancel();
  cancel();
  clock.advance(10);
});

Deno.test("a FakeClock tells when a timer of that length waits", async () => {
  const clock = new FakeClock();
  const armed = clock.armed(10);
  clock.after(10, () => {});
  await armed;
  await clock.armed(10);
});

Deno.test("a FakeClock's time of day can jump without the timers noticing", () => {
  const clock = new FakeClock(1_000_000);
  let hasRun = false;
  clock.after(10, () => hasRun = true);
  clock.setNow(0);
  assert.deepEqual([clock.now(), clock.monotonic(), hasRun], [0, 0, false]);
  clock.advance(10);
  assert.deepEqual([clock.now(), hasRun], [10, true]);
});
