import assert from "node:assert/strict";
import {
  isKeptPage,
  isOverview,
  isTypedRecord,
  isUnsentRecord,
} from "../static/state/storage/kept_records.ts";

const message = {
  type: "chat",
  sender: "bob",
  destination: "#general",
  message: "hi",
  timestamp: "2026-11-21T10:00:00.000Z",
  metadata: {},
  seq: 1,
};
const row = { destination: "#general", kind: "room", last_seq: 1, read_seq: 1, unread: 0 };

const CHECKS: readonly [(value: unknown) => boolean, Record<string, unknown>][] = [
  [isTypedRecord, { user: "ada", conversation: "#general", text: "half a" }],
  [isUnsentRecord, {
    user: "ada",
    id: "one",
    destination: "bob",
    text: "hi",
    asks: false,
    time: "",
    owner: "tab",
  }],
  [isOverview, {
    user: "ada",
    epoch: "e",
    name: "Ada",
    isProtected: false,
    isGuest: false,
    current: "",
    rows: [row, { ...row, destination: "thermometer1", kind: "feed", last: null }],
    bots: ["aibot"],
  }],
  [isKeptPage, {
    user: "ada",
    source: "#general",
    epoch: "e",
    messages: [message],
    more: false,
    openedAt: 7,
  }],
];

Deno.test("What the page keeps is taken up again, and nothing that lacks a field or has another type there", () => {
  for (const [isWhole, record] of CHECKS) {
    assert.ok(isWhole(record), JSON.stringify(record));
    for (const field of Object.keys(record)) {
      const { [field]: _, ...others } = record;
      assert.ok(!isWhole(others), `without ${field}`);
      for (const other of [null, {}, [null], [{}]]) {
        assert.ok(!isWhole({ ...record, [field]: other }), `${field} is ${JSON.stringify(other)}`);
      }
    }
    for (const other of [undefined, null, 7, "x", []]) assert.ok(!isWhole(other));
  }
});
