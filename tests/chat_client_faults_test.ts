import assert from "node:assert/strict";
import fc from "fast-check";
import { ChatClient } from "../client/chat_client.ts";
import type { Envelope } from "../protocol/message.ts";
import { type Fate, FaultyServer } from "./faulty_server.ts";

const FATES: Fate[] = ["cut before", "cut after", "cut and late", "rate_limited", "store_unavailable"];
const MESSAGES = 20;

const LAST = "That is all.";

/** A client that notes what it hears of the log; `heardAll` resolves at the last message. */
async function join(server: FaultyServer, name: string) {
  const heard: Envelope[] = [];
  const last = Promise.withResolvers<void>();
  const client = new ChatClient({ connect: server.connect, login: { name }, backoff: () => 0 }, {
    message(message) {
      heard.push(message);
      if (message.message === LAST) last.resolve();
    },
  });
  await client.start();
  return { client, heard, name, heardAll: last.promise };
}

Deno.test("through any faults all that is said is stored once and in order, and all that others say is heard once", async () => {
  const fate = fc.oneof({ weight: 4, arbitrary: fc.constant<Fate>("stored") }, fc.constantFrom(...FATES));
  await fc.assert(
    fc.asyncProperty(fc.array(fate, { maxLength: 120 }), async (fates) => {
      const server = new FaultyServer(fates);
      const people = [await join(server, "alice"), await join(server, "bob")];
      await Promise.all(people.map(({ client, name }) => sayAll(client, name)));
      await sayLast(server);
      await Promise.all(people.map(({ heardAll }) => heardAll));
      for (const { client, heard, name } of people) {
        const [own, others] = [true, false].map((is) =>
          server.log.filter(({ sender }) => (sender === name) === is)
        );
        assert.deepEqual(own!.map(({ message }) => message), words(name));
        assert.deepEqual(heard.map(({ seq }) => seq), others!.map(({ seq }) => seq));
        assert.deepEqual(client.pending, []);
        await client.close();
      }
    }),
    { numRuns: 100 },
  );
});

function words(name: string): string[] {
  return Array.from({ length: MESSAGES }, (_, n) => `${name} ${n}`);
}

/** Some at once, some after the reply to the last. */
async function sayAll(client: ChatClient, name: string): Promise<void> {
  const said: Promise<Envelope>[] = [];
  for (const [n, text] of words(name).entries()) {
    said.push(client.say("#general", text));
    if (n % 3 === 0) await said.at(-1);
  }
  const replies = await Promise.all(said);
  assert.ok(replies.every(({ metadata }) => metadata.code === "stored"));
}

async function sayLast(server: FaultyServer): Promise<void> {
  const { client } = await join(server, "carol");
  await client.say("#general", LAST);
  await client.close();
}
