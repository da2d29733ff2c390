/** A1: the server is killed with SIGKILL at random moments, started again on the same data, and nothing may be lost or doubled. */

import { ServerProcess } from "../server_process.ts";
import { judge, type Verdict } from "./checker.ts";
import { History } from "./history.ts";
import { JsonClient } from "./json_client.ts";
import { Random } from "./random.ts";
import { type ClientOptions, LOBBY } from "./recording_client.ts";
import { readStoredLog } from "./stored_log.ts";
import { TextClient } from "./text_client.ts";
import type { Address, WireKind } from "./wire.ts";

export interface CrashOptions {
  readonly kills: number;
  readonly seed: number;
  readonly onKill?: (kill: number) => void;
}

export interface CrashResult {
  readonly verdict: Verdict;
  readonly acknowledged: number;
  readonly deliveries: number;
}

const FLAGS = ["--no-openai", "--no-thermometer", "--no-rate-limit"];
const ROOMS = ["#r1", "#r2", "#r3", "#r4", "#r5"];
const WIRES: readonly WireKind[] = ["tcp", "tcp", "tcp", "websocket", "websocket", "websocket-lines"];
const TEXT_SENDERS = 2;
/** Messages of one sender that are on the way at a time. */
const WINDOW = 16;
/** The moment of a kill, after all have come back. */
const KILL_MS = [50, 700] as const;
/** A text client, which gets no acknowledgements, says something after so many messages of others. */
const TEXT_PACE = 6;

export async function crash({ kills, seed, onKill = () => {} }: CrashOptions): Promise<CrashResult> {
  const folder = await Deno.makeTempDir({ prefix: "parley-torture-" });
  const run = new CrashRun(folder, new Random(seed));
  try {
    for (let kill = 1; kill <= kills; kill++) {
      await run.untilKilled(kill === 1);
      onKill(kill);
    }
    await run.end();
    return run.result();
  } finally {
    await run.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

class CrashRun {
  readonly #folder: string;
  readonly #random: Random;
  readonly #history = new History();
  readonly #senders: JsonClient[];
  readonly #textSenders: TextClient[];
  /** They get direct messages and come now and then; the last two only at the end. */
  readonly #away: (JsonClient | TextClient)[];
  #address: Address = { port: 0, webPort: 0 };
  #server: ServerProcess | undefined;
  #isStopping = false;

  constructor(folder: string, random: Random) {
    this.#folder = folder;
    this.#random = random;
    const [history, options] = [this.#history, { at: () => this.#address }];
    this.#senders = WIRES.map((wire, i) => this.#sender(`sender${i}`, { ...options, wire }));
    this.#textSenders = Array.from(
      { length: TEXT_SENDERS },
      (_, i) => this.#textSender(`typist${i}`, options),
    );
    this.#away = [
      new JsonClient(history, "away0", options),
      new TextClient(history, "away1", options),
      new JsonClient(history, "away2", { ...options, wire: "websocket-lines" }),
      new TextClient(history, "away3", options),
    ];
  }

  /** Starts the server, lets all speak, and kills it at a random moment. */
  async untilKilled(isFirst: boolean): Promise<void> {
    const server = await this.#start();
    if (isFirst) await this.#meet();
    const visitor = this.#random.pick(this.#away.slice(0, 2));
    const moment = this.#random.between(...KILL_MS);
    const visiting = visitor.connect();
    for (const sender of this.#senders) this.#sayNext(sender);
    for (const typist of this.#textSenders) typist.say(this.#random.pick([LOBBY, "away1", "away3"]));
    // Not a wait for anything: the moment of the kill is what is tried.
    await new Promise((resolve) => setTimeout(resolve, moment));
    this.#isStopping = true;
    this.#server = undefined;
    await server.end("SIGKILL");
    await visiting;
    await Promise.all(this.#everyone.map((client) => client.until(() => false, "the end")));
    this.#isStopping = false;
  }

  /** All come back, send again what was not acknowledged, and hear the last word. */
  async end(): Promise<void> {
    const server = await this.#start();
    await Promise.all(this.#away.map((client) => client.reconnect()));
    this.#isStopping = true;
    for (const sender of this.#senders) await sender.persist(() => sender.idle());
    const last = this.#senders[0]!.say(LOBBY, "the last word").text;
    await this.#senders[0]!.idle();
    this.#senders[0]!.log.settled();
    const others = this.#everyone.filter((client) => client !== this.#senders[0]);
    await Promise.all(others.map((client) => client.settle(last)));
    await Promise.all(this.#everyone.map((client) => client.close()));
    this.#server = undefined;
    await server.end();
  }

  /** Where it failed, the server still runs. */
  async stop(): Promise<void> {
    await this.#server?.end("SIGKILL");
  }

  result(): CrashResult {
    const { clients } = this.#history;
    const deliveries = clients.flatMap(({ observed }) => observed).filter(({ kind }) =>
      kind !== "acknowledged"
    );
    const acknowledged = [...this.#history.messages()].filter(({ acknowledgedAt }) => acknowledgedAt > 0);
    return {
      verdict: judge(this.#history, readStoredLog(`${this.#folder}/data`)),
      acknowledged: acknowledged.length,
      deliveries: deliveries.length,
    };
  }

  get #everyone() {
    return [...this.#senders, ...this.#textSenders, ...this.#away];
  }

  async #start(): Promise<ServerProcess> {
    const server = await ServerProcess.start(this.#folder, FLAGS);
    this.#address = this.#server = server;
    await Promise.all([...this.#senders, ...this.#textSenders].map((client) => client.reconnect()));
    return server;
  }

  /** Before anything is said: a text client cannot tell history from what is said. */
  async #meet(): Promise<void> {
    for (const [i, sender] of this.#senders.entries()) {
      for (let n = 0; n < 3; n++) await sender.join(ROOMS[(i + n) % ROOMS.length]!);
    }
    for (const [i, typist] of this.#textSenders.entries()) {
      await typist.join(ROOMS[i]!);
      await typist.join(LOBBY);
    }
  }

  #sender(name: string, options: ClientOptions): JsonClient {
    const sender = new JsonClient(this.#history, name, options);
    sender.onAcknowledged = () => this.#sayNext(sender);
    return sender;
  }

  #textSender(name: string, options: ClientOptions): TextClient {
    const typist = new TextClient(this.#history, name, options);
    let heard = 0;
    typist.onMessage = () => {
      if (this.#isStopping || ++heard % TEXT_PACE > 0) return;
      typist.say(this.#random.pick([LOBBY, LOBBY, "sender0", "away1", "away3"]));
    };
    return typist;
  }

  #sayNext(sender: JsonClient): void {
    if (this.#isStopping) return;
    while (sender.unacknowledged < WINDOW) sender.say(this.#destinationOf(sender));
  }

  /** A room of its own mostly, the lobby at times, and direct messages to those who are here and who are not. */
  #destinationOf({ name }: JsonClient): string {
    if (this.#random.chance(0.1)) return LOBBY;
    if (this.#random.chance(0.2)) {
      return this.#random.pick(["away0", "away1", "away2", "away3", "sender0", "typist0"]);
    }
    return ROOMS[(Number(name.slice("sender".length)) + this.#random.between(0, 2)) % ROOMS.length]!;
  }
}
