/** `openai`: answers questions through any OpenAI-compatible endpoint. Also runs alone, against a server elsewhere. */

import { ChatError } from "../protocol/errors.ts";
import type { Envelope, Metadata } from "../protocol/message.ts";
import { type Answer, AnswerFailed } from "./answer_text.ts";
import { type AnswerContext, type Answerer, ownWord, type Reply } from "./answerer.ts";
import { type AnsweringBotOptions, startAnsweringBot } from "./answering_bot.ts";
import { BOT_CLOCK, type BotClock, type Question, type RunningBot } from "./bot.ts";
import { runBotCommand } from "./bot_command.ts";
import { Breaker } from "./breaker.ts";
import { type ChatMessage, streamCompletion } from "./completion.ts";
import { type Conversation, ConversationMemory } from "./conversation_memory.ts";
import {
  DEFAULT_MODEL,
  type Endpoint,
  ENDPOINT_LIMITS,
  type EndpointLimits,
  NETWORK,
  type Network,
  OPENAI_BASE_URL,
} from "./endpoint.ts";
import { EndpointFailure } from "./endpoint_failure.ts";
import { reportMemory } from "./memory_report.ts";
import {
  INSTRUCTIONS,
  isPersonality,
  nextPersonality,
  PERSONALITIES,
  type Personality,
} from "./personalities.ts";
import { QuestionQuotas, quotaMetadata, QUOTAS, type Quotas } from "./question_quotas.ts";

export interface OpenAiOptions extends AnsweringBotOptions {
  readonly endpoint: Endpoint;
  readonly endpointLimits?: EndpointLimits;
  readonly network?: Network;
  readonly quotas?: Quotas;
  /** Uniform from 0 to 1, for the time between attempts; Math.random where it is left out. */
  readonly random?: () => number;
}

/** Starts the bot that asks a model. */
export function startOpenAi(options: OpenAiOptions): RunningBot {
  return startAnsweringBot(new ModelAnswerer(options), options);
}

/** The endpoint that the environment names; what is not set has its default. */
export function endpointFrom(env: Readonly<Record<string, string | undefined>>): Endpoint {
  return {
    apiKey: env.OPENAI_API_KEY?.trim() ?? "",
    baseURL: env.OPENAI_BASE_URL?.trim() || OPENAI_BASE_URL,
    model: env.OPENAI_MODEL?.trim() || DEFAULT_MODEL,
  };
}

const COMMANDS = `personality ${PERSONALITIES.join(", personality ")}, personality (says which), ` +
  "rotate (the next one), memory (what I remember), reset (forgets our conversation), help";
const GREETING =
  "Hello! I am an AI and answer questions: write to me here, or say /ask and a question in any room. " +
  `I also know these words: ${COMMANDS}. /stop ends an answer.`;
const HELP = "Ask me anything here, or say /ask and a question in a room, where all can see the answer. " +
  `Words for me alone: ${COMMANDS}. /stop ends an answer that I am writing for you. I remember each conversation for a ` +
  "day, and of a room only what I was asked there.";

/** What an answer was begun with, to be remembered with it. */
interface Turn {
  readonly conversation: Conversation;
  readonly resets: number;
}

class ModelAnswerer implements Answerer {
  readonly greeting = GREETING;
  readonly #endpoint: Endpoint;
  readonly #limits: EndpointLimits;
  readonly #network: Network;
  readonly #clock: BotClock;
  readonly #random: () => number;
  readonly #breaker: Breaker;
  readonly #quotas: QuestionQuotas;
  readonly #memory = new ConversationMemory();
  readonly #turns = new WeakMap<AnswerContext, Turn>();

  constructor(options: OpenAiOptions) {
    this.#endpoint = options.endpoint;
    this.#limits = options.endpointLimits ?? ENDPOINT_LIMITS;
    this.#network = options.network ?? NETWORK;
    this.#clock = options.clock ?? BOT_CLOCK;
    this.#random = options.random ?? Math.random;
    this.#breaker = new Breaker(this.#clock, options.log);
    this.#quotas = new QuestionQuotas(this.#clock, options.quotas);
  }

  async command(question: Question, context: AnswerContext): Promise<Reply | undefined> {
    const own = ownWord(question);
    switch (own?.word) {
      case "help":
        return { text: HELP };
      case "personality":
        return setPersonality(await this.#open(question.asker, question, context), own?.argument);
      case "rotate": {
        const conversation = await this.#open(question.asker, question, context);
        return setPersonality(conversation, nextPersonality(conversation.personality));
      }
      case "memory":
        return await this.#memoryOf(question, context);
      case "reset":
        (await this.#open(question.asker, question, context)).reset();
        return { text: "I have forgotten our conversation.", metadata: { reset: true } };
      default:
        return undefined;
    }
  }

  async *answer(question: Question, context: AnswerContext): AsyncGenerator<string> {
    const conversation = await this.#open(question.place, question, context);
    const { personality } = await this.#open(question.asker, question, context);
    this.#turns.set(context, { conversation, resets: conversation.resets });
    context.metadata.personality = personality;
    const messages = this.#messages(question, conversation, personality, context.botName);
    try {
      yield* this.#breaker.guard(() => this.#complete(question, messages, context));
    } catch (error) {
      if (!(error instanceof EndpointFailure)) throw error;
      throw new AnswerFailed(error.message, { kind: error.kind, status: error.status });
    }
  }

  #complete(question: Question, messages: ChatMessage[], context: AnswerContext): AsyncIterable<string> {
    try {
      this.#quotas.count(question.asker);
    } finally {
      if (question.isDirect) Object.assign(context.metadata, this.#quotaOf(question.asker));
    }
    return streamCompletion(this.#endpoint, messages, {
      signal: context.signal,
      clock: this.#clock,
      limits: this.#limits,
      network: this.#network,
      random: this.#random,
    });
  }

  async #memoryOf(question: Question, context: AnswerContext): Promise<Reply> {
    const conversation = await this.#open(question.asker, question, context);
    const now = this.#clock.now();
    const exchanges = conversation.recent(now);
    return reportMemory({
      exchanges,
      personality: conversation.personality,
      quota: this.#quotas.state(question.asker),
      now,
    });
  }

  #quotaOf(asker: string): Metadata {
    return quotaMetadata(this.#quotas.state(asker), this.#clock.now());
  }

  answered(question: Question, { text }: Answer, context: AnswerContext): void {
    const turn = this.#turns.get(context);
    if (!turn || text.trim() === "") return;
    turn.conversation.add(
      {
        asker: question.asker,
        seq: question.seq,
        question: question.text,
        answer: text,
        at: this.#clock.now(),
      },
      turn.resets,
    );
  }

  /** What the model sees: of a room only what was asked and answered there, of a direct conversation only that. */
  #messages(
    question: Question,
    conversation: Conversation,
    personality: Personality,
    botName: string,
  ): ChatMessage[] {
    const asked = (asker: string, text: string) => question.isDirect ? text : `${asker}: ${text}`;
    const earlier = conversation.recent(this.#clock.now()).flatMap((exchange): ChatMessage[] => [
      { role: "user", content: asked(exchange.asker, exchange.question) },
      { role: "assistant", content: exchange.answer },
    ]);
    return [
      { role: "system", content: systemPrompt(botName, question, personality) },
      ...earlier,
      { role: "user", content: asked(question.asker, question.text) },
    ];
  }

  /** The conversation at a place: `#room` or a user's name. */
  async #open(place: string, { seq }: Question, context: AnswerContext): Promise<Conversation> {
    if (!place.startsWith("#") && await this.#isOfAnother(place, context)) this.#memory.forget(place);
    return await this.#memory.open(place, context.botName, async (destination) => {
      try {
        const { metadata } = await context.lookUp(`/history 200 before=${seq}`, { destination });
        return metadata.messages as Envelope[];
      } catch (error) {
        // The history of a room is for its members: where the bot is none, a room's conversation ends with a restart.
        if (error instanceof ChatError) return [];
        throw error;
      }
    });
  }

  /** Whoever has a name that came free is another account: its history lacks what the one before was told. */
  async #isOfAnother(user: string, context: AnswerContext): Promise<boolean> {
    const last = (await this.#memory.held(user))?.lastSeq;
    if (last === undefined) return false;
    try {
      const { metadata } = await context.lookUp(`/history 1 before=${last + 1}`, { destination: user });
      return !(metadata.messages as Envelope[]).some(({ seq }) => seq === last);
    } catch (error) {
      if (error instanceof ChatError) return true;
      throw error;
    }
  }
}

function setPersonality(conversation: Conversation, wanted: string | undefined): Reply {
  if (wanted !== undefined && !isPersonality(wanted)) {
    return { text: `I do not have that personality. I can be: ${PERSONALITIES.join(", ")}.` };
  }
  if (wanted === undefined) return { text: `My personality for you is ${conversation.personality}.` };
  conversation.personality = wanted;
  return { text: `My personality for you is now ${wanted}.`, metadata: { personality: wanted } };
}

function systemPrompt(
  botName: string,
  { isDirect, place, asker }: Question,
  personality: Personality,
): string {
  const where = isDirect
    ? `You talk with ${asker} alone.`
    : `You are asked in the room ${place}, by several people; each question begins with its asker's name. Do not begin yours so.`;
  return `You are ${botName}, an assistant in a chat. ${where} Answer briefly, as in a chat: a few sentences, or a short ` +
    `list or piece of code where that helps; Markdown is shown. ${INSTRUCTIONS[personality]}`;
}

/** One by one, so that the program needs access to these only. */
function readEnvironment(): Record<string, string | undefined> {
  const names = ["OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL"];
  return Object.fromEntries(names.map((name) => [name, Deno.env.get(name)]));
}

/** @throws TypeError */
function readQuota(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new TypeError(`"${text}" is not a number of questions: 0 (no limit) to 999999.`);
}

if (import.meta.main) {
  await runBotCommand({
    name: "openai",
    description:
      "Answers questions through an OpenAI-compatible endpoint: OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL.",
    options: [
      {
        flag: "user-quota",
        value: "questions",
        description: `that one user may ask in an hour (default: ${QUOTAS.userPerHour}; 0: no limit)`,
      },
      {
        flag: "daily-quota",
        value: "questions",
        description: `that all may ask in a day (default: ${QUOTAS.allPerDay}; 0: no limit)`,
      },
    ],
    start: (options, { userQuota, dailyQuota }) =>
      startOpenAi({
        ...options,
        endpoint: endpointFrom(readEnvironment()),
        quotas: {
          userPerHour: readQuota(userQuota, QUOTAS.userPerHour),
          allPerDay: readQuota(dailyQuota, QUOTAS.allPerDay),
        },
      }),
  });
}
