/**
 * A bot that answers questions, whatever finds the answers: an `Answerer`. It hears direct messages and what is asked in
 * rooms, keeps the queue, shows drafts, says each answer once, heeds `/stop`, and greets whoever writes to it first.
 */

import type { Envelope } from "../protocol/message.ts";
import { userKey } from "../protocol/names.ts";
import type { AnswerContext, Answerer } from "./answerer.ts";
import { type Answer, AnswerFailed, collectAnswer, markAnswer } from "./answer_text.ts";
import { Bot, type BotOptions, type Question, QUESTION_MAX_AGE_MS, runBot, type RunningBot } from "./bot.ts";
import { Drafts } from "./drafts.ts";
import { type Admission, QuestionQueue, QUEUE_LIMITS, type QueueLimits } from "./question_queue.ts";

export interface AnsweringBotOptions extends BotOptions {
  readonly limits?: QueueLimits;
}

/** How long a bot that is stopped waits for its last words to be stored. */
const LAST_WORDS_MS = 1500;

/** Starts an answering bot. */
export function startAnsweringBot(answerer: Answerer, options: AnsweringBotOptions): RunningBot {
  return new AnsweringBot(answerer, options).run();
}

class AnsweringBot {
  readonly #answerer: Answerer;
  readonly #bot: Bot;
  readonly #queue: QuestionQueue;
  readonly #drafts: Drafts;
  /** What is heard is taken in one at a time, so that greetings, words for the bot and questions keep their order. */
  #taken: Promise<void> = Promise.resolve();

  constructor(answerer: Answerer, options: AnsweringBotOptions) {
    this.#answerer = answerer;
    this.#bot = new Bot(options, {
      started: () => this.#recover(),
      heard: (question) => this.#inTurn("taking a question", () => this.#take(question)),
      notified: (notification) => this.#notice(notification),
    });
    this.#queue = new QuestionQueue(
      (question, signal) => this.#bot.run("answering a question", () => this.#write(question, signal)),
      options.limits ?? QUEUE_LIMITS,
    );
    this.#drafts = new Drafts(({ place, answerTo, draft, delta }) => {
      this.#bot.client.signal("/draft", {
        destination: place,
        metadata: { draft, delta, answer_to: answerTo },
      });
    }, this.#bot.clock);
  }

  run(): RunningBot {
    return runBot(this.#bot, () => this.#finish());
  }

  /** Finds what was asked directly and not answered when the bot last ended: the server counts it as delivered. */
  async #recover(): Promise<void> {
    const { metadata } = await this.#bot.lookUp("/conversations");
    const recently = this.#bot.clock.now() - QUESTION_MAX_AGE_MS;
    for (const { kind, destination, last } of metadata.conversations as ConversationEntry[]) {
      if (kind !== "direct" || !last || Date.parse(last.timestamp) < recently) continue;
      const messages = await this.#history(destination, "50");
      for (const message of messages) this.#bot.recover(message);
    }
  }

  async #take(question: Question): Promise<void> {
    if (question.isStored && await this.#isAnswered(question)) return;
    if (question.isDirect) await this.#greet(question);
    const reply = question.isDirect && !question.isAsked &&
      await this.#answerer.command?.(question, this.#context());
    if (reply) await this.#bot.answer(question, reply.text, reply.metadata);
    else await this.#enqueue(question);
  }

  /** In rooms that the bot is not in, the server itself keeps answered questions away. */
  async #isAnswered({ seq, place, isDirect }: Question): Promise<boolean> {
    if (!isDirect) return false;
    const later = await this.#history(place, `200 after=${seq}`);
    return later.some((message) => message.id === `answer-${seq}`);
  }

  async #greet({ seq, asker }: Question): Promise<void> {
    const { metadata } = await this.#bot.lookUp(`/history 50 before=${seq}`, { destination: asker });
    const earlier = metadata.messages as Envelope[];
    if (metadata.more === true || earlier.some(({ sender }) => userKey(sender) === userKey(asker))) return;
    await this.#bot.client.say(asker, this.#answerer.greeting, { id: `greeting-${seq}` });
  }

  async #enqueue(question: Question): Promise<void> {
    const admission = this.#queue.add(question);
    if (admission.status === "running" || admission.status === "closed") return;
    const words = admissionWords(admission);
    if (admission.status === "full") await this.#bot.answer(question, words);
    // Said directly, since in a room that the bot is not in it may speak only once: to answer.
    else await this.#bot.client.say(question.asker, words, { id: `waiting-${question.seq}` });
  }

  async #write(question: Question, signal: AbortSignal): Promise<void> {
    const context = this.#context(signal);
    const draft = this.#drafts.begin(question);
    const answer = await collectAnswer(
      this.#answerer.answer(question, context),
      signal,
      (piece) => draft.write(piece),
    );
    draft.end();
    this.#logEnd(question, answer);
    this.#answerer.answered?.(question, answer, context);
    const { text, metadata } = markAnswer(answer);
    // The asker's next question may come before the server's word that this answer is stored, and need not wait for it.
    this.#bot.run("saying an answer", async () => {
      await this.#bot.answer(question, text, { ...context.metadata, ...metadata, draft: draft.id });
    });
  }

  #notice({ metadata }: Envelope): void {
    const { code, user } = metadata;
    if (code !== "stop" || typeof user !== "string") return;
    this.#inTurn("stopping an answer", () => {
      const dropped = this.#queue.stop(user);
      this.#bot.log.info("An answer was stopped.", { user, dropped: dropped.length });
    });
  }

  async #finish(): Promise<void> {
    const waited = this.#queue.close();
    for (const question of waited) {
      this.#bot.run("answering what waited", async () => {
        await this.#bot.answer(question, "This bot was stopped before your turn came. Please ask again.");
      });
    }
    const lastWords = this.#queue.idle().then(() => this.#bot.settled());
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const cancel = this.#bot.clock.after(LAST_WORDS_MS, resolve);
    await Promise.race([lastWords, late]);
    cancel();
  }

  #inTurn(doing: string, task: () => void | Promise<void>): Promise<void> {
    return this.#taken = this.#taken.then(() => this.#bot.run(doing, task));
  }

  #context(signal: AbortSignal = new AbortController().signal): AnswerContext {
    return {
      signal,
      botName: this.#bot.name,
      lookUp: (line, options) => this.#bot.lookUp(line, options),
      metadata: {},
    };
  }

  /** The place is not part of the line, where a user called 42 would be read as a number of messages. */
  async #history(destination: string, page: string): Promise<Envelope[]> {
    return (await this.#bot.lookUp(`/history ${page}`, { destination })).metadata.messages as Envelope[];
  }

  #logEnd({ seq, place }: Question, { end }: Answer): void {
    if (end.kind !== "failed") return;
    const { cause, words } = end;
    if (cause instanceof AnswerFailed) {
      this.#bot.log.warn("A question could not be answered.", { seq, place, words, ...cause.details });
    } else {
      const error = cause instanceof Error ? cause.stack : String(cause);
      this.#bot.log.error("Answering a question failed.", { seq, place, error });
    }
  }
}

interface ConversationEntry {
  readonly kind: string;
  readonly destination: string;
  readonly last: Envelope | null;
}

function admissionWords(admission: Extract<Admission, { status: "waiting" | "full" }>): string {
  if (admission.status === "full") {
    return admission.ofOne
      ? "You have as many questions waiting as I can keep for one person. Please ask again when they are answered."
      : "Too many questions are waiting. Please ask again in a minute.";
  }
  const ahead = admission.ahead === 1 ? "1 question waits" : `${admission.ahead} questions wait`;
  return admission.behindOwn && admission.ahead === 0
    ? "I answer one question at a time for each person; this one comes when your last one is answered."
    : `Your question waits for its turn: ${ahead} before it.`;
}
