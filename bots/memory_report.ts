/** What a bot says of its memory of a conversation, and of how much it may still be asked: words for people, metadata for programs. */

import type { Reply } from "./answerer.ts";
import { harmless } from "./aibot/quote.ts";
import { estimateTokens, type Exchange, FORGET_AFTER_MS, MEMORY_TOKENS } from "./conversation_memory.ts";
import type { Personality } from "./personalities.ts";
import { quotaMetadata, type QuotaState } from "./question_quotas.ts";

/** Questions that are named; of the others only how many there are is said. */
const NAMED = 10;
const QUESTION_LENGTH = 100;

export interface Remembered {
  /** What the model is shown with the next question, oldest first. */
  readonly exchanges: readonly Exchange[];
  readonly personality: Personality;
  readonly quota: QuotaState;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export function reportMemory({ exchanges, personality, quota, now }: Remembered): Reply {
  const tokens = exchanges.reduce((sum, each) => sum + tokensOf(each), 0);
  const last = exchanges.at(-1);
  return {
    text: [...memoryWords(exchanges, tokens), quotaWords(quota)].filter((line) => line !== "").join("\n"),
    metadata: {
      personality,
      memory: {
        questions: exchanges.length,
        tokens,
        most_tokens: MEMORY_TOKENS,
        ...last && {
          since: new Date(exchanges[0]!.at).toISOString(),
          until: new Date(last.at + FORGET_AFTER_MS).toISOString(),
        },
      },
      ...quotaMetadata(quota, now),
    },
  };
}

function memoryWords(exchanges: readonly Exchange[], tokens: number): string[] {
  if (exchanges.length === 0) {
    return ["I remember nothing of our conversation: it begins with your next question."];
  }
  const count = exchanges.length === 1
    ? "1 question and its answer"
    : `${exchanges.length} questions and their answers`;
  const named = exchanges.slice(-NAMED);
  return [
    `I remember ${count} of our conversation, about ${tokens} of at most ${MEMORY_TOKENS} tokens. I forget them a day ` +
    "after the last one, or when you say reset.",
    ...exchanges.length > NAMED ? [`The last ${NAMED}:`] : [],
    ...named.map(({ question, at }) => `- ${timeOf(at)} UTC: \`${shortened(harmless(question))}\``),
    "",
  ];
}

function quotaWords({ left }: QuotaState): string {
  if (left === undefined) return "";
  return left === 1
    ? "You can ask 1 more question now."
    : `You can ask ${left === 0 ? "no" : left} more questions now.`;
}

function tokensOf({ question, answer }: Exchange): number {
  return estimateTokens(question) + estimateTokens(answer);
}

function timeOf(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace("T", " ");
}

function shortened(text: string): string {
  const letters = [...text];
  return letters.length <= QUESTION_LENGTH ? text : `${letters.slice(0, QUESTION_LENGTH).join("").trim()}…`;
}
