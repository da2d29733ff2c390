/** An answering bot whose answers the test writes, in a small world. */

import assert from "node:assert/strict";
import type { AnswerContext, Answerer } from "../bots/answerer.ts";
import { startAnsweringBot } from "../bots/answering_bot.ts";
import type { Question, RunningBot } from "../bots/bot.ts";
import { BotWorld } from "./bot_world.ts";
import { FakeClock } from "./fake_clock.ts";
import { Mailbox } from "./scripted_server.ts";

/** An answer that the test writes. */
export class Writing {
  readonly #pieces = new Mailbox<string | Error | null>();
  readonly #whenTaken: (() => void)[] = [];
  #untaken = 0;

  constructor(readonly question: Question, readonly context: AnswerContext) {}

  write(piece: string): void {
    this.#untaken++;
    this.#pieces.put(piece);
  }

  /** Resolves when the bot has dealt with all that was written, and asks for more. */
  allTaken(): Promise<void> {
    if (this.#untaken === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenTaken.push(resolve));
  }

  fail(error: Error): void {
    this.#pieces.put(error);
  }

  end(): void {
    this.#pieces.put(null);
  }

  /** Like a source that does not heed its signal. */
  async *pieces(): AsyncGenerator<string> {
    for (let piece = await this.#pieces.take(); piece !== null; piece = await this.#pieces.take()) {
      if (piece instanceof Error) throw piece;
      yield piece;
      if (--this.#untaken === 0) { for (const resolve of this.#whenTaken.splice(0)) resolve(); }
    }
  }
}

export class ScriptedAnswerer implements Answerer {
  readonly greeting = "Hello, I answer.";
  readonly #begun = new Mailbox<Writing>();

  /** The next answer that the bot begins. */
  next(): Promise<Writing> {
    return this.#begun.take();
  }

  answer(question: Question, context: AnswerContext): AsyncIterable<string> {
    const writing = new Writing(question, context);
    this.#begun.put(writing);
    return writing.pieces();
  }

  command({ text }: Question) {
    return text === "help" ? { text: "Helping.", metadata: { helped: true } } : undefined;
  }
}

export class Scene {
  readonly clock = new FakeClock();
  readonly answerer = new ScriptedAnswerer();
  readonly world = new BotWorld("openai", this.clock);
  bot: RunningBot | undefined;

  async start(): Promise<void> {
    this.bot = startAnsweringBot(this.answerer, this.world.options);
    await this.bot.ready;
  }

  /** Lets these people be known to the bot, so that they are not greeted. */
  know(...names: string[]): void {
    for (const name of names) this.world.tell(name, "an old message");
    this.clock.advance(60 * 60 * 1000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bot?.stop();
    await this.world[Symbol.asyncDispose]();
    assert.equal(this.clock.pending, 0, "a timer is left");
    const errors = this.world.logged.filter(({ level }) => level === "error");
    assert.deepEqual(errors, []);
  }
}

export async function scene(...known: string[]): Promise<Scene> {
  const made = new Scene();
  made.know(...known);
  await made.start();
  return made;
}
