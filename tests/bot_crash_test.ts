/** A bot that ends in the middle of an answer, on a whole server: what it was asked, it is asked again. */

import assert from "node:assert/strict";
import type { Answerer } from "../bots/answerer.ts";
import { startAnsweringBot } from "../bots/answering_bot.ts";
import type { Question } from "../bots/bot.ts";
import { connectTcp } from "../client/tcp_transport.ts";
import type { ClientConnection, Connect } from "../client/transport.ts";
import type { Envelope } from "../protocol/message.ts";
import { hashToken } from "../server/accounts.ts";
import type { LineClient } from "./line_client.ts";
import { Mailbox } from "./scripted_server.ts";
import { TestServer } from "./test_server.ts";

const TOKEN = "a token";

/** Only a test that fails waits so long. */
const DEADLINE_MS = 15_000;

const SILENT = { info: () => {}, warn: () => {}, error: (message: string) => assert.fail(message) };

/** One process of the bot: it hears questions and answers them when it is told to. */
class BotProcess implements AsyncDisposable {
  readonly #heard = new Mailbox<Question>();
  readonly #answers = new Mailbox<string>();
  readonly #connections: ClientConnection[] = [];
  readonly #bot;
  #isCrashed = false;

  constructor(port: number) {
    const connect: Connect = async (signal) => {
      const connection = await connectTcp({ hostname: "127.0.0.1", port })(signal);
      this.#connections.push(connection);
      return connection;
    };
    const backoff = () => this.#isCrashed ? undefined : 0;
    this.#bot = startAnsweringBot(this.#answerer(), { connect, token: TOKEN, log: SILENT, backoff });
  }

  get ready(): Promise<void> {
    return this.#bot.ready;
  }

  /** The next question that it is to answer. */
  async nextQuestion(): Promise<Question> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error("the bot was not asked")), DEADLINE_MS);
    try {
      return await Promise.race([this.#heard.take(), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  answer(text: string): void {
    this.#answers.put(text);
  }

  /** Its connection breaks, and it does not come back. */
  async crash(): Promise<void> {
    this.#isCrashed = true;
    for (const connection of this.#connections) connection.close();
    await this.#bot.ended;
    this.#answers.put("too late");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#bot.stop();
  }

  #answerer(): Answerer {
    const [heard, answers] = [this.#heard, this.#answers];
    return {
      greeting: "Hello.",
      async *answer(question) {
        heard.put(question);
        yield await answers.take();
      },
    };
  }
}

class Scene implements AsyncDisposable {
  #bots: BotProcess[] = [];

  private constructor(readonly server: TestServer, readonly alice: LineClient) {}

  /** Alice is in two rooms, the bot in the first one. */
  static async start(): Promise<Scene> {
    const server = await TestServer.start();
    const { store } = server;
    const bot = await store.createUser({ name: "openai", passwordHash: null, isBot: true, isGuest: false });
    await store.addToken(bot!.id, hashToken(TOKEN), Date.now());
    const alice = await server.json("alice");
    const general = await store.findRoom("#general");
    await store.join(general!.id, bot!.id, Date.now());
    await alice.command("/join #tea");
    return new Scene(server, alice);
  }

  async startBot(): Promise<BotProcess> {
    const bot = new BotProcess(this.server.port);
    this.#bots.push(bot);
    await bot.ready;
    return bot;
  }

  async ask(room: string, text: string): Promise<number> {
    this.alice.sendJson({ type: "command", id: text, destination: room, message: `/ask ${text}` });
    const { metadata } = await this.alice.envelope(({ metadata }) => metadata.reply_to === text);
    assert.equal(metadata.code, "stored");
    return Number(metadata.seq);
  }

  nextAnswer(): Promise<Envelope> {
    return this.alice.envelope(({ type, sender }) => type === "chat" && sender === "openai");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const bot of this.#bots) await bot[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

for (const [room, place] of [["#tea", "a room that it is not in"], ["#general", "its own room"]] as const) {
  Deno.test(`a bot that ended before it answered is asked again in ${place}, and answers once`, async () => {
    await using scene = await Scene.start();
    const first = await scene.startBot();
    const question = await scene.ask(room, "why");
    assert.equal((await first.nextQuestion()).seq, question);
    await first.crash();

    const second = await scene.startBot();
    const again = await second.nextQuestion();
    assert.deepEqual([again.seq, again.isStored, again.place], [question, true, room]);
    second.answer("because");
    const { message, metadata } = await scene.nextAnswer();
    assert.deepEqual([message, metadata.answer_to], ["because", question]);
    await second.crash();

    const third = await scene.startBot();
    const next = await scene.ask(room, "how");
    assert.equal((await third.nextQuestion()).seq, next, "an answered question came again");
    third.answer("so");
    assert.equal((await scene.nextAnswer()).message, "so");
  });
}
