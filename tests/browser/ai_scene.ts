/** Bots beside the page's test server: the AI with a model that does what a test tells it to, and others as raw clients. */

import type { RunningBot } from "../../bots/bot.ts";
import { startOpenAi } from "../../bots/openai.ts";
import type { Quotas } from "../../bots/question_quotas.ts";
import { memoryConnect } from "../../server/memory.ts";
import { FakeOpenAiServer } from "../fake_openai_server.ts";
import type { LineClient } from "../line_client.ts";
import type { TestServer } from "../test_server.ts";

const SILENT = { info: () => {}, warn: () => {}, error: () => {} };

/** What a bot in this process needs to take part. */
export async function joining(server: TestServer, name: string) {
  const connect = memoryConnect((connection) => void server.chat.serve(connection));
  return { connect, log: SILENT, token: await server.chat.accounts.botToken(name) };
}

/** A bot as a raw client. */
export async function bot(server: TestServer, name: string): Promise<LineClient> {
  return await server.json(name, { token: await server.chat.accounts.botToken(name) });
}

export class Model implements AsyncDisposable {
  readonly #bot: RunningBot;

  private constructor(readonly endpoint: FakeOpenAiServer, running: RunningBot) {
    this.#bot = running;
  }

  static async start(server: TestServer, quotas?: Quotas): Promise<Model> {
    const endpoint = new FakeOpenAiServer();
    const running = startOpenAi({
      ...await joining(server, "openai"),
      endpoint: { apiKey: "sk-own", baseURL: endpoint.baseURL, model: "model-1" },
      ...quotas && { quotas },
    });
    await running.ready;
    return new Model(endpoint, running);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#bot.stop();
    await this.endpoint[Symbol.asyncDispose]();
  }
}
