/** The reconnect storm: all clients come back at once, and each resumes what it missed. */

import type { Target } from "../generator/plan.ts";
import { ms } from "./metrics.ts";
import { quantile } from "./percentiles.ts";
import { ProbeClient } from "./probe_client.ts";
import type { Scenario, Settings } from "./scenario.ts";

const ROOM_SIZE = 50;
const MISSED = 100;
/** Logins at a time, before the storm. */
const CONNECTING = 32;

interface Member {
  readonly name: string;
  readonly token: string;
  readonly seq: number;
}

export function storm({ stormClients }: Settings): Scenario {
  const clients = stormClients.toLocaleString("en-US");
  return {
    name: "storm",
    title: `${clients} clients come back at once and resume ${MISSED} messages each`,
    metrics: {
      all: ms("until all have caught up"),
      p50: ms("until one has caught up: p50"),
      p99: ms("until one has caught up: p99"),
    },
    needs: "parley",
    parley: ["parley-tcp", "parley-lines"],
    measure: async ({ start, tell }) => {
      await using server = await start();
      tell("first logins");
      const members = await logInOnce(server.target, stormClients);
      tell("messages that they miss");
      await fillRooms(server.target, Math.ceil(stormClients / ROOM_SIZE));
      tell("the storm");
      const returns = await Promise.all(members.map((member) => comeBack(server.target, member)));
      const times = returns.map((one) => one.ms);
      const problems = [...new Set(returns.flatMap((one) => one.problem ?? []))];
      return {
        figures: { all: Math.max(...times), p50: quantile(times, 0.5), p99: quantile(times, 0.99) },
        problems,
      };
    },
  };
}

async function logInOnce(target: Target, count: number): Promise<Member[]> {
  const members: Member[] = [];
  const numbers = Array.from({ length: count }, (_, i) => i).values();
  const logInNext = async () => {
    for (const i of numbers) members.push(await logIn(target, `storm-${i}`, roomOf(i)));
  };
  await Promise.all(Array.from({ length: CONNECTING }, logInNext));
  return members;
}

async function logIn(target: Target, name: string, room: string): Promise<Member> {
  using client = await ProbeClient.connect(target);
  const { welcome } = await client.logIn(name);
  const joined = await client.ask(`/join ${room}`, "joined");
  return { name, token: String(welcome.metadata.token), seq: Number(joined.metadata.seq) };
}

function roomOf(client: number): string {
  return `#storm-${Math.floor(client / ROOM_SIZE)}`;
}

async function fillRooms(target: Target, rooms: number): Promise<void> {
  using talker = await ProbeClient.connect(target);
  await talker.logIn("talker");
  for (let room = 0; room < rooms; room++) {
    await talker.ask(`/join #storm-${room}`, "joined");
    const text = "x".repeat(100);
    await Promise.all(Array.from({ length: MISSED }, () => talker.say(`#storm-${room}`, text)));
  }
}

/** The time counts from before the connecting. */
async function comeBack(
  target: Target,
  { name, token, seq }: Member,
): Promise<{ ms: number; problem: string | null }> {
  const fromMs = performance.now();
  using client = await ProbeClient.connect(target);
  const { caughtUp } = await client.logIn("", { token, since: seq });
  const elapsedMs = performance.now() - fromMs;
  const counted = Number(caughtUp.metadata.count);
  return { ms: elapsedMs, problem: faultOf(client, { name, counted }) };
}

function faultOf(
  { messages, outOfOrder }: ProbeClient,
  { name, counted }: { name: string; counted: number },
): string | null {
  if (messages === MISSED && counted === MISSED && outOfOrder === 0) return null;
  return `${name} got ${messages} of ${MISSED} messages, ${outOfOrder} of them out of order`;
}
