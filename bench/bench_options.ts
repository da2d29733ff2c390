/** What `deno task bench` and `deno task bench:peers` have in common on the command line. */

import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { aboveZero, whole } from "./options.ts";
import { allScenarios } from "./scenarios/all.ts";
import type { Settings } from "./scenarios/scenario.ts";

/** Twenty to twenty-five minutes in all. */
const FULL = {
  runs: 5,
  slowRuns: 3,
  warmupSeconds: 0.5,
  durationSeconds: 2,
  pastMessages: 1_000_000,
  rooms: 1000,
  idleConnections: 5000,
  stormClients: 1000,
  soakSeconds: 30,
  questions: 200,
  starts: 3,
  curves: "full",
} satisfies Settings;

/** Everything in three or four minutes: shows that it works and roughly how much, no more. */
const QUICK = {
  runs: 1,
  slowRuns: 1,
  warmupSeconds: 0.3,
  durationSeconds: 1,
  pastMessages: 100_000,
  rooms: 200,
  idleConnections: 1000,
  stormClients: 300,
  soakSeconds: 5,
  questions: 50,
  starts: 1,
  curves: "few points",
} satisfies Settings;

const NAMES = allScenarios(FULL).map(({ name }) => name);

/** The command, to which a program may add options of its own. */
export function benchCommand(name: string, description: string, runs = FULL.runs) {
  return new Command(name)
    .description(description)
    .option("--only <name>", "only this scenario; can be given several times", scenarioNames)
    .option("--list", "list the scenarios", false)
    .option(
      "--runs <n>",
      `runs of each (default: ${runs}; at most ${FULL.slowRuns} of what takes long)`,
      whole(1, 100),
    )
    .option("--duration <seconds>", `how long is measured (default: ${FULL.durationSeconds})`, aboveZero)
    .option("--soak <minutes>", "how long memory is watched (default: 0.5)", aboveZero)
    .option("--quick", "one run, shorter, with a smaller database: three or four minutes in all", false)
    .option("--data <folder>", "keeps the large databases there for the next time")
    .addOption(new Option("--out <folder>", "where the results are written").default("bench/results"))
    .helpOption("--help", "show this")
    .allowExcessArguments(false)
    .exitOverride((error) => Deno.exit(error.exitCode === 0 ? 0 : 2));
}

export interface ChosenSettings {
  readonly quick: boolean;
  readonly runs?: number | undefined;
  readonly duration?: number | undefined;
  readonly soak?: number | undefined;
}

export function settingsOf({ quick, runs, duration, soak }: ChosenSettings): Settings {
  const settings = quick ? QUICK : FULL;
  return {
    ...settings,
    ...(runs === undefined ? {} : { runs, slowRuns: runs }),
    ...(duration === undefined ? {} : { durationSeconds: duration }),
    ...(soak === undefined ? {} : { soakSeconds: soak * 60 }),
  };
}

function scenarioNames(name: string, before: string[] = []): string[] {
  if (NAMES.includes(name)) return [...before, name];
  throw new InvalidArgumentError(`The scenarios are: ${NAMES.join(", ")}.`);
}
