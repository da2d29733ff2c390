/** The server as users run it: a process of its own, on free ports and a folder that outlives it. */

import { LineClient } from "./line_client.ts";

const ROOT = new URL("../", import.meta.url).pathname;

/** The permissions of `deno task start`: the tests run the server with no others. */
async function permissions(): Promise<string[]> {
  const { tasks } = JSON.parse(await Deno.readTextFile(ROOT + "deno.json"));
  return / deno run (.*) main\.ts$/.exec(tasks.start.command)![1]!.split(" ");
}

export interface Launch {
  /** A command that runs the server, and its arguments: `strace`, `unshare`. */
  readonly wrapper?: readonly string[];
  /** Instead of `main.ts`. */
  readonly program?: string;
}

export class ServerProcess {
  readonly #child: Deno.ChildProcess;
  readonly #printed: Promise<void>;
  readonly #hasConsole: boolean;
  /** What it printed so far. */
  output = "";
  port = 0;
  webPort = 0;

  private constructor(
    args: string[],
    cwd: string,
    env: Record<string, string>,
    wrapper: readonly string[] = [],
  ) {
    this.#hasConsole = args.includes("--console");
    const [command, ...before] = [...wrapper, Deno.execPath()];
    this.#child = new Deno.Command(command!, {
      args: [...before, "run", "--no-check", ...args],
      cwd,
      env: { NO_COLOR: "1", ...env },
      stdin: this.#hasConsole ? "piped" : "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const started = this.#read(this.#child.stdout);
    this.#printed = Promise.all([started, this.#read(this.#child.stderr)]).then(() => {});
  }

  /** Starts it and waits until it listens. Rejects with what it printed where it does not. */
  static async start(
    folder: string,
    flags: readonly string[] = [],
    env: Record<string, string> = {},
    launch: Launch = {},
  ): Promise<ServerProcess> {
    const server = await ServerProcess.#spawn(folder, flags, env, launch);
    while (!/Web page .*\n/.test(server.output)) {
      if (await server.#more() === "ended") throw new Error(`the server ended:\n${server.output}`);
      server.port = Number(/nc \S+ (\d+)/.exec(server.output)?.[1] ?? 0);
      server.webPort = Number(/http:\/\/\S+?:(\d+)\//.exec(server.output)?.[1] ?? 0);
    }
    return server;
  }

  /** Runs it to its end, which is to come by itself. */
  static async run(
    folder: string,
    flags: readonly string[],
    env: Record<string, string> = {},
    launch: Launch = {},
  ): Promise<{ code: number; output: string }> {
    const server = await ServerProcess.#spawn(folder, flags, env, launch);
    const { code } = await server.#child.status;
    await server.#printed;
    return { code, output: server.output };
  }

  /** In the folder, so that no `.env` of the checkout's is read. */
  static async #spawn(
    folder: string,
    flags: readonly string[],
    env: Record<string, string>,
    { wrapper, program = ROOT + "main.ts" }: Launch,
  ): Promise<ServerProcess> {
    const args = [...await permissions(), program, ...withDefaults(flags)];
    return new ServerProcess(args, folder, env, wrapper);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Resolves when a line that fits was printed. */
  async printed(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.output)) {
      if (await this.#more() === "ended") throw new Error(`the server ended:\n${this.output}`);
    }
  }

  /** A raw TCP connection, past the greeting. */
  async tcp(): Promise<LineClient> {
    const client = await LineClient.tcp(this.port);
    await client.until((line) => line === "Enter your username:");
    return client;
  }

  /** Where it has a console, what sits at its terminal types. */
  async type(line: string): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(line + "\n"));
    writer.releaseLock();
  }

  /** @returns the exit code */
  async end(signal: "SIGTERM" | "SIGINT" | "SIGKILL" = "SIGTERM"): Promise<number> {
    this.#child.kill(signal);
    return await this.ended();
  }

  /** Resolves with the exit code when it has ended, by itself too. */
  async ended(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#printed;
    if (this.#hasConsole) await this.#child.stdin.close().catch(() => {});
    return code;
  }

  #wake: (() => void)[] = [];
  #hasEnded = false;

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.output += text;
      this.#tell();
    }
    this.#hasEnded = true;
    this.#tell();
  }

  #tell(): void {
    for (const resolve of this.#wake.splice(0)) resolve();
  }

  async #more(): Promise<"more" | "ended"> {
    if (this.#hasEnded) return "ended";
    await new Promise<void>((resolve) => this.#wake.push(resolve));
    return "more";
  }
}

/** Free ports; `data` and `logs` are in the folder that it runs in. */
function withDefaults(flags: readonly string[]): string[] {
  const defaults: [string, string][] = [["--port", "0"], ["--web-port", "0"]];
  return [...defaults.filter(([flag]) => !flags.includes(flag)).flat(), ...flags];
}
