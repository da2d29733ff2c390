/** The server under `strace`, which tells all that it writes, to files and to sockets, and can make calls fail. */

import { ServerProcess } from "../../server_process.ts";
import { type Call, CALLS, TraceReader } from "./trace.ts";

export interface TraceOptions {
  readonly flags?: readonly string[];
  /** As in `-e inject=`: `fsync,fdatasync:error=EIO:when=3`. */
  readonly inject?: string;
  /** Instead of `main.ts`. */
  readonly program?: string;
  /** Where the line numbers go on. */
  readonly firstLine?: number;
}

const FLAGS = ["--no-openai", "--no-thermometer", "--no-rate-limit"];

export class TracedServer {
  readonly #reader: TraceReader;
  readonly #reading: Promise<void>;
  readonly #scratch: string;

  private constructor(
    readonly process: ServerProcess,
    reader: TraceReader,
    reading: Promise<void>,
    scratch: string,
  ) {
    this.#reader = reader;
    this.#reading = reading;
    this.#scratch = scratch;
  }

  /** The trace comes through a pipe with a name: where that ends, all of it was read. */
  static async start(folder: string, options: TraceOptions = {}): Promise<TracedServer> {
    const scratch = await Deno.makeTempDir({ prefix: "parley-trace-" });
    const pipe = `${scratch}/trace`;
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    const reader = new TraceReader((target) => isOfInterest(target), options.firstLine);
    const reading = readAll(pipe, reader);
    const { flags = [], inject, program } = options;
    const wrapper = [
      "strace",
      "-D",
      "-f",
      "--seccomp-bpf",
      "-q",
      "-ttt",
      "-yy",
      "-xx",
      "-s",
      "2000000",
      "-o",
      pipe,
    ];
    wrapper.push("-e", `trace=${CALLS.join(",")}`, ...(inject ? ["-e", `inject=${inject}`] : []));
    const launch = { wrapper, ...(program ? { program } : {}) };
    const server = await ServerProcess.start(folder, [...FLAGS, ...flags], {}, launch);
    return new TracedServer(server, reader, reading, scratch);
  }

  /** Up to now; the newest calls may be missing. */
  get calls(): readonly Call[] {
    return this.#reader.calls;
  }

  /** The line after the last. */
  get line(): number {
    return this.#reader.line;
  }

  /** When it ended, or did the last thing so far, in seconds. */
  get time(): number {
    return this.#reader.time;
  }

  /** Ends it, or waits until it has ended by itself. @returns the exit code; then the trace is complete */
  async end(signal: "SIGTERM" | "SIGKILL" | null = "SIGTERM"): Promise<number> {
    const code = signal ? await this.process.end(signal) : await this.process.ended();
    await this.#reading;
    await Deno.remove(this.#scratch, { recursive: true });
    return code;
  }
}

/** The database, its journals, its folder, and sockets; not its shared memory, which no power cut leaves. */
function isOfInterest(target: string): boolean {
  return target.startsWith("TCP") || /\/data(\/(parley|search)\.db(-wal|-journal)?)?$/.test(target);
}

async function readAll(pipe: string, reader: TraceReader): Promise<void> {
  const file = await Deno.open(pipe);
  let rest = "";
  for await (const text of file.readable.pipeThrough(new TextDecoderStream("latin1"))) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) reader.push(line);
  }
  reader.end();
}

/** Whether `strace` is here and may trace. */
export async function canTrace(): Promise<boolean> {
  if (Deno.build.os !== "linux") return false;
  const { success } = await new Deno.Command("strace", { args: ["-qq", "-o", "/dev/null", "true"] }).output()
    .catch(() => ({ success: false }));
  return success;
}
