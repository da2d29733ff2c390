/** Several clients that say numbered messages, over TCP and WebSocket; and what they know of them. */

import { LineClient } from "../../line_client.ts";
import type { ServerProcess } from "../../server_process.ts";

/** Each says things in a room of its own, where one reader is. */
export const roomOf = (sender: string) => `#${sender}`;

export interface TrafficOptions {
  /** Messages to be acknowledged in all; Infinity: until the server ends. */
  readonly messages: number;
  /** UTF-16 units of a text, at most. */
  readonly textSize: number;
  readonly random: () => number;
}

/** Names of those who say things, and how they are connected. */
const SENDERS = [["ann", "tcp"], ["ben", "tcp"], ["cas", "tcp"], ["dee", "websocket"]] as const;
/** Messages that one has on the way. */
const PIPELINED = 8;

export class Traffic {
  /** Texts by id, in the order in which their sender said them. */
  readonly said = new Map<string, string>();
  /** The seq of each id that was acknowledged. */
  readonly acknowledged = new Map<string, number>();
  /** The ids that somebody else received. */
  readonly delivered = new Set<string>();
  readonly #options: TrafficOptions;
  #numbers = 0;

  constructor(options: TrafficOptions) {
    this.#options = options;
  }

  /** Says things until enough is acknowledged, or the server ends. To be called again on the next server. */
  async run(server: ServerProcess): Promise<void> {
    const enough = this.acknowledged.size + this.#options.messages;
    const clients = await Promise.all(SENDERS.map(([name, transport]) => connect(server, name, transport)));
    const reader = await connect(server, "reader", "websocket");
    for (const [name] of SENDERS) await reader.command(`/join ${roomOf(name)}`);
    const reading = this.#receive(reader);
    await Promise.all(clients.map((client, index) => this.#say(client, SENDERS[index]![0], enough)));
    await Promise.all([...clients, reader].map((client) => client.close()));
    await reading;
  }

  /** Sends again, in order, what was not acknowledged. */
  async resend(server: ServerProcess): Promise<void> {
    for (const [name, transport] of SENDERS) {
      const client = await connect(server, name, transport);
      for (const [id, text] of this.said) {
        if (!id.startsWith(`${name}-`) || this.acknowledged.has(id)) continue;
        client.sendJson({ type: "chat", id, destination: roomOf(name), message: text });
        const { metadata } = await client.envelope(({ metadata }) => metadata.reply_to === id);
        if (metadata.code !== "stored") throw new Error(`${id} was refused: ${metadata.error}`);
        this.acknowledged.set(id, Number(metadata.seq));
      }
      await client.close();
    }
  }

  async #say(client: LineClient, name: string, enough: number): Promise<void> {
    let onTheWay = 0;
    const sayNext = () => {
      const id = `${name}-${++this.#numbers}`;
      const text = `~${id}~ ${"x".repeat(Math.floor(this.#options.random() * this.#options.textSize))}`;
      this.said.set(id, text);
      client.sendJson({ type: "chat", id, destination: roomOf(name), message: text });
      onTheWay++;
    };
    try {
      while (onTheWay < PIPELINED) sayNext();
      while (onTheWay > 0) {
        const { metadata } = await client.envelope(({ metadata }) => metadata.reply_to !== undefined);
        onTheWay--;
        if (metadata.code === "stored") {
          this.acknowledged.set(String(metadata.reply_to), Number(metadata.seq));
        }
        if (this.acknowledged.size < enough) sayNext();
      }
    } catch {
      // The connection ended: the server was killed, or stopped by itself.
    }
  }

  async #receive(reader: LineClient): Promise<void> {
    try {
      for (;;) this.delivered.add((await reader.envelope(({ type }) => type === "chat")).id!);
    } catch {
      // It was closed.
    }
  }
}

export async function connect(
  server: ServerProcess,
  name: string,
  transport: "tcp" | "websocket",
): Promise<LineClient> {
  const client = transport === "tcp"
    ? await server.tcp()
    : await LineClient.websocket(`ws://127.0.0.1:${server.webPort}/ws`);
  client.login(name);
  await client.envelope(({ metadata }) => metadata.code === "caught_up");
  await client.command(`/join ${roomOf(name)}`);
  return client;
}

/** The same numbers in [0, 1) for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
