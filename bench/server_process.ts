/** Parley in a process of its own, on free ports and with a folder of its own, run as `deno task start` runs it. */

import { fileURLToPath } from "node:url";
import { ChildServer, freePort } from "./child_server.ts";
import denoConfig from "../deno.json" with { type: "json" };

export interface ServerOptions {
  /** Pins the server to one core. */
  readonly core?: number | undefined;
  /** A folder with a database; a temporary one where it is left out. */
  readonly data?: string | undefined;
  /** With the port for WebSocket and HTTP. Default true. */
  readonly web?: boolean;
  /** Goes before the program, as in `--cpu-prof`. */
  readonly denoFlags?: readonly string[];
}

export class ServerProcess extends ChildServer {
  private constructor(
    options: ConstructorParameters<typeof ChildServer>[0],
    readonly port: number,
    /** 0 where it has none. */
    readonly webPort: number,
  ) {
    super(options);
  }

  /** Parley, without bots and without a limit on the rate; resolves when it accepts connections. */
  static async start(options: ServerOptions = {}): Promise<ServerProcess> {
    const server = await ServerProcess.spawn(options);
    return await server.ready();
  }

  /** As `start`, but resolves at once. */
  static async spawn({ core, data, web = true, denoFlags = [] }: ServerOptions = {}): Promise<ServerProcess> {
    const folder = await Deno.makeTempDir({ prefix: "parley-bench-" });
    const [port, webPort] = [await freePort(), web ? await freePort() : 0];
    const args = [
      ...["run", ...startFlags(), ...denoFlags, fileURLToPath(new URL("../main.ts", import.meta.url))],
      ...["--port", `${port}`, ...(web ? ["--web-port", `${webPort}`] : ["--no-web"])],
      ...["--data", data ?? folder, "--log-dir", `${folder}/logs`],
      ...["--no-rate-limit", "--no-thermometer", "--no-openai"],
    ];
    const ports = web ? [port, webPort] : [port];
    // In the folder, so that no `.env` of the checkout's is read.
    const options = { command: [Deno.execPath(), ...args], ports, core, folder, cwd: folder } as const;
    return new ServerProcess(options, port, webPort);
  }
}

/** What `deno task start` gives to `deno run`: V8's settings and the permissions. What is measured is what users run. */
export function startFlags(command: string = denoConfig.tasks.start.command): string[] {
  const flags = / deno run (.+) main\.ts$/.exec(command)?.[1];
  if (flags === undefined) throw new Error(`The start task does not end in "deno run … main.ts": ${command}`);
  return flags.split(" ");
}
