/** `aibot`: the built-in agent, which answers where no model is configured and needs no network. Also runs alone, against a server elsewhere. */

import { answer, topicAnswer } from "./aibot/answer.ts";
import { answerLookup } from "./aibot/lookup_answer.ts";
import { type AnswerContext, type Answerer, ownWord, type Reply } from "./answerer.ts";
import { type AnsweringBotOptions, startAnsweringBot } from "./answering_bot.ts";
import { BOT_CLOCK, type BotClock, type Question, type RunningBot } from "./bot.ts";
import { runBotCommand } from "./bot_command.ts";

/** Starts the built-in agent. */
export function startAibot(options: AnsweringBotOptions): RunningBot {
  return startAnsweringBot(new BuiltInAnswerer(options.clock ?? BOT_CLOCK), options);
}

const GREETING =
  "Hello! I am the built-in agent: a table of topics, without a language model or a network. Ask me here, or with /ask and a question " +
  "in any room, about Python, TypeScript, async programming, WebSockets, events, databases or Parley itself, or what was said: " +
  '"what did bob say about the release?" Words for me alone: help, memory, reset, personality.';
const NO_PERSONALITY =
  "I have no personalities: they need a model, and none is configured here. The operator can set OPENAI_API_KEY " +
  "(or OPENAI_BASE_URL for another endpoint) in .env and restart; then the bot `openai` answers, happy, angry or in Spanish.";
const NO_MEMORY =
  "There is nothing to clear: I keep nothing of what we say, and take each question for itself.";

const MEMORY = "I remember nothing of what we say, and take each question for itself.";

class BuiltInAnswerer implements Answerer {
  readonly greeting = GREETING;
  readonly #clock: BotClock;

  constructor(clock: BotClock) {
    this.#clock = clock;
  }

  command(question: Question): Reply | undefined {
    switch (ownWord(question)?.word) {
      case "help":
        return { text: `${topicAnswer("can")}\nWords for me alone: help, memory, reset, personality.` };
      case "memory":
        return { text: MEMORY, metadata: { memory: { questions: 0 } } };
      case "reset":
        return { text: NO_MEMORY, metadata: { reset: true } };
      case "personality":
      case "rotate":
        return { text: NO_PERSONALITY };
      default:
        return undefined;
    }
  }

  async *answer(question: Question, context: AnswerContext): AsyncGenerator<string> {
    const { botName } = context;
    const answered = answer(question.text, { now: this.#clock.now(), botName });
    if (answered.kind === "text") return yield answered.text;
    yield await answerLookup(answered.lookup, {
      asker: question.asker,
      room: question.isDirect ? "" : question.place,
      seq: question.seq,
      botName,
      lookUp: (line, options) => context.lookUp(line, options),
    });
  }
}

if (import.meta.main) {
  await runBotCommand({
    name: "aibot",
    description: "The built-in agent: answers questions without a model or a network.",
    start: (options) => startAibot(options),
  });
}
