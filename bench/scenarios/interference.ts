/** Live delivery while others read the past: history pages, searches, and a resume of 10,000 messages. */

import { setTimeout as delay } from "node:timers/promises";
import type { Target } from "../generator/plan.ts";
import { fanOutTopology } from "./fan_out.ts";
import { latencies } from "./metrics.ts";
import { logIn, pastSize, questionsOf } from "./million.ts";
import { ProbeClient } from "./probe_client.ts";
import { type Context, Gathering, type Scenario, type Settings } from "./scenario.ts";

const LIVE = { rate: 500 } as const;
/** Pauses between questions: readers at work, who do not take the core of the generator for themselves. */
const PAGE_EVERY_MS = 20;
const SEARCH_EVERY_MS = 100;
const RESUME_EVERY_MS = 500;

export function interference({ pastMessages }: Settings): Scenario {
  return {
    name: "interference",
    title: `500 messages/s to 100, with ${pastMessages.toLocaleString("en-US")} stored, alone and while ` +
      "others page, search and resume 10,000",
    metrics: {
      ...latencies("alone", "alone"),
      ...latencies("beside", "beside them"),
      pages: { title: "history pages meanwhile", unit: "/s", better: "more" },
      searches: { title: "searches meanwhile", unit: "/s", better: "more" },
      resumed: { title: "messages resumed meanwhile", unit: "/s", better: "more" },
    },
    needs: "parley",
    isSlow: true,
    parley: ["parley-tcp"],
    measure: async (context) => {
      await using copy = await context.past.copy(pastSize(context.settings), context.tell);
      await using server = await context.start(copy.folder);
      const gathering = new Gathering();
      context.tell("alone");
      const topology = fanOutTopology(100);
      gathering.latency("alone", await context.generate(server.target, topology, LIVE));
      context.tell("beside readers");
      await using readers = new Readers(server.target, context);
      gathering.latency("beside", await context.generate(server.target, topology, LIVE));
      const done = await readers.stop();
      return {
        ...gathering,
        figures: { ...gathering.figures, ...done },
        problems: [...gathering.problems, ...idleProblems(done)],
      };
    },
  };
}

/** What was not done did not disturb. */
function idleProblems(done: Readonly<Record<string, number>>): string[] {
  return Object.entries(done).flatMap(([what, rate]) => rate > 0 ? [] : `no ${what} meanwhile`);
}

/** Read the past, each at its own pace, until they are stopped. */
class Readers implements AsyncDisposable {
  readonly #target: Target;
  readonly #context: Context;
  readonly #startMs = performance.now();
  readonly #work: Promise<unknown>;
  #pages = 0;
  #searches = 0;
  #resumed = 0;
  #isStopped = false;

  constructor(target: Target, context: Context) {
    this.#target = target;
    this.#context = context;
    this.#work = Promise.all([this.#page(), this.#search(), this.#resume()]);
    // It is awaited by `stop`; a failure before that is no unhandled one.
    this.#work.catch(() => {});
  }

  /** @returns what was done, per second */
  async stop(): Promise<{ pages: number; searches: number; resumed: number }> {
    this.#isStopped = true;
    const seconds = (performance.now() - this.#startMs) / 1000;
    await this.#work;
    return {
      pages: this.#pages / seconds,
      searches: this.#searches / seconds,
      resumed: this.#resumed / seconds,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    await this.#work.catch(() => {});
  }

  async #page(): Promise<void> {
    using client = await ProbeClient.connect(this.#target);
    const { page } = questionsOf(client, {
      head: await logIn(client, 1),
      settings: this.#context.settings,
    });
    for (; !this.#isStopped; this.#pages++) {
      await page(this.#pages);
      await delay(PAGE_EVERY_MS);
    }
  }

  async #search(): Promise<void> {
    using client = await ProbeClient.connect(this.#target);
    const { rare, common } = questionsOf(client, {
      head: await logIn(client, 2),
      settings: this.#context.settings,
    });
    for (; !this.#isStopped; this.#searches++) {
      await (this.#searches % 2 === 0 ? rare : common)(this.#searches);
      await delay(SEARCH_EVERY_MS);
    }
  }

  /** The most that a login brings: 10,000. */
  async #resume(): Promise<void> {
    for (let user = 10; !this.#isStopped; user++) {
      using client = await ProbeClient.connect(this.#target);
      await client.logIn(`past-${user}`, { since: 0 });
      this.#resumed += client.messages;
      await delay(RESUME_EVERY_MS);
    }
  }
}
