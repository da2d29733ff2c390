import assert from "node:assert/strict";
import type { ClientStatus } from "../client/chat_client.ts";
import { LiveArea } from "../client/terminal_live.ts";
import { PLAIN_STYLE } from "../client/terminal_style.ts";
import { textWidth } from "../client/terminal_width.ts";
import type { Envelope } from "../protocol/message.ts";
import { chat, notification } from "./scripted_server.ts";
import { CONTROLS, HOSTILE } from "./hostile_text.ts";

const ONLINE: ClientStatus = { state: "online", welcome: notification("welcome") };

function draft(delta: string, id = "d1"): Envelope {
  return notification("draft", { user: "openai", destination: "#general", draft: id, delta });
}

Deno.test("a draft grows in its place and gives way to the message", () => {
  const live = new LiveArea(PLAIN_STYLE, () => 0);
  live.setStatus(ONLINE);
  live.takeNotification(draft("Once upon "));
  live.takeNotification(draft("a time"));
  assert.deepEqual(live.lines(60, 9), ["openai is writing in #general:", "  Once upon a time"]);
  live.takeMessage(chat(1, "openai", "Something else", { metadata: { draft: "d2" } }));
  assert.equal(live.lines(60, 9).length, 2);
  live.takeMessage(chat(2, "openai", "Once upon a time.", { metadata: { draft: "d1" } }));
  assert.deepEqual(live.lines(60, 9), []);
});

Deno.test("the live area never is wider or higher than it may be", () => {
  const live = new LiveArea(PLAIN_STYLE, () => 0);
  live.setStatus(ONLINE);
  live.takeNotification(draft("你好世界 and a-word-that-is-longer-than-a-row 🎉 ".repeat(40)));
  live.takeNotification(
    notification("typing", { user: "a-name-of-thirty-two-characters-x", destination: "#tea" }),
  );
  for (let i = 0; i < 9; i++) live.addPending("#general", "text ".repeat(30));
  live.setStatus({
    state: "connecting",
    attempt: 2,
    problem: "nothing listens there ".repeat(9),
    retryInMs: 2000,
  });
  for (const columns of [20, 39, 80]) {
    for (const rows of [1, 3, 12]) {
      const lines = live.lines(columns, rows);
      assert.ok(lines.length <= rows);
      for (const line of lines) assert.ok(textWidth(line) <= columns, line);
    }
  }
});

Deno.test("an outage shows how long it is until the next attempt, and drops drafts that will not end", () => {
  let now = 0;
  const live = new LiveArea(PLAIN_STYLE, () => now);
  live.setStatus(ONLINE);
  live.takeNotification(draft("Once"));
  live.addPending("#general", "are you there?");
  live.setStatus({ state: "connecting", attempt: 2, problem: "Nothing listens there.", retryInMs: 2000 });
  assert.deepEqual(live.lines(99, 9), [
    "… waiting to be sent to #general: are you there?",
    "! connection lost, retrying in 2 s (Enter: now). Nothing listens there.",
  ]);
  now = 1500;
  assert.match(live.lines(99, 9)[1]!, /retrying in 1 s/);
  assert.equal(live.isTicking, true);
});

Deno.test("somebody is shown as typing for five seconds, or until they have said it", () => {
  let now = 0;
  const live = new LiveArea(PLAIN_STYLE, () => now);
  live.takeNotification(notification("typing", { user: "bob", destination: "#general" }));
  live.takeNotification(notification("typing", { user: "carol", destination: "#general" }));
  assert.deepEqual(live.lines(60, 9), ["bob, carol are typing …"]);
  live.takeMessage(chat(1, "bob", "there"));
  assert.deepEqual(live.lines(60, 9), ["carol is typing …"]);
  now = 5000;
  assert.deepEqual(live.lines(60, 9), []);
  assert.equal(live.isTicking, false);
});

Deno.test("drafts, problems and names in the live area are made harmless", () => {
  const live = new LiveArea(PLAIN_STYLE, () => 0);
  live.takeNotification(
    notification("draft", { user: HOSTILE, destination: "#" + HOSTILE, draft: "d", delta: HOSTILE }),
  );
  live.takeNotification(notification("typing", { user: HOSTILE, destination: HOSTILE }));
  live.setStatus({ state: "connecting", attempt: 1, problem: HOSTILE });
  live.takeNotification(
    notification("draft", { user: HOSTILE, destination: HOSTILE, draft: "d", delta: HOSTILE + "\n\t" }),
  );
  for (const line of live.lines(60, 20)) {
    assert.doesNotMatch(line, CONTROLS);
    assert.doesNotMatch(line, /[\n\t]/);
  }
});
