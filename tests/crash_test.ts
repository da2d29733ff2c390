import assert from "node:assert/strict";
import type { Envelope } from "../protocol/message.ts";
import { LineClient } from "./line_client.ts";
import { ServerProcess } from "./server_process.ts";

/** Kills of one run; each at another number of acknowledgements, so at another moment of a commit. */
const KILLS = 5;
const FLAGS = ["--no-openai", "--no-thermometer", "--no-rate-limit"];
const ROOM = "#crash";

/** One who says numbered messages as fast as they are acknowledged, and remembers which were. */
class Sender {
  readonly acknowledged = new Map<string, number>();
  readonly said: string[] = [];

  constructor(readonly name: string, readonly transport: "tcp" | "websocket") {}

  async connect(server: ServerProcess): Promise<LineClient> {
    const client = this.transport === "tcp"
      ? await server.tcp()
      : await LineClient.websocket(`ws://127.0.0.1:${server.webPort}/ws`);
    client.login(this.name);
    await client.envelope(({ metadata }) => metadata.code === "caught_up");
    await client.command(`/join ${ROOM}`);
    return client;
  }

  /** Keeps eight messages on the way until the connection breaks. */
  async sayUntilBroken(client: LineClient, acknowledged: () => void): Promise<void> {
    try {
      for (let i = 0; i < 8; i++) this.#sayNext(client);
      for (;;) {
        const { metadata } = await client.envelope(({ metadata }) => metadata.code === "stored");
        this.acknowledged.set(String(metadata.reply_to), Number(metadata.seq));
        acknowledged();
        this.#sayNext(client);
      }
    } catch {
      await client.close();
    }
  }

  /** Says again, in order and with the same ids, what was not acknowledged. */
  async resend(client: LineClient): Promise<void> {
    for (const id of this.said.filter((id) => !this.acknowledged.has(id))) {
      client.sendJson(this.#message(id));
      const { metadata } = await client.envelope(({ metadata }) => metadata.reply_to === id);
      assert.equal(metadata.code, "stored");
      this.acknowledged.set(id, Number(metadata.seq));
    }
  }

  #sayNext(client: LineClient): void {
    const id = `${this.name}-${this.said.length}`;
    this.said.push(id);
    client.sendJson(this.#message(id));
  }

  #message(id: string) {
    return { type: "chat", id, destination: ROOM, message: `text of ${id}` };
  }
}

Deno.test("A server killed with SIGKILL under load loses and doubles nothing that was acknowledged", async () => {
  const folder = await Deno.makeTempDir({ prefix: "parley-crash-" });
  const senders = [new Sender("ann", "tcp"), new Sender("ben", "tcp"), new Sender("cas", "websocket")];
  for (let kill = 1; kill <= KILLS; kill++) await runAndKill(folder, senders, 150 * kill + kill);

  const server = await ServerProcess.start(folder, FLAGS);
  for (const sender of senders) {
    const client = await sender.connect(server);
    await sender.resend(client);
    await client.close();
  }
  const reader = await senders[0]!.connect(server);
  const log = await wholeHistory(reader);
  await reader.close();
  await server.end();
  await Deno.remove(folder, { recursive: true });

  for (const sender of senders) {
    const stored = log.filter((message) => message.sender === sender.name);
    assert.deepEqual(
      stored.map(({ id }) => id).toSorted(),
      sender.said.toSorted(),
      "lost, doubled or invented",
    );
    for (const { id, seq, message } of stored) {
      assert.equal(sender.acknowledged.get(id!), seq, "acknowledged under another seq");
      assert.equal(message, `text of ${id}`);
    }
  }
});

/** Lets all senders say things and kills the server at the given acknowledgement. */
async function runAndKill(
  folder: string,
  senders: readonly Sender[],
  atAcknowledgement: number,
): Promise<void> {
  const server = await ServerProcess.start(folder, FLAGS);
  const clients = await Promise.all(senders.map((sender) => sender.connect(server)));
  for (const [i, sender] of senders.entries()) await sender.resend(clients[i]!);
  let count = 0;
  let ended: Promise<number> | undefined;
  const acknowledged = () => {
    if (++count === atAcknowledgement) ended = server.end("SIGKILL");
  };
  await Promise.all(senders.map((sender, i) => sender.sayUntilBroken(clients[i]!, acknowledged)));
  await ended;
}

/** Everything in the room, page by page. */
async function wholeHistory(client: LineClient): Promise<Envelope[]> {
  const log: Envelope[] = [];
  for (;;) {
    const { metadata } = await client.command(`/history ${ROOM} 200 after=${log.at(-1)?.seq ?? 0}`);
    const messages = metadata.messages as Envelope[];
    log.push(...messages);
    if (messages.length === 0) return log;
  }
}
