/** What a server takes at a moment, as Linux and its own /metrics say it. */

import type { ServerProcess } from "../server_process.ts";

export interface Sample {
  readonly atMs: number;
  readonly residentMiB: number;
  readonly heapMiB: number;
  readonly descriptors: number;
  readonly connections: number;
}

const MIB = 1024 * 1024;

export async function readSample({ pid, webPort }: ServerProcess): Promise<Sample> {
  const metrics = await (await fetch(`http://127.0.0.1:${webPort}/metrics`)).text();
  const figure = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(metrics)?.[1]);
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return {
    atMs: performance.now(),
    residentMiB: Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024,
    heapMiB: figure("parley_heap_bytes") / MIB,
    descriptors: [...Deno.readDirSync(`/proc/${pid}/fd`)].length,
    connections: figure("parley_connections"),
  };
}
