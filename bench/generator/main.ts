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
    const timer = setInterval(() => void say(progressWords(run.progress)), PROGRESS_MS);
    const result = await run.execute();
    clearInterval(timer);
    await write(Deno.stdout, JSON.stringify(result) + "\n");
    return 0;
  } catch (error) {
    await say(error instanceof Error ? error.message : String(error));
    return error instanceof RangeError ? 2 : 1;
  }
}

async function say(text: string): Promise<void> {
  await write(Deno.stderr, text + "\n");
}

async function write(to: typeof Deno.stdout, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
}
