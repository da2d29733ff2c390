/** What a conversation holds while somebody reads far back in it. */

import assert from "node:assert/strict";
import type { Envelope } from "../protocol/message.ts";
import { type Page, Timeline } from "../static/state/reading/timeline.ts";

const ROOM = "#general";
const PAGE = 50;
/** The timeline says how many it keeps; a page more is here before some are let go. */
const MOST = 3_000 + PAGE;

/** The messages `from` to before `to`. */
function page(from: number, to: number, more: boolean): Page {
  const messages = Array.from({ length: to - from }, (_, i): Envelope => ({
    type: "chat",
    sender: "alice",
    destination: ROOM,
    message: `number ${from + i}`,
    timestamp: new Date(from + i).toISOString(),
    metadata: {},
    seq: from + i,
  }));
  return { messages, more };
}

function seqsIn(timeline: Timeline): (number | undefined)[] {
  return timeline.entries.value.map(({ seq }) => seq);
}

/** Reads back from the message `last` to the message 1. */
function readBack(last: number): Timeline {
  const timeline = new Timeline(() => "bob");
  timeline.addNewest(ROOM, page(last - PAGE + 1, last + 1, true));
  for (let next = timeline.nextOlder(); next; next = timeline.nextOlder()) {
    timeline.addOlder(ROOM, page(next.before - PAGE, next.before, next.before - PAGE > 1));
    assert.ok(timeline.entries.value.length <= MOST, "no more are kept");
  }
  return timeline;
}

function isWithoutHole(seqs: readonly (number | undefined)[]): boolean {
  return seqs.every((seq, at) => at === 0 || seq === seqs[at - 1]! + 1);
}

Deno.test("Whoever reads back through 10,000 messages keeps those around, without a hole, and the way back leads to the last", () => {
  const timeline = readBack(10_000);
  assert.equal(seqsIn(timeline)[0], 1);
  assert.ok(isWithoutHole(seqsIn(timeline)));
  assert.equal(timeline.attached.value, false, "the end is not here");
  while (!timeline.attached.value) {
    const after = timeline.lastSeq;
    timeline.appendPage(page(after + 1, after + 1 + PAGE, after + PAGE < 10_000));
    assert.ok(timeline.entries.value.length <= MOST, "no more are kept");
    assert.ok(isWithoutHole(seqsIn(timeline)));
  }
  assert.equal(timeline.lastSeq, 10_000);
  assert.equal(timeline.nextOlder()?.before, seqsIn(timeline)[0], "what was let go can be loaded again");
});

Deno.test("While something is being sent the end stays, where it will stand", () => {
  const timeline = new Timeline(() => "bob");
  timeline.addNewest(ROOM, page(9_951, 10_001, true));
  timeline.addPending("one", ROOM, "not stored yet");
  for (let before = 9_951; before > 5_000; before -= PAGE) {
    timeline.addOlder(ROOM, page(before - PAGE, before, true));
  }
  timeline.confirm("one", 10_001, new Date().toISOString());
  assert.ok(isWithoutHole(seqsIn(timeline)));
  assert.equal(timeline.entries.value.at(-1)?.text, "not stored yet");
});
