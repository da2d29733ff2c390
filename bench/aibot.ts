/** How well the built-in agent recognises questions: right and wrong for each topic, and in all. `deno run bench/aibot.ts [--wrong]` */

import { recognise } from "../bots/aibot/recognise.ts";
import { type Asked, QUESTION_SETS } from "./aibot_questions.ts";

/** What the agent took the question for: a topic's id, `lookup`, `arithmetic`, or `outside`. */
export function takenFor(question: string): string {
  const recognised = recognise(question, Date.UTC(2026, 10, 21, 10));
  if (recognised.kind === "topic") return recognised.topic.id;
  return recognised.kind === "unknown" ? "outside" : recognised.kind;
}

export function isRight({ question, expect }: Asked): boolean {
  return typeof expect === "string" ? takenFor(question) === expect : expect.includes(takenFor(question));
}

export interface Score {
  readonly right: number;
  readonly wrong: readonly Asked[];
}

export function scoreOf(questions: readonly Asked[]): Score {
  const wrong = questions.filter((asked) => !isRight(asked));
  return { right: questions.length - wrong.length, wrong };
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));
}

function printSet(name: string, questions: readonly Asked[], options: { wrong: boolean }): void {
  const outside = questions.filter(({ expect }) => expect === "outside");
  const inside = questions.filter(({ expect }) => expect !== "outside");
  for (const [part, asked] of [["inside", inside], ["outside", outside]] as const) {
    if (asked.length === 0) continue;
    const { right, wrong } = scoreOf(asked);
    print(
      `${name} ${part}: ${right} of ${asked.length} right (${(100 * right / asked.length).toFixed(1)} %)`,
    );
    if (!options.wrong) continue;
    for (const { question, expect } of wrong) {
      print(`    ${question}\n        is ${String(expect)}, taken for ${takenFor(question)}`);
    }
  }
}

function printTopics(questions: readonly Asked[]): void {
  const byTopic = Map.groupBy(questions, ({ expect }) => typeof expect === "string" ? expect : expect[0]!);
  for (const [topic, asked] of [...byTopic].sort(([a], [b]) => a < b ? -1 : 1)) {
    const { right, wrong } = scoreOf(asked);
    print(`${topic.padEnd(24)} ${String(right).padStart(3)} right ${String(wrong.length).padStart(3)} wrong`);
  }
}

if (import.meta.main) {
  const only = Deno.args.find((arg) => !arg.startsWith("--"));
  const sets = Object.entries(QUESTION_SETS).filter(([name]) => only === undefined || name === only);
  printTopics(sets.flatMap(([, questions]) => questions));
  for (const [name, questions] of sets) printSet(name, questions, { wrong: Deno.args.includes("--wrong") });
}
