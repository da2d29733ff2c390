/** From the start of the server's process to the first byte that a client reads. */

import { median } from "../median.ts";
import { ServerProcess } from "../server_process.ts";
import { ms } from "./metrics.ts";
import type { Context, Scenario } from "./scenario.ts";

export function startup(): Scenario {
  return {
    name: "startup",
    title: "Start with an empty database",
    metrics: { empty: ms("to the first byte") },
    needs: "parley",
    parley: ["parley-tcp"],
    measure: async (context) => {
      return { figures: { empty: await medianStartMs(context, undefined) }, problems: [] };
    },
  };
}

/** Of several starts. */
export async function medianStartMs(
  { settings, cores, tell }: Context,
  data: string | undefined,
): Promise<number> {
  const times: number[] = [];
  for (let start = 1; start <= settings.starts; start++) {
    tell(`start ${start}`);
    times.push(await firstByteMs({ core: cores.server, data }));
  }
  return median(times);
}

async function firstByteMs(options: { core: number | undefined; data: string | undefined }): Promise<number> {
  const fromMs = performance.now();
  await using server = await ServerProcess.spawn(options);
  using conn = await server.connect();
  await conn.read(new Uint8Array(1));
  return performance.now() - fromMs;
}
