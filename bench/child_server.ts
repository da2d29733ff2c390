/** A server in a process of its own, for as long as it is measured: pinned to a core, waited for, ended. */

import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { onCore } from "./cores.ts";

export interface ChildOptions {
  readonly command: readonly [string, ...string[]];
  /** It is ready when it accepts connections on all of these. */
  readonly ports: readonly number[];
  readonly core?: number | undefined;
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  /** Removed when it has ended. */
  readonly folder?: string;
}

/** Resident memory, KiB. */
export interface Memory {
  readonly residentKiB: number;
  /** What the process wrote itself: heaps, stacks; 0 where the system does not tell. */
  readonly anonKiB: number;
  /** Of the program's file and others, which other processes share; 0 where the system does not tell. */
  readonly fileKiB: number;
}

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;
/** Characters that are kept of what it prints, for when it fails. */
const KEPT_OUTPUT = 4000;

export class ChildServer implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #folder: string | undefined;
  readonly #ports: readonly number[];
  readonly #printed: Promise<unknown>;
  #output = "";
  #hasEnded = false;

  constructor({ command, ports, core, cwd, env, folder }: ChildOptions) {
    const [program, ...args] = onCore(core, command);
    this.#child = new Deno.Command(program, {
      args,
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env }),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#ports = ports;
    this.#folder = folder;
    this.#printed = Promise.all([this.#keep(this.#child.stdout), this.#keep(this.#child.stderr)]);
    void this.#child.status.then(() => this.#hasEnded = true);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /**
   * Resolves when it accepts connections.
   * @throws Error (rejects) with what the server printed, where it ended or does not come up
   */
  async ready(): Promise<this> {
    for (const port of this.#ports) (await this.connect(port)).close();
    return this;
  }

  /** Resolves with a connection as soon as one is accepted; rejects as `ready` does. */
  async connect(port = this.#ports[0]!): Promise<Deno.TcpConn> {
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
    throw new Error(`The server did not start.\n${this.#output}`);
  }

  /** Resident memory. */
  async memory(): Promise<Memory> {
    return await memoryOf(this.pid);
  }

  /**
   * Ends it as an administrator would, and after 10 s by force.
   * @throws Error (rejects) with what the server printed, where it had ended by itself
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const endedBefore = this.#hasEnded;
    await this.#end();
    if (endedBefore) throw new Error(`The server ended by itself.\n${this.#output}`);
  }

  async #end(): Promise<void> {
    if (!this.#hasEnded) this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await this.#child.status;
    clearTimeout(timer);
    await this.#printed;
    if (this.#folder) await Deno.remove(this.#folder, { recursive: true });
  }

  async #keep(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.#output = (this.#output + text).slice(-KEPT_OUTPUT);
    }
  }
}

async function memoryOf(pid: number): Promise<Memory> {
  if (Deno.build.os === "linux") return parseStatus(await Deno.readTextFile(`/proc/${pid}/status`));
  const output = await new Deno.Command("ps", { args: ["-o", "rss=", "-p", `${pid}`] }).output();
  return { residentKiB: Number(new TextDecoder().decode(output.stdout)), anonKiB: 0, fileKiB: 0 };
}

/** proc_pid_status(5). */
function parseStatus(text: string): Memory {
  const field = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, "m").exec(text)?.[1] ?? 0);
  return { residentKiB: field("VmRSS"), anonKiB: field("RssAnon"), fileKiB: field("RssFile") };
}

/** A port that nothing listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
