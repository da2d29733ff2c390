import assert from "node:assert/strict";
import { ServicesFacts } from "../static/state/services/service_facts.ts";
import { chat } from "./scripted_server.ts";

Deno.test("Of what a service tells about itself only times that can be written are taken", () => {
  const facts = new ServicesFacts();
  const memory = { questions: 1, since: "x", until: "+999999-01-01" };
  const told = { bot: true, memory, questions_left: 0, ask_again_at: "yesterday" };
  facts.note([chat(1, "openai", "So it is.", { destination: "alice", metadata: told })]);
  const { askAgainAt, memory: taken } = facts.of("OpenAI");
  assert.deepEqual([askAgainAt, taken?.since, taken?.until], ["", undefined, undefined]);
  const until = "2026-11-21T10:00:00.000Z";
  const later = { bot: true, memory: { questions: 1, until }, questions_left: 0, ask_again_at: until };
  facts.note([chat(2, "openai", "So it is.", { destination: "alice", metadata: later })]);
  assert.deepEqual([facts.of("openai").askAgainAt, facts.of("openai").memory?.until], [until, until]);
});
