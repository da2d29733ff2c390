/** `deno task torture`: the long versions of the tests for faults, and the soak. Exit code 1 where anything was wrong. */

import { Command } from "@commander-js/extra-typings";
import { whole } from "../../bench/options.ts";
import { print } from "../../bench/progress.ts";
import { StatusLine } from "../../bench/status_line.ts";
import { FAULTS } from "./checker.ts";
import { anySeed } from "./random.ts";
import { soak } from "./soak.ts";
import { soakSuite } from "./soak_report.ts";
import { type Suite, type SuiteResult, SUITES } from "./suites.ts";

const DEFAULT_SOAK_MINUTES = 60;

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options.list) {
    for (const { name, title } of SUITES) print(`${name.padEnd(16)}${title}`);
    return 0;
  }
  const chosen = options.soak === undefined
    ? chosenSuites(options.only)
    : [soakSuite(soak, minutesOf(options.soak))];
  if (chosen.length === 0) {
    print(`torture: There is no such suite. There are ${SUITES.map(({ name }) => name).join(", ")}.`);
    return 2;
  }
  const results = await runAll(chosen, { seed: options.seed ?? anySeed(), kills: options.kills });
  print(table(results));
  for (const [{ name }, { problems }] of results) for (const words of problems) print(`${name}: ${words}`);
  return results.some(([, { problems }]) => problems.length > 0) ? 1 : 0;
}

function readOptions(args: readonly string[]) {
  return new Command("torture")
    .description(
      "Breaks what can break, and checks that no message is lost, doubled, reordered, invented or shown to others.",
    )
    .option("--only <name...>", "only these")
    .option("--list", "what there is")
    .option(
      "--seed <number>",
      "of the random moments and places; it is shown with each run",
      whole(0, 2 ** 32 - 1),
    )
    .option("--kills <number>", "of the server", whole(1, 100_000), 500)
    .option(
      "--soak [minutes]",
      `500 clients for so long; ${DEFAULT_SOAK_MINUTES} minutes where left out`,
      whole(1, 10_000),
    )
    .parse(args, { from: "user" })
    .opts();
}

function minutesOf(soak: number | true): number {
  return soak === true ? DEFAULT_SOAK_MINUTES : soak;
}

function chosenSuites(names: readonly string[] | undefined): Suite[] {
  return SUITES.filter(({ name }) => names === undefined || names.includes(name));
}

type Results = readonly (readonly [Suite, SuiteResult])[];

async function runAll(suites: readonly Suite[], options: { seed: number; kills: number }): Promise<Results> {
  using line = new StatusLine();
  line.say(`seed ${options.seed}`);
  const results: (readonly [Suite, SuiteResult])[] = [];
  for (const [i, suite] of suites.entries()) {
    line.step(`${suite.name}: ${suite.title}`, i / suites.length);
    const progress = (words: string) => line.progress(words);
    results.push([suite, await suite.run({ ...options, progress }).catch(asProblem)]);
  }
  return results;
}

function asProblem(error: unknown): SuiteResult {
  const cause = error instanceof Error && error.cause ? `\n${String(error.cause)}` : "";
  return { done: "it did not come to its end", problems: [`${String(error)}${cause}`] };
}

/** In Markdown, so that it can be put into docs/reliability.md as it is. */
function table(results: Results): string {
  const rows = results.map(([{ name }, { done, counts }]) => {
    return [name, done, ...FAULTS.map((fault) => String(counts?.[fault] ?? "–"))];
  });
  const head = ["test", "done", ...FAULTS];
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |\n`).join("");
}
