/** A server in a process of its own, on free ports and with a folder of its own, for as long as it is measured. */

import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export interface ServerOptions {
  /** Pins the server to one core, where `taskset` is there. */
  readonly core?: number;
  /** A folder with a database; a temporary one where it is left out. */
  readonly data?: string;
  /** With the port for WebSocket and HTTP. Default true. */
  readonly web?: boolean;
  /** Goes before the program, as in `--cpu-prof`. */
  readonly denoFlags?: readonly string[];
}

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;
const PERMISSIONS = ["--no-prompt", "--allow-net", "--allow-read", "--allow-write", "--allow-env"];

export class ServerProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #errors: Promise<string>;
  readonly #folder: string | undefined;
  #hasEnded = false;

  private constructor(
    child: Deno.ChildProcess,
    readonly port: number,
    /** 0 where it has none. */
    readonly webPort: number,
    folder: string | undefined,
  ) {
    this.#child = child;
    this.#folder = folder;
    this.#errors = new Response(child.stderr).text();
    void child.status.then(() => this.#hasEnded = true);
  }

  /** Parley, without bots and without a limit on the rate; resolves when it accepts connections. */
  static async start(options: ServerOptions = {}): Promise<ServerProcess> {
    const server = await ServerProcess.spawn(options);
    return await server.#ready();
  }

  /** As `start`, but resolves at once. */
  static async spawn({ core, data, web = true, denoFlags = [] }: ServerOptions = {}): Promise<ServerProcess> {
    const folder = await Deno.makeTempDir({ prefix: "parley-bench-" });
    const [port, webPort] = [await freePort(), web ? await freePort() : 0];
    const args = [
      ...["run", "--v8-flags=--max-semi-space-size=4", ...denoFlags, ...PERMISSIONS, pathOf("../main.ts")],
      ...["--port", `${port}`, ...(web ? ["--web-port", `${webPort}`] : ["--no-web"])],
      ...["--data", data ?? folder, "--log-dir", `${folder}/logs`],
      ...["--no-rate-limit", "--no-thermometer", "--no-openai"],
    ];
    return new ServerProcess(spawn(args, core), port, webPort, folder);
  }

  /** The naive server; resolves when it accepts connections. */
  static async startNaive({ core }: { core?: number } = {}): Promise<ServerProcess> {
    const port = await freePort();
    const child = spawn(["run", "--allow-net", pathOf("naive_server.ts"), "--port", `${port}`], core);
    return await new ServerProcess(child, port, 0, undefined).#ready();
  }

  get pid(): number {
    return this.#child.pid;
  }

  /**
   * Resolves with a connection as soon as one is accepted.
   * @throws Error (rejects) with what the server printed, where it ended or does not come up
   */
  async connect(port = this.port): Promise<Deno.TcpConn> {
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (!this.#hasEnded && performance.now() < deadline) {
      try {
        return await Deno.connect({ hostname: "127.0.0.1", port });
      } catch (error) {
        if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
        await delay(1);
      }
    }
    await this.#end();
    throw new Error(`The server did not start.\n${await this.#errors}`);
  }

  /**
   * Ends it as an administrator would, and after 10 s by force.
   * @throws Error (rejects) with what the server printed, where it had ended by itself
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const endedBefore = this.#hasEnded;
    await this.#end();
    if (endedBefore) throw new Error(`The server ended by itself.\n${await this.#errors}`);
  }

  async #end(): Promise<void> {
    if (!this.#hasEnded) this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await this.#child.status;
    clearTimeout(timer);
    await this.#errors;
    if (this.#folder) await Deno.remove(this.#folder, { recursive: true });
  }

  async #ready(): Promise<this> {
    for (const port of [this.port, this.webPort]) {
      if (port !== 0) (await this.connect(port)).close();
    }
    return this;
  }
}

/** Whether processes can be pinned to a core here. */
export function canPin(): boolean {
  return navigator.hardwareConcurrency > 1 && hasTaskset();
}

/** Pins this process, with all its threads. */
export async function pinSelf(core: number): Promise<void> {
  await new Deno.Command("taskset", { args: ["-a", "-cp", `${core}`, `${Deno.pid}`], stdout: "null" })
    .output();
}

function hasTaskset(): boolean {
  try {
    return new Deno.Command("taskset", { args: ["--version"], stdout: "null", stderr: "null" }).outputSync()
      .success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function spawn(args: readonly string[], core: number | undefined): Deno.ChildProcess {
  const command = core === undefined
    ? [Deno.execPath(), ...args]
    : ["taskset", "-c", `${core}`, Deno.execPath(), ...args];
  const [program, ...rest] = command as [string, ...string[]];
  return new Deno.Command(program, { args: rest, stdin: "null", stdout: "null", stderr: "piped" }).spawn();
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}

/** A port that nothing listens on at the moment. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
