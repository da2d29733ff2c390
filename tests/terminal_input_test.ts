import assert from "node:assert/strict";
import { readAction } from "../client/terminal_action.ts";
import { complete } from "../client/terminal_completion.ts";
import { LINE_BREAK_SIGN, PasteBoard } from "../client/terminal_paste.ts";
import { CurrentRoom } from "../client/terminal_room.ts";
import { Roster } from "../client/terminal_roster.ts";
import type { ChatError } from "../protocol/errors.ts";
import { chat, notification } from "./scripted_server.ts";
import { CONTROLS } from "./hostile_text.ts";

Deno.test("a line is read by the rules of text mode", () => {
  const room = "#general";
  assert.deepEqual(readAction("hello ", room), { kind: "say", destination: room, text: "hello" });
  assert.deepEqual(readAction("bob: hi", room), { kind: "say", destination: "bob", text: "hi" });
  assert.deepEqual(readAction(" bob: hi", room), { kind: "say", destination: room, text: "bob: hi" });
  assert.deepEqual(readAction("//shrug", room), { kind: "say", destination: room, text: "/shrug" });
  assert.deepEqual(readAction("/msg bob hi\nthere", room), {
    kind: "say",
    destination: "bob",
    text: "hi\nthere",
  });
  assert.deepEqual(readAction("/SAY /x", room), { kind: "say", destination: room, text: "/x" });
  assert.deepEqual(readAction("!check", room), { kind: "command", line: "/check", destination: room });
  assert.deepEqual(readAction("/frob", room), { kind: "command", line: "/frob", destination: room });
  assert.deepEqual(readAction("exit", room), { kind: "quit" });
  assert.deepEqual(readAction("/password", room), { kind: "password" });
  assert.equal(readAction("  ", room), undefined);
  assert.deepEqual(readAction("/aibot why?", room), {
    kind: "say",
    destination: room,
    text: "why?",
    command: "/aibot why?",
  });
});

Deno.test("/users lists the current room, or the one that it names", () => {
  const listed = (line: string) => {
    const action = readAction(line, "#general");
    return action?.kind === "command" ? action.listed : undefined;
  };
  assert.deepEqual(["/users", "/users tea", "/users #tea", "/list"].map(listed), [
    "#general",
    "#tea",
    "#tea",
    undefined,
  ]);
});

Deno.test("a line for the room is refused where there is none", () => {
  assert.throws(() => readAction("hello", ""), (error: ChatError) => error.code === "bad_arguments");
  assert.deepEqual(readAction("bob: hi", ""), { kind: "say", destination: "bob", text: "hi" });
});

Deno.test("a short paste stays one line that becomes one message", () => {
  const pastes = new PasteBoard();
  const shown = pastes.add("def f(x):\r\n\treturn x\r\n\r\n");
  assert.equal(shown, `def f(x):${LINE_BREAK_SIGN}    return x`);
  assert.equal(pastes.expand("> " + shown), "> def f(x):\n    return x");
});

Deno.test("a long paste is shown as a mark and sent as it was, tabs and all", () => {
  const pastes = new PasteBoard();
  const first = pastes.add("a\tb\n".repeat(9));
  const second = pastes.add("x".repeat(5000));
  assert.ok(first.length < 40 && second.length < 40);
  assert.equal(
    pastes.expand(`see ${first} and ${second}`),
    `see ${"a\tb\n".repeat(9).trimEnd()} and ${"x".repeat(5000)}`,
  );
  assert.equal(pastes.expand("⟦pasted text 99: 3 lines⟧"), "⟦pasted text 99: 3 lines⟧");
});

Deno.test("a paste brings no control characters into the line", () => {
  assert.doesNotMatch(new PasteBoard().add("\x1b[201~\x03\x04rm\x00"), CONTROLS);
});

const KNOWN = { users: ["bob", "bobby", "Carol"], rooms: ["#tea", "#general"] };

/** The line after Tab. */
function tab(before: string): string {
  const { erase, insert } = complete(before, KNOWN);
  return before.slice(0, before.length - erase) + insert;
}

Deno.test("Tab completes commands, and says what they do", () => {
  assert.equal(tab("/jo"), "/join ");
  assert.equal(tab("/s"), "/s");
  assert.equal(tab("/su"), "/subscribe ");
  assert.equal(tab("/zz"), "/zz");
  assert.deepEqual(complete("/jo", KNOWN).help, ["/join ROOM: joins a room, making it if there is none"]);
  assert.ok(complete("/", KNOWN).help.length > 15);
  assert.doesNotMatch(complete("/", KNOWN).help.join("\n"), /\/draft/);
  assert.deepEqual(complete("/ping ", KNOWN).help, ["/ping: answers at once"]);
  assert.match(complete("/zz", KNOWN).help[0]!, /no such command/);
});

Deno.test("Tab completes names and rooms where a command takes them", () => {
  assert.equal(tab("/msg car"), "/msg Carol ");
  assert.equal(tab("/msg bo"), "/msg bob");
  assert.equal(tab("/join te"), "/join #tea ");
  assert.equal(tab("/join #g"), "/join #general ");
  assert.equal(tab("/find cake in=#t"), "/find cake in=#tea ");
  assert.equal(tab("/find cake from=c"), "/find cake from=Carol ");
  assert.equal(tab("/help jo"), "/help join ");
  assert.equal(tab("/history bobb"), "/history bobby ");
  assert.equal(tab("/msg bob see #t"), "/msg bob see #tea ");
});

Deno.test("Tab completes names in a text, with the colon of a direct message at its start", () => {
  assert.equal(tab("ca"), "Carol: ");
  assert.equal(tab("ask ca"), "ask Carol ");
  assert.equal(tab("ask @ca"), "ask @Carol ");
  assert.equal(tab("in #te"), "in #tea ");
  assert.equal(tab("xyz"), "xyz");
  assert.deepEqual(complete("bo", KNOWN).help, ["bob  bobby"]);
});

Deno.test("the roster knows who was seen last first, follows renames, and stays bounded", () => {
  const roster = new Roster();
  roster.sawMessage(chat(1, "bob", "hi"));
  roster.sawMessage(chat(2, "carol", "hi", { destination: "#tea" }));
  roster.sawMessage(chat(3, "bob", "hi"));
  assert.deepEqual(roster.users, ["bob", "carol"]);
  assert.deepEqual(roster.rooms, ["#general", "#tea"]);
  roster.sawNotification(notification("nick", { old: "bob", new: "bobby" }));
  assert.deepEqual(roster.users, ["bobby", "carol"]);
  roster.sawUser("not a name");
  for (let i = 0; i < 3000; i++) roster.sawUser(`user${i}`);
  assert.equal(roster.users.length, 2000);
});

Deno.test("the current room is the one joined last, and the lobby again after leaving it", () => {
  const room = new CurrentRoom();
  room.take(notification("welcome", { rooms: ["#aaa", "#general"] }));
  assert.equal(room.name, "#general");
  room.take(notification("joined", { room: "#tea" }));
  assert.equal(room.name, "#tea");
  room.take(notification("welcome", { rooms: ["#general", "#tea"] }));
  assert.equal(room.name, "#tea");
  room.take(notification("left", { room: "#TEA" }));
  assert.equal(room.name, "#general");
  room.take(notification("left", { room: "#general" }));
  room.take(notification("left", { room: "#aaa" }));
  assert.equal(room.name, "");
});
