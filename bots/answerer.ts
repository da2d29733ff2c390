/** What makes one answering bot different from another: the contract between `answering_bot.ts` and what finds the answers. */

import type { Envelope, Metadata } from "../protocol/message.ts";
import type { Answer } from "./answer_text.ts";
import type { Question } from "./bot.ts";

/** What an answerer can do while it answers. */
export interface AnswerContext {
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** The bot's own name. */
  readonly botName: string;
  /**
   * Sends a command that changes nothing, such as `/history 50 before=17` with a destination or `/find release behalf=17`, and resolves with its reply.
   * @throws ChatError where it was refused; ConnectionLost where the bot is stopped
   */
  lookUp(line: string, options?: { destination?: string; metadata?: Metadata }): Promise<Envelope>;
  /** What the stored answer carries beside `draft` and `answer_to`; the answerer may write into it until it ends. */
  readonly metadata: Metadata;
}

export interface Reply {
  readonly text: string;
  readonly metadata?: Metadata;
}

export interface Answerer {
  /** Said to whoever writes to the bot for the first time: what it can do. */
  readonly greeting: string;
  /**
   * The answer in pieces, as they are found; at most a message's worth is read. Called for one question of a user at
   * a time. Throws AnswerFailed with words for the asker; anything else it throws is logged and not shown.
   */
  answer(question: Question, context: AnswerContext): AsyncIterable<string>;
  /**
   * The reply to what was said directly and is a word for the bot itself (`help`, `personality happy`); undefined
   * where it is a question. Called in the order in which things were said, and never for what was asked with `/ask`.
   */
  command?(question: Question, context: AnswerContext): Reply | undefined | Promise<Reply | undefined>;
  /** Told what is answered, just before it is said; the context is the one of `answer`. Must not throw. */
  answered?(question: Question, answer: Answer, context: AnswerContext): void;
}

/**
 * What was said directly, as a word for the bot itself: one word, and `personality` with one more; in lower case.
 * Undefined where it can only be a question.
 */
export function ownWord({ text }: Question): { word: string; argument: string | undefined } | undefined {
  const [word = "", argument, ...more] = text.trim().toLowerCase().split(/\s+/);
  if (more.length > 0 || argument !== undefined && word !== "personality") return undefined;
  return { word, argument };
}
