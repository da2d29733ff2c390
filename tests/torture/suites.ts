/** What `deno task torture` runs: one line for each. */

import { type Fault, FAULTS, type Verdict } from "./checker.ts";
import { crash } from "./crash.ts";
import { cuts } from "./cuts.ts";
import { FAULT_SUITES } from "./faults/fault_suites.ts";
import { herd } from "./herd.ts";
import { slowPeers } from "./slow_peers.ts";

export interface SuiteOptions {
  readonly seed: number;
  readonly kills: number;
  /** Shows how it goes. */
  readonly progress: (words: string) => void;
}

export type Counts = Readonly<Record<Fault, number>>;

export interface SuiteResult {
  /** What was done, in words: `500 kills, 1.9 million acknowledgements`. */
  readonly done: string;
  /** Left out where it judges something else than a history. */
  readonly counts?: Counts;
  /** What was wrong, a line each. */
  readonly problems: readonly string[];
}

export interface Suite {
  readonly name: string;
  readonly title: string;
  readonly run: (options: SuiteOptions) => Promise<SuiteResult>;
}

/** Kills of one history: so much fits into memory, and nobody misses more than is sent at once. */
const KILLS_OF_ONE_RUN = 25;
const HERD = 1000;
const HERD_BACK_MS = 10_000;

export const SUITES: readonly Suite[] = [
  { name: "crash", title: "SIGKILL at random moments, under load", run: runCrash },
  { name: "cuts", title: "connections cut after every byte, and while they resume", run: runCuts },
  { name: "herd", title: `${HERD} clients that come back at once`, run: runHerd },
  { name: "slow-peers", title: "readers that do not read, and a slow disk", run: runSlowPeers },
  ...FAULT_SUITES,
];

export function countsOf(verdict: Verdict): Counts {
  return Object.fromEntries(FAULTS.map((fault) => [fault, verdict.count(fault)])) as Counts;
}

async function runCrash({ seed, kills, progress }: SuiteOptions): Promise<SuiteResult> {
  const counts = { ...NONE };
  const problems: string[] = [];
  let [acknowledged, deliveries] = [0, 0];
  for (let done = 0; done < kills; done += KILLS_OF_ONE_RUN) {
    const part = Math.min(KILLS_OF_ONE_RUN, kills - done);
    const onKill = (kill: number) => progress(`${done + kill} of ${kills} kills`);
    const result = await crash({ kills: part, seed: seed + done, onKill });
    acknowledged += result.acknowledged;
    deliveries += result.deliveries;
    for (const fault of FAULTS) counts[fault] += result.verdict.count(fault);
    if (!result.verdict.isClean) problems.push(`seed ${seed + done}:\n${result.verdict.words}`);
  }
  return {
    done: `${kills} kills, ${whole(acknowledged)} acknowledged, ${whole(deliveries)} delivered`,
    counts,
    problems,
  };
}

async function runCuts({ seed, progress }: SuiteOptions): Promise<SuiteResult> {
  const onRun = (runs: number) => runs % 100 === 0 && progress(`${runs} conversations`);
  const { verdict, runs, cuts: cut } = await cuts({ step: 1, resumes: 170, seed, onRun });
  return {
    done: `${whole(runs)} conversations, ${whole(cut)} cuts`,
    counts: countsOf(verdict),
    problems: problemsOf(verdict),
  };
}

async function runHerd(): Promise<SuiteResult> {
  const { verdict, backMs, missed } = await herd(HERD);
  const problems = problemsOf(verdict);
  if (backMs > HERD_BACK_MS) {
    problems.push(`they were back after ${backMs.toFixed()} ms, not ${HERD_BACK_MS}`);
  }
  return {
    done: `all back after ${(backMs / 1000).toFixed(2)} s, with ${whole(missed)} missed messages`,
    counts: countsOf(verdict),
    problems,
  };
}

async function runSlowPeers({ progress }: SuiteOptions): Promise<SuiteResult> {
  const { phases, backAfterSeconds, disk, problems } = await slowPeers({
    readers: 1000,
    seconds: 12,
    progress,
  });
  const p99s = phases.map(({ name, p99Ms }) => `${name}: p99 ${p99Ms.toFixed(1)} ms`);
  const memory = `memory back after ${backAfterSeconds.toFixed()} s`;
  return {
    done: [...p99s, memory, `slow disk: pings p99 ${disk.pingP99Ms.toFixed(1)} ms`].join("; "),
    problems,
  };
}

const NONE: Counts = { lost: 0, duplicated: 0, reordered: 0, phantom: 0, gap: 0, leak: 0 };

function problemsOf(verdict: Verdict): string[] {
  return verdict.isClean ? [] : [verdict.words];
}

function whole(value: number): string {
  return value.toLocaleString("en-US");
}
