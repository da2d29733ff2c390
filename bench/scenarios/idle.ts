/** What an idle connection costs the server, and what the server costs without any. */

import { setTimeout as delay } from "node:timers/promises";
import type { RunningServer } from "../subject.ts";
import { MemorySampler } from "./memory_sampler.ts";
import { type Context, problemsOf, type Scenario, type Settings } from "./scenario.ts";

const ROOM_SIZE = 50;
/** The first logins load what the server loads once. */
const FIRST_ROOMS = 1;
/** What came up at the logins is over by then: presence, written cursors, garbage. */
const SETTLE_SECONDS = 6;
const SAMPLE_MS = 250;
/** Memory is read so long before the clients leave. */
const BEFORE_END_MS = 1000;

export function idle({ idleConnections }: Settings): Scenario {
  return {
    name: "idle",
    title: `${idleConnections.toLocaleString("en-US")} idle connections in rooms of ${ROOM_SIZE}`,
    metrics: {
      each: { title: "each connection", unit: "KiB", better: "less" },
      fresh: { title: "the process before any", unit: "MiB", better: "less" },
      base: { title: "the process after the first", unit: "MiB", better: "less" },
    },
    needs: "rooms",
    parley: ["parley-tcp", "parley-lines"],
    measure: async (context) => {
      await using server = await context.start();
      const rooms = Math.ceil(idleConnections / ROOM_SIZE);
      await delay(BEFORE_END_MS);
      const freshKiB = await server.residentKiB();
      const before = await residentWith(FIRST_ROOMS, context, server);
      await delay(BEFORE_END_MS);
      const baseKiB = await server.residentKiB();
      const after = await residentWith(rooms, context, server);
      return {
        figures: {
          each: (after.kiB - baseKiB) / (rooms * ROOM_SIZE),
          fresh: freshKiB / 1024,
          base: baseKiB / 1024,
        },
        problems: [...before.problems, ...after.problems],
      };
    },
  };
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
