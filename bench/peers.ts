/** `deno task bench:peers`: Parley and other servers in one run, in turn. Exit code 1 where a run is void. */

import { benchCommand } from "./bench_options.ts";
import { PARLEY } from "./parley.ts";
import { ergo, INSPIRCD, NGIRCD } from "./peers/irc_peers.ts";
import { CEILING, limit, limitAtParleyLine, limitWithLog, NAIVE } from "./peers/limits.ts";
import { BUN, installNpmPeers, SOCKETIO, WS } from "./peers/npm_peers.ts";
import { print } from "./progress.ts";
import { type Competition, runBenchmark } from "./run_benchmark.ts";
import type { Subject } from "./subject.ts";

const DESCRIPTION = "Measures Parley and other servers in one run, in turn, and prints the ratios.";

/** What is compared where nothing is asked for: the rest would double the time. */
const USUAL = ["fan-out-100", "fan-out-1000", "pairs", "durable", "ceiling"];
/** There are four times as many servers as in the benchmark of Parley alone. */
const RUNS = 3;

interface Options {
  readonly ergo?: string;
  readonly limit?: string;
  readonly only?: readonly string[];
}

if (import.meta.main) {
  const chosen = benchCommand("bench:peers", DESCRIPTION, RUNS)
    .option("--ergo <path>", "an Ergo binary (Debian's package of that name is another program)")
    .option("--limit <path>", "the limit in C; see docs/performance.md")
    .parse(Deno.args, { from: "user" })
    .opts();
  const runs = chosen.runs ?? (chosen.quick ? undefined : RUNS);
  Deno.exit(await runBenchmark({ ...chosen, runs }, () => gather(chosen)));
}

/** Those that start. */
async function gather({ only = USUAL, ...paths }: Options): Promise<Competition> {
  const subjects: Subject[] = [...PARLEY, CEILING];
  const absent: { title: string; reason: string }[] = [];
  const npmProblem = await problemOf(installNpmPeers);
  for (const subject of peersOf(paths)) {
    print(`Trying ${subject.title}.`);
    const problem = await problemOf(() => tryOut(subject));
    if (problem === null) subjects.push(subject);
    else absent.push({ title: subject.title, reason: reasonWords(subject, problem, npmProblem) });
  }
  for (const [name, path] of Object.entries({ Ergo: paths.ergo, "the limit in C": paths.limit })) {
    if (path === undefined) absent.push({ title: name, reason: "no path was given" });
  }
  return {
    title: "Parley and others",
    subjects,
    absent,
    takes: ({ name, needs }) => needs !== "parley" && only.includes(name),
  };
}

function peersOf({ ergo: ergoPath, limit: limitPath }: { ergo?: string; limit?: string }): Subject[] {
  return [
    ...[SOCKETIO, WS, BUN, NGIRCD, INSPIRCD],
    ...(ergoPath === undefined ? [] : [ergo(ergoPath)]),
    ...(limitPath === undefined
      ? []
      : [limit(limitPath), limitAtParleyLine(limitPath), limitWithLog(limitPath)]),
    NAIVE,
  ];
}

async function tryOut(subject: Subject): Promise<void> {
  await using _server = await subject.start({ core: undefined, data: undefined });
}

/** Null where it goes well. */
async function problemOf(action: () => Promise<void>): Promise<string | null> {
  try {
    await action();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function reasonWords(subject: Subject, problem: string, npmProblem: string | null): string {
  const isOfNpm = [SOCKETIO, WS, BUN].includes(subject);
  const words = isOfNpm && npmProblem !== null ? npmProblem : problem;
  return words.trim().replaceAll(/\s*\n\s*/g, " ");
}
