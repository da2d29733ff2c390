/** E6: all clients lose their connections at once and come back at once, while others go on speaking. */

import { ServerProcess } from "../server_process.ts";
import { judge, type Verdict } from "./checker.ts";
import { History } from "./history.ts";
import { JsonClient } from "./json_client.ts";
import { LOBBY } from "./recording_client.ts";
import { readStoredLog } from "./stored_log.ts";
import type { WireKind } from "./wire.ts";

export interface HerdResult {
  readonly verdict: Verdict;
  /** From the moment in which all connections broke until all had logged in and were caught up. */
  readonly backMs: number;
  readonly missed: number;
}

const WIRES: readonly WireKind[] = ["tcp", "tcp", "tcp", "websocket", "websocket-lines"];
const FLAGS = ["--no-openai", "--no-thermometer", "--no-rate-limit"];
/** Messages that are said while nobody is there to hear them. */
const MISSED = 50;
/** Logins at a time, before. */
const ARRIVING = 50;

export async function herd(clients: number): Promise<HerdResult> {
  const folder = await Deno.makeTempDir({ prefix: "parley-torture-" });
  try {
    const server = await ServerProcess.start(folder, FLAGS);
    const history = new History();
    const options = (i: number) => ({ at: () => server, wire: WIRES[i % WIRES.length]! });
    const speaker = new JsonClient(history, "speaker", { at: () => server });
    const all = Array.from({ length: clients }, (_, i) => new JsonClient(history, `herd${i}`, options(i)));
    await speaker.reconnect();
    const backMs = await breakAndReturn(speaker, all);
    await Promise.all([speaker, ...all].map((client) => client.close()));
    await server.end();
    return { verdict: judge(history, readStoredLog(`${folder}/data`)), backMs, missed: MISSED * clients };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function breakAndReturn(speaker: JsonClient, all: readonly JsonClient[]): Promise<number> {
  for (let i = 0; i < all.length; i += ARRIVING) {
    await Promise.all(all.slice(i, i + ARRIVING).map((client) => client.reconnect()));
  }
  for (const client of all) client.say(LOBBY);
  await Promise.all(all.map((client) => client.break()));
  for (let i = 0; i < MISSED; i++) speaker.say(LOBBY);
  const startMs = performance.now();
  await Promise.all(all.map((client) => client.reconnect()));
  const backMs = performance.now() - startMs;
  await Promise.all(all.map((client) => client.persist(() => client.idle())));
  const last = speaker.say(LOBBY, "the last word");
  await speaker.idle();
  speaker.log.settled();
  await Promise.all(all.map((client) => client.settle(last.text)));
  return backMs;
}
