/** A large database: the start, what is asked of its past, and how fast it takes in more. */

import type { Target } from "../generator/plan.ts";
import type { Measurement } from "../results.ts";
import { ms } from "./metrics.ts";
import { quantile } from "./percentiles.ts";
import { ProbeClient } from "./probe_client.ts";
import { type Context, Gathering, type Scenario, type Settings } from "./scenario.ts";
import { medianStartMs } from "./startup.ts";

export const PAST_USERS = 1000;
export const PAST_ROOMS = 200;
/** Each user of that past is in five of its rooms, so that one in 40 messages is for them. */
const ROOMS_OF_USER = 5;
const RESUMED = 1000;
const PAGE = 50;
/** As many as fill large commits. */
const INSERTING = { kind: "alone", clients: 256 } as const;
const INSERT_WINDOW = 16;
/** Stands in every text of that past; the number that begins each text stands in one. */
const COMMON_WORD = "release";

export function pastSize({ pastMessages }: Settings) {
  return { messages: pastMessages, users: PAST_USERS, rooms: PAST_ROOMS };
}

export function million(settings: Settings): Scenario {
  return {
    name: "million",
    title: `A database with ${settings.pastMessages.toLocaleString("en-US")} messages`,
    metrics: {
      start: ms("start, to the first byte"),
      "page p50": ms(`a history page of ${PAGE}: p50`),
      "page p99": ms(`a history page of ${PAGE}: p99`),
      "rare p50": ms("a search that finds one: p50"),
      "rare p99": ms("a search that finds one: p99"),
      "common p50": ms("a search for a word that all hold: p50"),
      "common p99": ms("a search for a word that all hold: p99"),
      resume: ms(`resume of ${RESUMED.toLocaleString("en-US")} messages`),
      "insert empty": { title: "inserts, empty database", unit: "messages/s", better: "more" },
      "insert full": { title: "inserts, this database", unit: "messages/s", better: "more" },
    },
    needs: "parley",
    isSlow: true,
    parley: ["parley-tcp"],
    measure: async (context) => {
      const data = await context.past.folder(pastSize(settings), context.tell);
      const start = await medianStartMs(context, data);
      const asked = await askOfPast(context, data);
      const gathering = new Gathering();
      await measureInserts(context, gathering);
      return {
        ...gathering,
        figures: { start, ...asked.figures, ...gathering.figures },
        problems: [...asked.problems, ...gathering.problems],
      };
    },
  };
}

async function askOfPast(context: Context, data: string): Promise<Measurement> {
  const { settings, tell } = context;
  await using server = await context.start(data);
  using client = await ProbeClient.connect(server.target);
  const head = await logIn(client, 1);
  const figures: Record<string, number> = {};
  for (const [name, ask] of Object.entries(questionsOf(client, { head, settings }))) {
    tell(name);
    const times: number[] = [];
    for (let i = 0; i < settings.questions; i++) times.push((await ask(i)).ms);
    figures[`${name} p50`] = quantile(times, 0.5);
    figures[`${name} p99`] = quantile(times, 0.99);
  }
  tell("resume");
  const resumes: { ms: number; messages: number }[] = [];
  for (let i = 0; i < 5; i++) resumes.push(await resume(server.target, { user: 10 + i, head }));
  figures.resume = quantile(resumes.map((one) => one.ms), 0.5);
  const wrong = resumes.filter(({ messages }) => messages !== RESUMED);
  return {
    figures,
    problems: wrong.map(({ messages }) => `a resume brought ${messages} messages, not ${RESUMED}`),
  };
}

/** Each question differs from the one before, so that none is answered from what was just read. */
export function questionsOf(
  client: ProbeClient,
  { head, settings }: { head: number; settings: Settings },
) {
  const roomOf = (i: number) => ROOMS_OF_USER + i % ROOMS_OF_USER;
  const somewhere = (i: number) => 1 + Math.floor((i * 0.618_034 % 1) * (head - 1));
  /** The number of a message in one of the user's rooms. */
  const numberOf = (i: number) =>
    Math.floor(somewhere(i) / PAST_ROOMS) * PAST_ROOMS % settings.pastMessages + roomOf(i);
  return {
    page: (i: number) => client.ask(`/history #past-${roomOf(i)} ${PAGE} before=${somewhere(i)}`, "history"),
    rare: (i: number) => client.ask(`/find ${numberOf(i)}`, "found"),
    common: (i: number) => client.ask(`/find ${COMMON_WORD} before=${somewhere(i)}`, "found"),
  };
}

/** @returns the seq of the log's newest message */
export async function logIn(client: ProbeClient, user: number): Promise<number> {
  const { welcome } = await client.logIn(`past-${user}`);
  return Number(welcome.metadata.seq);
}

async function resume(
  target: Target,
  { user, head }: { user: number; head: number },
): Promise<{ ms: number; messages: number }> {
  using client = await ProbeClient.connect(target);
  const since = Math.max(0, head - RESUMED * PAST_ROOMS / ROOMS_OF_USER);
  const { caughtUp } = await client.logIn(`past-${user}`, { since });
  return { ms: caughtUp.ms, messages: client.messages };
}

async function measureInserts({ start, generate, past, settings, tell }: Context, gathering: Gathering) {
  tell("inserts, empty database");
  {
    await using server = await start();
    const result = await generate(server.target, INSERTING, { window: INSERT_WINDOW });
    gathering.rate("insert empty", result.messagesPerSecond, result);
  }
  await using copy = await past.copy(pastSize(settings), tell);
  await using server = await start(copy.folder);
  tell("inserts, this database");
  const result = await generate(server.target, INSERTING, { window: INSERT_WINDOW });
  gathering.rate("insert full", result.messagesPerSecond, result);
}
