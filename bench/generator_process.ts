/** The load generator as a process of its own, on a core of its own. */

import { fileURLToPath } from "node:url";
import { onCore } from "./cores.ts";
import type { Plan, Result } from "./generator/plan.ts";

const GENERATOR = fileURLToPath(new URL("generator/main.ts", import.meta.url));
/** Connecting and counting may take as long, beside the time that the plan gives. */
const SPARE_SECONDS = 120;
/** It says every second how it goes. */
const SILENT_SECONDS = 30;

export interface GeneratorOptions {
  readonly core?: number | undefined;
  /** Ends it at once. */
  readonly signal?: AbortSignal;
  /** Is told each line of its progress. */
  readonly tell?: (words: string) => void;
}

/** @throws Error (rejects) with its own words, where the plan cannot be carried out, takes too long or is stuck */
export async function generate(plan: Plan, { core, signal, tell }: GeneratorOptions = {}): Promise<Result> {
  const [program, ...args] = onCore(core, [Deno.execPath(), "run", "-A", GENERATOR]);
  const pipes = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  const child = new Deno.Command(program, { args, ...pipes }).spawn();
  const kill = () => child.kill("SIGKILL");
  using watch = new Watch(plan, kill);
  signal?.addEventListener("abort", kill);
  const [, answer, words, { success }] = await Promise.all([
    write(child.stdin, JSON.stringify(plan)),
    new Response(child.stdout).text(),
    follow(child.stderr, (line) => {
      watch.heard();
      tell?.(line);
    }),
    child.status,
  ]);
  signal?.removeEventListener("abort", kill);
  signal?.throwIfAborted();
  if (!success) throw new Error(`the generator ${watch.problem ?? "failed"}; its last words: ${words}`);
  return JSON.parse(answer) as Result;
}

/** Ends a generator that takes too long, or that says nothing. */
class Watch implements Disposable {
  readonly #kill: () => void;
  readonly #deadline: ReturnType<typeof setTimeout>;
  #silence: ReturnType<typeof setTimeout>;
  /** Why it was ended. */
  problem: string | undefined;

  constructor({ warmupSeconds, durationSeconds }: Plan, kill: () => void) {
    this.#kill = kill;
    this.#deadline = this.#endAfter(warmupSeconds + durationSeconds + SPARE_SECONDS, "took too long");
    this.#silence = this.#awaitWords();
  }

  heard(): void {
    clearTimeout(this.#silence);
    this.#silence = this.#awaitWords();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#deadline);
    clearTimeout(this.#silence);
  }

  #awaitWords() {
    return this.#endAfter(SILENT_SECONDS, `said nothing for ${SILENT_SECONDS} s`);
  }

  #endAfter(seconds: number, problem: string) {
    return setTimeout(() => {
      this.problem ??= problem;
      this.#kill();
    }, seconds * 1000);
  }
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
async function follow(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  tell: (line: string) => void,
): Promise<string> {
  let [last, unfinished] = ["", ""];
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (unfinished + text).split("\n");
    unfinished = lines.pop()!;
    last = lines.at(-1) ?? last;
    if (lines.length > 0) tell(last);
  }
  return unfinished.trim() || last;
}
