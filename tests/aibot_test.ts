import assert from "node:assert/strict";
import { startAibot } from "../bots/aibot.ts";
import { type Envelope } from "../protocol/message.ts";
import { memoryConnect } from "../server/memory.ts";
import { BotWorld, stopping } from "./bot_world.ts";
import { FakeClock } from "./fake_clock.ts";
import type { LineClient } from "./line_client.ts";
import { TestServer } from "./test_server.ts";

Deno.test("aibot knows its words help, memory, reset and personality in a direct message", async () => {
  const clock = new FakeClock();
  await using world = new BotWorld("aibot", clock);
  await using bot = stopping(startAibot(world.options));
  await bot.ready;
  world.tell("alice", "help");
  assert.match((await world.next()).message, /built-in agent/); // the greeting
  assert.match((await world.next()).message, /Python and TypeScript/);
  world.tell("alice", "memory");
  assert.match((await world.next()).message, /remember nothing/);
  world.tell("alice", "Reset");
  assert.match((await world.next()).message, /nothing to clear/);
  world.tell("alice", "personality angry");
  assert.match((await world.next()).message, /need a model/);
  world.tell("alice", "what is a dataclass?");
  assert.match((await world.next()).message, /@dataclass/);
});

/** A real server with aibot in it. */
async function startScene() {
  const server = await TestServer.start();
  const log = {
    info: () => {},
    warn: () => {},
    error: (words: string, more: unknown) => assert.fail(`${words} ${JSON.stringify(more)}`),
  };
  const connect = memoryConnect((connection) => void server.chat.serve(connection));
  const bot = startAibot({ connect, token: await server.chat.accounts.botToken("aibot"), log });
  await bot.ready;
  return {
    server,
    async [Symbol.asyncDispose]() {
      await bot.stop();
      await server[Symbol.asyncDispose]();
    },
  };
}

function answerTo(client: LineClient, seq: unknown): Promise<Envelope> {
  return client.envelope(({ sender, metadata }) => sender === "aibot" && metadata.answer_to === seq);
}

Deno.test("on a real server, aibot answers in the room and finds what was said there", async () => {
  await using scene = await startScene();
  const alice = await scene.server.json("alice");
  const bob = await scene.server.json("bob");
  await alice.command("/join #tea");
  await bob.command("/join #tea");
  await bob.say("#tea", "We released version 2 to the `staging` server");
  await bob.say("#general", "the release party is at nine");
  const asked = await alice.command("/ask what did bob say about the release?", { destination: "#tea" });
  const found = await answerTo(alice, asked.metadata.seq);
  assert.equal(found.destination, "#tea");
  assert.match(found.message, /^- bob, .* UTC: `We released version 2 to the 'staging' server`$/m);
  assert.doesNotMatch(found.message, /party/);
});

Deno.test("on a real server, a lookup shows only what its asker may read", async () => {
  await using scene = await startScene();
  const alice = await scene.server.json("alice");
  const bob = await scene.server.json("bob");
  const carol = await scene.server.json("carol");
  await bob.say("alice", "the surprise is a boat");
  const ofCarol = await carol.say("aibot", "what did bob say about the surprise?");
  assert.match((await answerTo(carol, ofCarol.metadata.seq)).message, /^I found nothing/);
  const ofAlice = await alice.say("aibot", "what did bob say about the surprise?");
  assert.match(
    (await answerTo(alice, ofAlice.metadata.seq)).message,
    /- bob to you, .* UTC: `the surprise is a boat`/,
  );
  const inRoom = await alice.command("/ask what did bob say about the surprise in all rooms?", {
    destination: "#general",
  });
  assert.match((await answerTo(alice, inRoom.metadata.seq)).message, /^I found nothing/);
});
