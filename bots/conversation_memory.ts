/** What the bot remembers of each conversation: recent questions and answers, within a number of tokens and for a day. */

import { type Envelope, utf8Length } from "../protocol/message.ts";
import { roomKey, userKey } from "../protocol/names.ts";
import { DEFAULT_PERSONALITY, isPersonality, type Personality } from "./personalities.ts";

/** One question and its answer. */
export interface Exchange {
  readonly asker: string;
  /** The question's place in the log. */
  readonly seq: number;
  readonly question: string;
  readonly answer: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** A conversation that nobody continued for this long is forgotten. */
export const FORGET_AFTER_MS = 24 * 60 * 60 * 1000;

/** What earlier exchanges may take of a model's context. Together with the longest question it fits into 16,000 tokens. */
export const MEMORY_TOKENS = 4000;

/** Conversations held at the same time; those used longest ago are dropped, and read from the history when they go on. */
const MAX_CONVERSATIONS = 500;

/** Exchanges held of one conversation. */
const MAX_EXCHANGES = 100;

/** Three bytes a token: more than English has, and about what CJK scripts have. An estimate errs on the safe side. */
export function estimateTokens(text: string): number {
  return Math.ceil(utf8Length(text) / 3);
}

export class Conversation {
  personality: Personality = DEFAULT_PERSONALITY;
  #exchanges: Exchange[] = [];
  /** Grows with each reset, so that an answer begun before one is not remembered after it. */
  #resets = 0;

  get resets(): number {
    return this.#resets;
  }

  /** The last question's place in the log; undefined where none is remembered. */
  get lastSeq(): number | undefined {
    return this.#exchanges.at(-1)?.seq;
  }

  /** Adds an exchange, unless the conversation was reset since `resets` was read. */
  add(exchange: Exchange, resets: number = this.#resets): void {
    if (resets !== this.#resets) return;
    this.#forgetIdle(exchange.at);
    this.#exchanges.push(exchange);
    if (this.#exchanges.length > MAX_EXCHANGES) this.#exchanges.shift();
  }

  reset(): void {
    this.#resets++;
    this.#exchanges = [];
  }

  /** The newest exchanges that fit, oldest first. The last one is there in any case, shortened where it must be. */
  recent(now: number, maxTokens: number = MEMORY_TOKENS): readonly Exchange[] {
    this.#forgetIdle(now);
    const chosen: Exchange[] = [];
    let left = maxTokens;
    for (const exchange of this.#exchanges.toReversed()) {
      left -= estimateTokens(exchange.question) + estimateTokens(exchange.answer);
      if (left < 0) break;
      chosen.unshift(exchange);
    }
    const last = this.#exchanges.at(-1);
    return chosen.length === 0 && last ? [shortened(last, maxTokens)] : chosen;
  }

  #forgetIdle(now: number): void {
    const last = this.#exchanges.at(-1);
    if (last && now - last.at > FORGET_AFTER_MS) this.#exchanges = [];
  }
}

/** Reads the newest messages of `#room` or of the direct conversation with a user; none where it cannot. Oldest first. */
export type ReadHistory = (place: string) => Promise<readonly Envelope[]>;

export class ConversationMemory {
  readonly #conversations = new Map<string, Promise<Conversation>>();

  /** The conversation at a place, which after a restart is read from the history. Rejects as `read` does. */
  open(place: string, botName: string, read: ReadHistory): Promise<Conversation> {
    const key = keyOf(place);
    const known = this.#conversations.get(key);
    const conversation = known ?? read(place).then((messages) => rebuild(messages, botName));
    if (!known) conversation.catch(() => this.#conversations.delete(key));
    this.#conversations.delete(key);
    this.#conversations.set(key, conversation);
    this.#dropOldest();
    return conversation;
  }

  /** The conversation at a place, where it is held. */
  async held(place: string): Promise<Conversation | undefined> {
    return await this.#conversations.get(keyOf(place));
  }

  forget(place: string): void {
    this.#conversations.delete(keyOf(place));
  }

  #dropOldest(): void {
    for (const key of this.#conversations.keys()) {
      if (this.#conversations.size <= MAX_CONVERSATIONS) return;
      this.#conversations.delete(key);
    }
  }
}

function keyOf(place: string): string {
  return place.startsWith("#") ? roomKey(place) : userKey(place);
}

/** Makes of a history what was remembered when its last message was said. */
export function rebuild(messages: readonly Envelope[], botName: string): Conversation {
  const conversation = new Conversation();
  const said = new Map(messages.map((message) => [message.seq, message]));
  for (const message of messages) {
    if (userKey(message.sender) !== userKey(botName)) continue;
    const { answer_to, personality, reset, draft } = message.metadata;
    if (isPersonality(personality)) conversation.personality = personality;
    if (reset === true) conversation.reset();
    const question = typeof answer_to === "number" ? said.get(answer_to) : undefined;
    const answer = writtenText(message);
    // Only an answer had a draft; other replies are the bot's words about itself.
    if (!question || typeof draft !== "string" || answer === "") continue;
    conversation.add({
      asker: question.sender,
      seq: question.seq ?? 0,
      question: question.message,
      answer,
      at: Date.parse(message.timestamp),
    });
  }
  return conversation;
}

/** An answer without the mark at its end that says why it is cut off; empty where there is only the reason. */
function writtenText({ message, metadata }: Envelope): string {
  if (metadata.cut_off === undefined) return message;
  const mark = message.lastIndexOf("\n\n[");
  return mark < 0 ? "" : message.slice(0, mark);
}

function shortened(exchange: Exchange, maxTokens: number): Exchange {
  // A UTF-16 unit is at most three bytes, so as many units are at most as many tokens.
  const units = Math.floor(maxTokens / 2);
  const cut = (text: string) => text.length <= units ? text : text.slice(0, units).toWellFormed() + "…";
  return { ...exchange, question: cut(exchange.question), answer: cut(exchange.answer) };
}
