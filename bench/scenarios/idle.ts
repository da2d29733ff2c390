/** What an idle connection costs the server, and what the server costs without any. */

import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ChildServer, freePort, type Memory } from "../child_server.ts";
import type { Metric } from "../results.ts";
import { startFlags } from "../server_process.ts";
import type { RunningServer } from "../subject.ts";
import { MemorySampler } from "./memory_sampler.ts";
import { type Context, problemsOf, type Scenario, type Settings } from "./scenario.ts";

const EMPTY_PROCESS = fileURLToPath(new URL("../empty_process.ts", import.meta.url));
const ROOM_SIZE = 50;
/** The first logins load what the server loads once. */
const FIRST_ROOMS = 1;
/** What came up at the logins is over by then: presence, written cursors, garbage. */
const SETTLE_SECONDS = 45;
const SAMPLE_MS = 250;
/** Memory is read so long before the clients leave. */
const BEFORE_END_MS = 1000;

export function idle({ idleConnections }: Settings): Scenario {
  return {
    name: "idle",
    title: `${idleConnections.toLocaleString("en-US")} idle connections in rooms of ${ROOM_SIZE}`,
    metrics: {
      each: { title: "each connection", unit: "KiB", better: "less" },
      fresh: mebibytes("the process before any, without bots"),
      "fresh anon": mebibytes("of it, its own: heaps, stacks"),
      "fresh file": mebibytes("of it, of files, shared"),
      floor: mebibytes("an empty Deno process with two idle workers"),
      "floor anon": mebibytes("of it, its own"),
      "floor file": mebibytes("of it, of files, shared"),
      base: mebibytes("the process after the first"),
    },
    needs: "rooms",
    isSlow: true,
    parley: ["parley-tcp", "parley-lines"],
    measure: async (context) => {
      await using server = await context.start();
      const rooms = Math.ceil(idleConnections / ROOM_SIZE);
      await delay(BEFORE_END_MS);
      const fresh = await server.memory();
      const before = await residentWith(FIRST_ROOMS, context, server);
      await delay(BEFORE_END_MS);
      const { residentKiB: baseKiB } = await server.memory();
      const after = await residentWith(rooms, context, server);
      return {
        figures: {
          each: (after.kiB - baseKiB) / (rooms * ROOM_SIZE),
          ...memoryFigures("fresh", fresh),
          ...(context.subject.abilities.includes("parley") ? await floorFigures(context) : {}),
          base: baseKiB / 1024,
        },
        problems: [...before.problems, ...after.problems],
      };
    },
  };
}

/** What Deno itself takes for a process with as many threads as Parley, run with the same flags. */
async function floorFigures({ cores, tell }: Context): Promise<Record<string, number>> {
  tell("an empty process");
  const port = await freePort();
  const command = [Deno.execPath(), "run", ...startFlags(), EMPTY_PROCESS, `${port}`] as const;
  await using empty = await new ChildServer({ command, ports: [port], core: cores.server }).ready();
  await delay(BEFORE_END_MS);
  return memoryFigures("floor", await empty.memory());
}

function memoryFigures(name: string, { residentKiB, anonKiB, fileKiB }: Memory): Record<string, number> {
  return {
    [name]: residentKiB / 1024,
    ...(anonKiB === 0 ? {} : { [`${name} anon`]: anonKiB / 1024, [`${name} file`]: fileKiB / 1024 }),
  };
}

function mebibytes(title: string): Metric {
  return { title, unit: "MiB", better: "less" };
}

/** Resident memory while so many rooms are connected. One message a second, in all, shows that they are alive. */
async function residentWith(
  rooms: number,
  { generate, tell }: Context,
  server: RunningServer,
): Promise<{ kiB: number; problems: string[] }> {
  tell(`${(rooms * ROOM_SIZE).toLocaleString("en-US")} connections`);
  await using memory = new MemorySampler(server, SAMPLE_MS);
  const topology = { kind: "rooms", rooms, members: ROOM_SIZE, sendersPerRoom: 1 } as const;
  const times = { warmupSeconds: 0, durationSeconds: rooms === FIRST_ROOMS ? 2 : SETTLE_SECONDS };
  const result = await generate(server.target, topology, { rate: 1 }, times);
  const untilMs = performance.now() - BEFORE_END_MS;
  const sample = memory.samples.findLast(({ atMs }) => atMs <= untilMs);
  return { kiB: sample?.kiB ?? NaN, problems: problemsOf(result) };
}
