/**
 * `deno task bench:page`: the figures of the web page, in Chromium on this machine with the CPU slowed four times; the median of
 * five. Prints a table, and writes build/page.json and build/page.md. What a machine of its own would give is better, never worse.
 */

import { median } from "./median.ts";
import { measureLoad } from "./page/load.ts";
import { measureReconnect } from "./page/reconnect.ts";
import { buildPage } from "../tests/browser/chromium.ts";

/** What is measured: its words, its unit, and at most what is wanted. */
const FIGURES: Readonly<Record<string, { title: string; unit: string; goal?: number }>> = {
  formScriptKib: { title: "JavaScript for the sign-in form, compressed", unit: "KiB" },
  scriptKib: { title: "JavaScript until signed in, compressed", unit: "KiB", goal: 90 },
  lcpMs: { title: "Largest contentful paint", unit: "ms", goal: 1_000 },
  interactiveMs: { title: "Sign-in interactive", unit: "ms", goal: 1_000 },
  blockingMs: { title: "Total blocking time, from the beginning", unit: "ms", goal: 100 },
  blockingAfterPaintMs: {
    title: "Total blocking time as web.dev has it, from the first content",
    unit: "ms",
  },
  layoutShift: { title: "Layout shift, sign-in and chat", unit: "", goal: 0.02 },
  signInMs: { title: "From Sign in to the room", unit: "ms" },
  againLcpMs: { title: "Second visit: largest contentful paint", unit: "ms" },
  reconnectMs: { title: "All missed is shown after the server is up", unit: "ms", goal: 2_000 },
};
const RUNS = 5;
const BUILD = new URL("../build/", import.meta.url);

const print = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));

if (import.meta.main) await main();

async function main(): Promise<void> {
  await buildPage();
  const runs: Record<string, number>[] = [];
  for (let run = 1; run <= RUNS; run++) {
    print(`Run ${run} of ${RUNS} …`);
    runs.push({ ...await measureLoad(), ...await measureReconnect() });
  }
  const medians = Object.fromEntries(
    Object.keys(FIGURES).map((name) => [name, median(runs.map((run) => run[name] ?? NaN))]),
  );
  const table = tableOf(medians, runs);
  print(table);
  const programs = await measureByPrograms();
  print(programs);
  await Deno.mkdir(BUILD, { recursive: true });
  const at = new Date().toISOString();
  await Deno.writeTextFile(
    new URL("page.json", BUILD),
    JSON.stringify({ at, medians, runs, programs }, null, 2),
  );
  await Deno.writeTextFile(
    new URL("page.md", BUILD),
    `# The page's figures, ${at}\n\n${table}\n\n<pre>\n${programs}</pre>\n`,
  );
  if (Object.entries(medians).some(([name, value]) => !isReached(name, value))) Deno.exit(1);
}

/** What a busy room and a long past do to the page: programs of their own, which print their figures. */
async function measureByPrograms(): Promise<string> {
  let printed = "";
  for (const name of ["typing", "scrolling"]) {
    const program = new URL(`../tests/browser/figures/${name}.ts`, import.meta.url).pathname;
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", program] }).output();
    printed += new TextDecoder().decode(stdout);
  }
  return printed;
}

function tableOf(medians: Record<string, number>, runs: readonly Record<string, number>[]): string {
  const rows = Object.entries(FIGURES).map(([name, { title, unit, goal }]) => {
    const values = runs.map((run) => run[name] ?? NaN);
    const spread = `${rounded(Math.min(...values))} – ${rounded(Math.max(...values))}`;
    const wanted = goal === undefined ? "" : `≤ ${goal}${isReached(name, medians[name]!) ? "" : ", missed"}`;
    return `| ${title} | ${rounded(medians[name]!)} ${unit} | ${spread} | ${wanted} |`;
  });
  return ["| figure | median | lowest – highest | goal |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function isReached(name: string, value: number): boolean {
  const { goal } = FIGURES[name]!;
  return goal === undefined || value <= goal;
}

function rounded(value: number): string {
  return value < 1 ? value.toFixed(3) : value < 100 ? value.toFixed(1) : value.toFixed(0);
}
