/** Another process holds the database: pings go on, what is said waits or is refused, and nothing is lost or doubled. */

import { DatabaseSync } from "node:sqlite";
import type { Envelope } from "../../../protocol/message.ts";
import { LineClient } from "../../line_client.ts";
import { ServerProcess } from "../../server_process.ts";

const FLAGS = ["--no-openai", "--no-thermometer", "--no-rate-limit"];
const ROOM = "#general";
/** Messages on the way while the database is held. */
const SAID = 10;

export interface LockedReport {
  readonly pings: number;
  readonly pingP99Ms: number;
  /** How the messages that were said meanwhile fared, in their order. */
  readonly replies: readonly string[];
  /** The ids that were in the room at the end, after those refused were said again; and those that were said. */
  readonly stored: readonly string[];
  readonly said: readonly string[];
}

/**
 * Holds the database while so many clients ping in rounds; lets go after `rounds`, or, where that is Infinity, when the
 * first message was refused.
 */
export async function lockDatabase(
  { clients, rounds }: { clients: number; rounds: number },
): Promise<LockedReport> {
  const folder = await Deno.makeTempDir({ prefix: "parley-locked-" });
  const server = await ServerProcess.start(folder, FLAGS);
  const idle = await Promise.all(
    Array.from({ length: clients }, async (_, index) => (await login(server, `idle-${index}`)).client),
  );
  const { client: sender, token } = await login(server, "sender");
  try {
    const said = Array.from({ length: SAID }, (_, index) => `said-${index}`);
    const lock = new DatabaseSync(`${folder}/data/parley.db`);
    lock.exec("BEGIN EXCLUSIVE");
    let isAnswered = false;
    const first = say(sender, said).finally(() => isAnswered = true);
    const times: number[] = [];
    for (let round = 0; round < rounds && !isAnswered; round++) times.push(...await ping(idle));
    lock.close();
    const replies = [await first, ...await repliesTo(sender, said.slice(1))];
    // By another connection: what this one says is refused for a second.
    const { client: again } = await login(server, "sender", token);
    await sayAgain(again, said.filter((_, index) => replies[index] !== "stored"));
    await again.close();
    return {
      pings: times.length,
      pingP99Ms: times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? NaN,
      replies,
      stored: await idsIn(sender),
      said,
    };
  } finally {
    await Promise.all([sender, ...idle].map((client) => client.close()));
    await server.end();
    await Deno.remove(folder, { recursive: true });
  }
}

async function login(server: ServerProcess, name: string, token?: unknown) {
  const client = await server.tcp();
  client.login(name, token === undefined ? {} : { token });
  const welcome = await client.envelope(({ metadata }) => metadata.code === "welcome");
  await client.envelope(({ metadata }) => metadata.code === "caught_up");
  return { client, token: welcome.metadata.token };
}

/** Says all at once. Resolves with the reply to the first. */
async function say(client: LineClient, ids: readonly string[]): Promise<string> {
  for (const id of ids) client.sendJson({ type: "chat", id, destination: ROOM, message: id });
  return (await repliesTo(client, ids.slice(0, 1)))[0]!;
}

/** The codes of the replies, which come in the order of the messages. */
async function repliesTo(client: LineClient, ids: readonly string[]): Promise<string[]> {
  const codes: string[] = [];
  for (const id of ids) {
    const { metadata } = await client.envelope(({ metadata }) => metadata.reply_to !== undefined);
    if (metadata.reply_to !== id) throw new Error(`${id} was not answered next, but ${metadata.reply_to}`);
    codes.push(String(metadata.error ?? metadata.code));
  }
  return codes;
}

async function sayAgain(client: LineClient, ids: readonly string[]): Promise<void> {
  for (const id of ids) client.sendJson({ type: "chat", id, destination: ROOM, message: id });
  const codes = await repliesTo(client, ids);
  if (codes.some((code) => code !== "stored")) throw new Error(`not stored: ${codes}`);
}

/** One ping of each. Resolves with how long the answers took, in milliseconds. */
async function ping(clients: readonly LineClient[]): Promise<number[]> {
  return await Promise.all(clients.map(async (client) => {
    const before = performance.now();
    await client.command("/ping");
    return performance.now() - before;
  }));
}

async function idsIn(client: LineClient): Promise<string[]> {
  const { metadata } = await client.command(`/history ${ROOM} 200`);
  return (metadata.messages as Envelope[]).map(({ id }) => id!);
}
