/** The load generator as a process of its own, on a core of its own. */

import { fileURLToPath } from "node:url";
import { onCore } from "./cores.ts";
import type { Plan, Result } from "./generator/plan.ts";

const GENERATOR = fileURLToPath(new URL("generator/main.ts", import.meta.url));
/** Connecting and counting may take as long, beside the time that the plan gives. */
const SPARE_SECONDS = 120;

export interface GeneratorOptions {
  readonly core?: number | undefined;
  /** Ends it at once. */
  readonly signal?: AbortSignal;
  /** Is told each line of its progress. */
  readonly tell?: (words: string) => void;
}

/** @throws Error (rejects) with its own words, where the plan cannot be carried out or takes too long */
export async function generate(plan: Plan, { core, signal, tell }: GeneratorOptions = {}): Promise<Result> {
  const [program, ...args] = onCore(core, [Deno.execPath(), "run", "-A", GENERATOR]);
  const pipes = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  const child = new Deno.Command(program, { args, ...pipes }).spawn();
  const kill = () => child.kill("SIGKILL");
  signal?.addEventListener("abort", kill);
  const deadline = setTimeout(kill, (plan.warmupSeconds + plan.durationSeconds + SPARE_SECONDS) * 1000);
  const [, answer, words, { success }] = await Promise.all([
    write(child.stdin, JSON.stringify(plan)),
    new Response(child.stdout).text(),
    follow(child.stderr, tell),
    child.status,
  ]);
  clearTimeout(deadline);
  signal?.removeEventListener("abort", kill);
  signal?.throwIfAborted();
  if (!success) throw new Error(`the generator failed; its last words: ${words}`);
  return JSON.parse(answer) as Result;
}

async function write(stream: WritableStream<Uint8Array>, text: string): Promise<void> {
  const writer = stream.getWriter();
  try {
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
  } catch {
    // It has ended; its status and last words say why.
  }
}

/** @returns the last line */
async function follow(stream: ReadableStream<Uint8Array<ArrayBuffer>>, tell?: (words: string) => void) {
  let last = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    last = text.trimEnd().split("\n").at(-1) || last;
    tell?.(last);
  }
  return last;
}
