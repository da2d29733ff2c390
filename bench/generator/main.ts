/**
 * The load generator, as a process of its own: reads a Plan as JSON from its stdin, prints progress on stderr, and a Result
 * as JSON on stdout. Exit code 2 for a plan that does not fit, 1 where the server cannot be reached or refuses a login.
 */

import { progressWords } from "./progress.ts";
import type { Plan } from "./plan.ts";
import { Run } from "./run.ts";

const PROGRESS_MS = 1000;

if (import.meta.main) Deno.exit(await main());

async function main(): Promise<number> {
  const plan: Plan = await new Response(Deno.stdin.readable).json();
  try {
    const run = new Run(plan);
    const timer = setInterval(() => say(progressWords(run.progress)), PROGRESS_MS);
    const result = await run.execute();
    clearInterval(timer);
    write(Deno.stdout, JSON.stringify(result) + "\n");
    return 0;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return error instanceof RangeError ? 2 : 1;
  }
}

/** One line. */
function say(text: string): void {
  write(Deno.stderr, text.replaceAll(/\s*\n\s*/g, " ") + "\n");
}

/** At once, so that it is out before the process exits. */
function write(to: typeof Deno.stdout, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += to.writeSync(bytes.subarray(at));
}
