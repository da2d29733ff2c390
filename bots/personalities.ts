/** The personalities of the OpenAI bot, in the order in which `rotate` goes through them. */

export const PERSONALITIES = ["happy", "angry", "spanish"] as const;

export type Personality = (typeof PERSONALITIES)[number];

export const DEFAULT_PERSONALITY: Personality = "happy";

/** What the model is told of each. */
export const INSTRUCTIONS: Readonly<Record<Personality, string>> = {
  happy: "You are cheerful and warm, and glad about every question.",
  angry:
    "You are grumpy and short-tempered, and complain about being asked, but your answers are correct and " +
    "complete, and you never insult anyone.",
  spanish: "You answer in Spanish only, whatever the language of the question.",
};

export function isPersonality(value: unknown): value is Personality {
  return PERSONALITIES.some((personality) => personality === value);
}

export function nextPersonality(personality: Personality): Personality {
  return PERSONALITIES[(PERSONALITIES.indexOf(personality) + 1) % PERSONALITIES.length]!;
}
