import assert from "node:assert/strict";
import type { Terminal } from "../server/console.ts";
import { serveOperator } from "../server/operator.ts";
import { inUrl, reachable } from "../server/reachable.ts";
import { Mailbox } from "./scripted_server.ts";
import { TestServer } from "./test_server.ts";

/** A terminal at which the test sits. */
class Desk implements Terminal {
  readonly #typed = new Mailbox<string>();
  readonly #shown = new Mailbox<string>();
  readonly input = {
    read: async (buffer: Uint8Array) =>
      new TextEncoder().encodeInto(await this.#typed.take() + "\n", buffer).written,
  };
  readonly output = {
    write: (bytes: Uint8Array) => {
      for (const line of new TextDecoder().decode(bytes).trimEnd().split("\n")) this.#shown.put(line);
      return Promise.resolve(bytes.length);
    },
  };

  type(line: string): void {
    this.#typed.put(line);
  }

  nextLine(): Promise<string> {
    return this.#shown.take();
  }

  async until(pattern: RegExp): Promise<void> {
    while (!pattern.test(await this.#shown.take()));
  }
}

Deno.test("the operator is in the lobby from the first line on, and can talk with whoever comes", async () => {
  await using server = await TestServer.start();
  const alice = await server.json("alice");
  const desk = new Desk();
  const served = serveOperator(server.chat, desk);
  assert.match(await desk.nextLine(), /^\* Welcome, operator\. You are in #general\./);
  desk.type("hello all");
  const said = await alice.envelope(({ type, sender }) => type === "chat" && sender === "operator");
  assert.deepEqual([said.destination, said.message], ["#general", "hello all"]);
  desk.type("alice: just you");
  const direct = await alice.envelope(({ destination }) => destination === "alice");
  assert.equal(direct.message, "just you");
  await alice.say("operator", "and you");
  await desk.until(/\] alice: and you$/);
  desk.type("/quit");
  await desk.until(/^\* Goodbye\.$/);
  await served;
});

Deno.test("an operator who is in another room is not sent back to the lobby", async () => {
  await using server = await TestServer.start();
  const first = new Desk();
  const served = serveOperator(server.chat, first);
  for (const line of ["/join #ops", "/leave #general", "/quit"]) first.type(line);
  await served;
  const second = new Desk();
  const again = serveOperator(server.chat, second);
  assert.match(await second.nextLine(), /You are in #ops\./);
  second.type("/quit");
  await again;
});

Deno.test("an interface is named as it is reached from this machine", () => {
  assert.deepEqual(reachable("0.0.0.0"), { address: "127.0.0.1", isAll: true });
  assert.deepEqual(reachable("::"), { address: "127.0.0.1", isAll: true });
  assert.deepEqual(reachable("[::]"), { address: "127.0.0.1", isAll: true });
  assert.deepEqual(reachable("[::1]"), { address: "::1", isAll: false });
  assert.deepEqual(reachable("192.168.1.7"), { address: "192.168.1.7", isAll: false });
  assert.deepEqual(["::1", "127.0.0.1", "localhost"].map(inUrl), ["[::1]", "127.0.0.1", "localhost"]);
});
