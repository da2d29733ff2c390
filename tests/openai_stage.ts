/** The AI bot on a whole server, in front of an endpoint that does what a test tells it to; alice and bob in a room. */

import assert from "node:assert/strict";
import { NETWORK, type Network } from "../bots/endpoint.ts";
import type { BotLog, RunningBot } from "../bots/bot.ts";
import { startOpenAi } from "../bots/openai.ts";
import type { Quotas } from "../bots/question_quotas.ts";
import type { Envelope } from "../protocol/message.ts";
import { memoryConnect } from "../server/memory.ts";
import { FakeClock } from "./fake_clock.ts";
import { FakeOpenAiServer } from "./fake_openai_server.ts";
import type { LineClient } from "./line_client.ts";
import { TestServer } from "./test_server.ts";

export const ROOM = "#general";

/** The real network, and how much came over it. */
export class MeteredNetwork implements Network {
  bytes = 0;
  readonly reach = NETWORK.reach;
  #waiting: { readonly bytes: number; readonly resolve: () => void }[] = [];

  readonly fetch: Network["fetch"] = async (input, init) => {
    const { body, status, headers } = await NETWORK.fetch(input, init);
    const meter = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform: (chunk, to) => {
        this.#count(chunk.length);
        to.enqueue(chunk);
      },
    });
    return new Response(body?.pipeThrough(meter) ?? null, { status, headers });
  };

  /** Resolves when so many bytes of replies have come. */
  received(bytes: number): Promise<void> {
    if (this.bytes >= bytes) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ bytes, resolve }));
  }

  #count(bytes: number): void {
    this.bytes += bytes;
    for (const waiting of this.#waiting) if (this.bytes >= waiting.bytes) waiting.resolve();
  }
}

export interface StageOptions {
  /** Left out: the fake endpoint's. */
  readonly baseURL?: string;
  readonly quotas?: Quotas;
}

export class OpenAiStage implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly network = new MeteredNetwork();
  readonly endpoint = new FakeOpenAiServer();
  readonly logged: string[] = [];
  /** The key that must never be seen. */
  readonly apiKey = "sk-own";
  #bot: RunningBot | undefined;
  readonly #begun = this.clock.monotonic();

  private constructor(readonly server: TestServer, readonly alice: LineClient, readonly bob: LineClient) {}

  static async start({ baseURL, quotas }: StageOptions = {}): Promise<OpenAiStage> {
    const server = await TestServer.start();
    const [alice, bob] = [await server.json("alice"), await server.json("bob")];
    const stage = new OpenAiStage(server, alice, bob);
    stage.#bot = startOpenAi({
      ...await stage.joining("openai"),
      clock: stage.clock,
      network: stage.network,
      random: () => 1,
      endpoint: { apiKey: stage.apiKey, baseURL: baseURL ?? stage.endpoint.baseURL, model: "model-1" },
      ...quotas && { quotas },
    });
    await stage.#bot.ready;
    return stage;
  }

  /** What a bot needs to take part. */
  async joining(name: string) {
    const { chat } = this.server;
    const connect = memoryConnect((connection) => void chat.serve(connection));
    return { connect, log: this.#log(), token: await chat.accounts.botToken(name) };
  }

  /** Asks in a room; resolves with the question's seq when it is stored. */
  async ask(client: LineClient, text: string, destination = ROOM): Promise<number> {
    const { metadata } = await client.command(`/ask ${text}`, { destination });
    assert.equal(metadata.code, "stored", JSON.stringify(metadata));
    return Number(metadata.seq);
  }

  /** The answer to a question, as its asker gets it. */
  answerTo(client: LineClient, seq: number): Promise<Envelope> {
    return client.envelope(({ type, metadata }) => type === "chat" && metadata.answer_to === seq);
  }

  /** Asks in the room, and resolves with the answer. */
  async answered(client: LineClient, text: string, destination = ROOM): Promise<Envelope> {
    return await this.answerTo(client, await this.ask(client, text, destination));
  }

  /** Lets each of these timers pass, as soon as it runs. */
  async pass(waits: readonly number[]): Promise<void> {
    for (const ms of waits) {
      await this.clock.armed(ms);
      this.clock.advance(ms);
    }
  }

  /** Milliseconds of the bot's time since the start. */
  get elapsed(): number {
    return this.clock.monotonic() - this.#begun;
  }

  /** Fails where a secret, a stack or the endpoint's words are in what people got, or in the log. */
  assertNothingLeaked(): void {
    const seen = [...this.alice.transcript, ...this.bob.transcript, ...this.logged].join("\n");
    for (
      const secret of ["sk-", "upstream ", "upstream<", "127.0.0.1", "169.254", ".ts:", "    at ", "Error:"]
    ) {
      assert.ok(!seen.includes(secret), `it shows ${JSON.stringify(secret)}: ${around(seen, secret)}`);
    }
  }

  async stopBot(): Promise<void> {
    await this.#bot?.stop();
    assert.equal(this.clock.pending, 0, "a timer is left");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#bot?.stop();
    await this.server[Symbol.asyncDispose]();
    await this.endpoint[Symbol.asyncDispose]();
  }

  #log(): BotLog {
    const add = (level: string) => (message: string, properties?: Record<string, unknown>) =>
      void this.logged.push(`${level}: ${message} ${JSON.stringify(properties)}`);
    return { info: add("info"), warn: add("warn"), error: add("error") };
  }
}

function around(text: string, part: string): string {
  const at = text.indexOf(part);
  return text.slice(Math.max(0, at - 200), at + 200);
}
