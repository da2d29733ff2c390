/**
 * Curves: what a message costs as the number of rooms, of connected users and of stored messages grows. The load is
 * the same everywhere, 40 rooms of five, at its maximum; only what is beside it differs.
 */

import type { Metric } from "../results.ts";
import { ProbeClient } from "./probe_client.ts";
import { pastSize } from "./million.ts";
import { type Context, Gathering, type Scenario, type Settings } from "./scenario.ts";

const LOAD = { kind: "rooms", rooms: 40, members: 5, sendersPerRoom: 1 } as const;
const WINDOW = 16;
/** Logins at a time. */
const CONNECTING = 32;
const IDLE_ROOM_SIZE = 50;

const ROOMS = [10, 100, 1000, 10_000];
const USERS = [10, 100, 1000];

/** Of each curve; the ends where there are to be few. */
function pointsOf(
  { pastMessages, curves }: Settings,
): { rooms: number[]; users: number[]; stored: number[] } {
  const stored = [pastMessages / 1000, pastMessages / 100, pastMessages / 10, pastMessages];
  const chosen = (points: number[]) => curves === "full" ? points : [points[0]!, points.at(-1)!];
  return { rooms: chosen(ROOMS), users: chosen(USERS), stored: chosen(stored) };
}

export function growth(settings: Settings): Scenario {
  const points = pointsOf(settings);
  return {
    name: "growth",
    title: "What a message costs as rooms, users and history grow: 40 rooms of five",
    metrics: Object.fromEntries([
      ...points.rooms.map((n) => metric("rooms", n, "rooms in the database")),
      ...points.users.map((n) => metric("users", n, "other users connected")),
      ...points.stored.map((n) => metric("messages", n, "messages stored")),
    ]),
    needs: "parley",
    isSlow: true,
    parley: ["parley-tcp"],
    measure: async (context) => {
      const gathering = new Gathering();
      for (const rooms of points.rooms) {
        await measureBesidePast(context, gathering, `rooms ${rooms}`, {
          messages: rooms,
          users: 1000,
          rooms,
        });
      }
      for (const users of points.users) await measureBesideUsers(context, gathering, users);
      for (const messages of points.stored) {
        const size = { ...pastSize(settings), messages };
        await measureBesidePast(context, gathering, `messages ${messages}`, size);
      }
      return gathering;
    },
  };
}

function metric(kind: string, count: number, words: string): [string, Metric] {
  const title = `${count.toLocaleString("en-US")} ${words}`;
  return [`${kind} ${count}`, { title, unit: "µs/message", better: "less" }];
}

async function measureBesidePast(
  context: Context,
  gathering: Gathering,
  name: string,
  size: { messages: number; users: number; rooms: number },
): Promise<void> {
  await using copy = await context.past.copy(size, context.tell);
  await using server = await context.start(copy.folder);
  context.tell(name);
  await measureCost(context, gathering, name, server.target);
}

async function measureBesideUsers(context: Context, gathering: Gathering, users: number): Promise<void> {
  await using server = await context.start();
  context.tell(`users ${users}`);
  const clients = await connectIdle(server.target, users);
  try {
    await measureCost(context, gathering, `users ${users}`, server.target);
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
}

type Target = Parameters<Context["generate"]>[0];

/** The server's core is busy at the maximum, so a message costs the time until the next. */
async function measureCost({ generate }: Context, gathering: Gathering, name: string, target: Target) {
  const result = await generate(target, LOAD, { window: WINDOW });
  gathering.rate(name, 1e6 / result.messagesPerSecond, result);
}

async function connectIdle(target: Target, count: number): Promise<ProbeClient[]> {
  const clients: ProbeClient[] = [];
  const numbers = Array.from({ length: count }, (_, i) => i).values();
  const connectNext = async () => {
    for (const i of numbers) clients.push(await connectOne(target, i));
  };
  await Promise.all(Array.from({ length: CONNECTING }, connectNext));
  return clients;
}

async function connectOne(target: Target, number: number): Promise<ProbeClient> {
  const client = await ProbeClient.connect(target);
  await client.logIn(`idle-${number}`);
  await client.ask(`/join #idle-${Math.floor(number / IDLE_ROOM_SIZE)}`, "joined");
  return client;
}
