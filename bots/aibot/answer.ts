/** What the built-in agent says to a question; only lookups need more than the question and the time. */

import type { Lookup } from "./lookup.ts";
import { recognise } from "./recognise.ts";
import type { Topic } from "./topic.ts";
import { TOPICS } from "./topics.ts";

/** Its answer, or what has to be looked up for it. */
export type Answered =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "lookup"; readonly lookup: Lookup };

/** Nobody asks at greater length, and what follows takes time for each letter. */
export const QUESTION_MAX = 1000;

/**
 * @param question only its first QUESTION_MAX characters are read
 * @param now milliseconds since 1970
 * @param botName what a question may begin with, as in "aibot, how do I join a room?"
 */
export function answer(question: string, { now, botName }: { now: number; botName: string }): Answered {
  const recognised = recognise(withoutName(question.slice(0, QUESTION_MAX), botName), now);
  switch (recognised.kind) {
    case "lookup":
      return recognised;
    case "arithmetic":
      return text(`\`${recognised.expression}\` is ${Number(recognised.value.toPrecision(12))}.`);
    case "topic":
      return text(recognised.topic.id === "time" ? timeWords(now) : answerWords(recognised.topic));
    case "unknown":
      return text(unknownWords(recognised.near));
    default:
      return recognised satisfies never;
  }
}

/** The answer of a topic. @throws TypeError where there is none of that id */
export function topicAnswer(id: string): string {
  const topic = TOPICS.find((topic) => topic.id === id);
  if (!topic) throw new TypeError(`There is no topic "${id}"`);
  return answerWords(topic);
}

/** Where an answer begins with code, its title comes first: where Markdown is not rendered, a fence reads badly after a name. */
function answerWords({ title, answer }: Topic): string {
  if (!answer.startsWith("```")) return answer;
  return `${title.charAt(0).toUpperCase()}${title.slice(1)}:\n${answer}`;
}

function text(words: string): Answered {
  return { kind: "text", text: words };
}

function withoutName(question: string, botName: string): string {
  const rest = question.trim().replace(/^@/, "");
  if (!rest.toLowerCase().startsWith(botName.toLowerCase())) return question;
  const after = rest.slice(botName.length);
  return /^\s*[,:!]/.test(after) ? after.replace(/^[\s,:!]+/, "") : question;
}

function timeWords(now: number): string {
  const date = new Date(now);
  const weekday = date.toLocaleDateString("en-GB", { weekday: "long", timeZone: "UTC" });
  return `It is ${date.toISOString().slice(0, 16).replace("T", " ")} UTC, a ${weekday}.`;
}

function unknownWords(near: readonly Topic[]): string {
  const titles = near.map(({ title }) => title).join(", or ");
  return `That is beyond me: I am the built-in agent, without a language model or a network.${
    titles === "" ? "" : ` Did you mean ${titles}? Then ask with more of its words.`
  }
I can answer questions about Python, TypeScript, asynchronous programming, WebSockets, event-driven design, databases and Parley itself, and look up what was said ("what did bob say about the release?").
For other questions, the operator can connect a model: set \`OPENAI_API_KEY\`, and \`OPENAI_BASE_URL\` and \`OPENAI_MODEL\` where needed, in \`.env\`, and restart. Any OpenAI-compatible endpoint will do.`;
}
