/** The faults of the disk as `deno task torture` runs them. */

import type { Counts, Suite, SuiteOptions, SuiteResult } from "../suites.ts";
import { failSync } from "./failing_sync.ts";
import { lockDatabase } from "./locked_database.ts";
import { powerCut } from "./power_cut.ts";

const IMAGES = 2000;
/** From one trace. */
const IMAGES_OF_ONE_RUN = 200;
/** Of the fsyncs of a thread; earlier ones are those of the start. */
const FAILING_FSYNCS = Array.from({ length: 50 }, (_, index) => 40 + index * 7);
const IDLE_CLIENTS = 100;
const PING_P99_MS = 50;
const ENDED_MS = 2000;

export const FAULT_SUITES: readonly Suite[] = [
  { name: "power", title: `${IMAGES} power cuts, with torn and dropped writes`, run: runPowerCuts },
  { name: "fsync", title: `${FAILING_FSYNCS.length} fsyncs that fail`, run: runFailingFsyncs },
  { name: "locked", title: "a database that another process holds", run: runLocked },
];

async function runPowerCuts({ seed, progress }: SuiteOptions): Promise<SuiteResult> {
  let counts = NONE;
  const problems: string[] = [];
  let acknowledged = 0;
  for (let done = 0; done < IMAGES; done += IMAGES_OF_ONE_RUN) {
    progress(`${done} of ${IMAGES} images`);
    const report = await powerCut(IMAGES_OF_ONE_RUN, seed + done);
    acknowledged += report.acknowledged;
    counts = sum(counts, { ...NONE, ...report, duplicated: report.doubled });
    problems.push(...report.broken);
    if (report.violations > 0) {
      problems.push(`${report.violations} messages were told before they were durable`);
    }
  }
  const looked = acknowledged.toLocaleString("en-US");
  return { done: `${IMAGES} images, ${looked} acknowledgements looked for`, counts, problems };
}

async function runFailingFsyncs({ progress }: SuiteOptions): Promise<SuiteResult> {
  let counts = NONE;
  const problems: string[] = [];
  let slowestMs = 0;
  for (const nth of FAILING_FSYNCS) {
    progress(`fsync ${nth}`);
    const { code, endedAfterMs, violations, verdict } = await failSync(nth);
    counts = sum(counts, { ...NONE, ...verdict, duplicated: verdict.doubled });
    slowestMs = Math.max(slowestMs, endedAfterMs);
    if (code !== 70 || violations > 0 || verdict.broken !== null) {
      problems.push(
        `fsync ${nth}: exit code ${code}, ${violations} told too early, ${verdict.broken ?? "sound"}`,
      );
    }
  }
  if (slowestMs > ENDED_MS) problems.push(`one ended after ${slowestMs.toFixed()} ms`);
  return {
    done: `${FAILING_FSYNCS.length} fsyncs failed; ended after ${slowestMs.toFixed()} ms at most`,
    counts,
    problems,
  };
}

async function runLocked(): Promise<SuiteResult> {
  const { pings, pingP99Ms, replies, stored, said } = await lockDatabase({
    clients: IDLE_CLIENTS,
    rounds: Infinity,
  });
  const lost = said.filter((id) => !stored.includes(id)).length;
  const refused = replies.filter((code) => code === "store_unavailable").length;
  const done = `${pings.toLocaleString("en-US")} pings, p99 ${
    pingP99Ms.toFixed(1)
  } ms; ${refused} messages refused`;
  const problems = pingP99Ms > PING_P99_MS ? [`pings took ${pingP99Ms.toFixed(1)} ms at p99`] : [];
  return { done, counts: { ...NONE, lost, duplicated: stored.length - new Set(stored).size }, problems };
}

const NONE: Counts = { lost: 0, duplicated: 0, reordered: 0, phantom: 0, gap: 0, leak: 0 };

function sum(a: Counts, b: Counts): Counts {
  return {
    lost: a.lost + b.lost,
    duplicated: a.duplicated + b.duplicated,
    reordered: a.reordered + b.reordered,
    phantom: a.phantom + b.phantom,
    gap: a.gap + b.gap,
    leak: a.leak + b.leak,
  };
}
