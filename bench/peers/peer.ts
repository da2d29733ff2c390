/** What all peers have in common: a program on a free port, with a temporary folder for its files. */

import { join } from "node:path";
import { ChildServer, freePort } from "../child_server.ts";
import type { WireName } from "../generator/plan.ts";
import type { Ability } from "../scenarios/scenario.ts";
import type { Subject } from "../subject.ts";

export interface Launch {
  readonly command: readonly [string, ...string[]];
  readonly env?: Record<string, string>;
  /** Written into the folder before the start; content by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Run to its end in the folder before the start. */
  readonly before?: readonly [string, ...string[]];
}

export interface PeerOptions {
  readonly id: string;
  readonly title: string;
  readonly wire: WireName;
  readonly abilities?: readonly Ability[];
  /** @param folder is the program's working directory too */
  launch(port: number, folder: string): Launch;
}

export function peer({ id, title, wire, abilities = ["rooms", "shared"], launch }: PeerOptions): Subject {
  return {
    id,
    title,
    wire,
    abilities,
    async start({ core }) {
      const port = await freePort();
      const folder = await Deno.makeTempDir({ prefix: `bench-${id}-` });
      // ngIRCd and InspIRCd give up root for a user of their own.
      await Deno.chmod(folder, 0o777);
      const { command, env, files = {}, before } = launch(port, folder);
      for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(join(folder, name), text);
      if (before) await run(before, folder);
      const child = await new ChildServer({
        command,
        ports: [port],
        core,
        cwd: folder,
        folder,
        ...(env === undefined ? {} : { env }),
      }).ready();
      return {
        target: { wire, host: "127.0.0.1", port },
        memory: () => child.memory(),
        [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
      };
    },
  };
}

/** @throws Error (rejects) with what it printed, where it fails */
export async function run([program, ...args]: readonly [string, ...string[]], cwd?: string): Promise<void> {
  const command = new Deno.Command(program, { args, ...(cwd === undefined ? {} : { cwd }) });
  const { success, stdout, stderr } = await command.output();
  if (success) return;
  const decoder = new TextDecoder();
  throw new Error(`${program} ${args[0]} failed: ${decoder.decode(stderr).trim() || decoder.decode(stdout)}`);
}
