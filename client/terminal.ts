/** The terminal client: with a person at a terminal, or in a pipe. */

import { LineReader } from "../protocol/lines.ts";
import type { ExitCode } from "./terminal_exit.ts";
import { runInteractive } from "./terminal_interactive.ts";
import { readOptions } from "./terminal_options.ts";
import { runPipe } from "./terminal_pipe.ts";
import { COLOR_STYLE, PLAIN_STYLE, type Style, wantsColor } from "./terminal_style.ts";

/** Runs to its end. */
export async function runTerminal(args: readonly string[]): Promise<ExitCode> {
  const encoder = new TextEncoder();
  const writeErr = (text: string) => void Deno.stderr.writeSync(encoder.encode(text));
  const options = readOptions(args, {
    writeOut: (text) => Deno.stdout.writeSync(encoder.encode(text)),
    writeErr,
  });
  if (typeof options === "number") return options;
  const password = readEnv("PARLEY_PASSWORD");
  const login = {
    connect: options.connect,
    style: options.color ? chooseStyle() : PLAIN_STYLE,
    ...options.name !== undefined && { name: options.name },
    ...password !== undefined && { password },
  };
  if (isScreen()) return await runInteractive(login);
  const output = new LineWriter(Deno.stdout.writable);
  const code = await runPipe({
    ...login,
    input: readLines(Deno.stdin.readable),
    output: (text) => output.write(text),
    errors: (text) => writeErr(text + "\n"),
  });
  await output.flush();
  return code;
}

/** Whether there is a person at a terminal that can move its cursor. */
function isScreen(): boolean {
  return Deno.stdin.isTerminal() && Deno.stdout.isTerminal() && readEnv("TERM") !== "dumb";
}

function chooseStyle(): Style {
  // NO_COLOR can be known without a permission.
  const env = (name: string) => name === "NO_COLOR" && Deno.noColor ? "1" : readEnv(name);
  return wantsColor(Deno.stdout.isTerminal(), env) ? COLOR_STYLE : PLAIN_STYLE;
}

/** A variable, where it may be read. Nobody is asked for the permission. */
function readEnv(variable: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable });
  return state === "granted" ? Deno.env.get(variable) : undefined;
}

async function* readLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = new LineReader();
  for await (const bytes of stream) yield* reader.push(bytes).map(requireText);
  yield* reader.end().map(requireText);
}

/** @throws ChatError where a line cannot be read */
function requireText(line: ReturnType<LineReader["push"]>[number]): string {
  if (typeof line === "string") return line;
  throw line;
}

/** Writes in order, without holding up whoever writes. What nobody reads any more (`| head`) is dropped. */
class LineWriter {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #encoder = new TextEncoder();
  #last: Promise<void> = Promise.resolve();

  constructor(stream: WritableStream<Uint8Array>) {
    this.#writer = stream.getWriter();
    this.#writer.closed.catch(() => {});
  }

  write(text: string): void {
    this.#last = this.#writer.write(this.#encoder.encode(text + "\n")).catch(() => {});
  }

  async flush(): Promise<void> {
    await this.#last;
  }
}
