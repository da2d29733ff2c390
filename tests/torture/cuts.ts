/** E: a connection is cut after each byte of a fixed conversation, and again while it resumes. */

import { ServerProcess } from "../server_process.ts";
import { judge, Verdict } from "./checker.ts";
import { type Cut, CuttingProxy } from "./cutting_proxy.ts";
import { History } from "./history.ts";
import { JsonClient } from "./json_client.ts";
import { Random } from "./random.ts";
import { readStoredLog } from "./stored_log.ts";
import { TextClient } from "./text_client.ts";
import type { WireKind } from "./wire.ts";

export interface CutsOptions {
  /** Each how many-th byte is tried. */
  readonly step: number;
  /** Connections that are cut while they resume, twice. */
  readonly resumes: number;
  readonly seed: number;
  readonly onRun?: (runs: number) => void;
}

export interface CutsResult {
  readonly verdict: Verdict;
  readonly runs: number;
  readonly cuts: number;
}

/** How the one speaks whose connection is cut. */
export const SPEAKING = ["text", "tcp", "websocket", "websocket-lines"] as const;
type Speaking = typeof SPEAKING[number];

/** Conversations at a time. */
const LANES = 8;

export async function cuts(options: CutsOptions): Promise<CutsResult> {
  const folder = await Deno.makeTempDir({ prefix: "parley-torture-" });
  try {
    return await cutAll(folder, options);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function cutAll(
  folder: string,
  { step, resumes, seed, onRun = () => {} }: CutsOptions,
): Promise<CutsResult> {
  const random = new Random(seed);
  const stage = await Stage.start(folder);
  const plans: Plan[] = [];
  for (const speaking of SPEAKING) {
    const { up, down } = await stage.lanes[0]!.measure(speaking);
    plans.push(...everyByte(speaking, { up, down, step, from: random.between(0, step - 1) }));
    const again = speaking === "text"
      ? []
      : Array.from({ length: resumes }, () => resume(speaking, { up, down }, random));
    plans.push(...again);
  }
  let runs = 0;
  const failures: string[] = [];
  await Promise.all(stage.lanes.map(async (lane) => {
    for (let plan = plans.pop(); plan && failures.length === 0; plan = plans.pop()) {
      const words = `${JSON.stringify(plan)}: `;
      await lane.run(plan).catch((error) => failures.push(words + String(error)));
      onRun(++runs);
    }
  }));
  const result = { runs, ...await stage.end() };
  // What was waited for in vain is what the verdict names.
  if (failures.length > 0) throw new Error([...failures, result.verdict.words].join("\n"));
  return result;
}

interface Plan {
  readonly speaking: Speaking;
  readonly cuts: readonly Cut[];
}

function* everyByte(
  speaking: Speaking,
  { up, down, step, from }: { up: number; down: number; step: number; from: number },
): Generator<Plan> {
  for (const how of ["fin", "rst"] as const) {
    for (let after = from; after < up; after += step) {
      yield { speaking, cuts: [{ direction: "up", after, how }] };
    }
    for (let after = from; after < down; after += step) {
      yield { speaking, cuts: [{ direction: "down", after, how }] };
    }
  }
}

/** Somewhere in the conversation, then twice while it resumes. */
function resume(speaking: Speaking, { up, down }: { up: number; down: number }, random: Random): Plan {
  const cut = (share: number): Cut => {
    const direction = random.pick(["up", "down"] as const);
    const bytes = direction === "up" ? up : down;
    return {
      direction,
      after: random.between(0, Math.floor(bytes * share)),
      how: random.pick(["fin", "rst"] as const),
    };
  };
  return { speaking, cuts: [cut(1), cut(0.5), cut(0.5)] };
}

/** A server, and lanes that lead to it. */
class Stage {
  private constructor(
    readonly server: ServerProcess,
    readonly folder: string,
    readonly lanes: readonly Lane[],
  ) {}

  static async start(folder: string): Promise<Stage> {
    const ports = { port: 0, webPort: 0 };
    const lanes = await Promise.all(Array.from({ length: LANES }, (_, i) => Lane.open(i, ports)));
    const origins = lanes.flatMap(({ origin }) => ["--allow-origin", origin]);
    const flags = ["--no-openai", "--no-thermometer", "--no-rate-limit", ...origins];
    const server = await ServerProcess.start(folder, flags);
    Object.assign(ports, { port: server.port, webPort: server.webPort });
    for (const lane of lanes) await lane.begin();
    return new Stage(server, folder, lanes);
  }

  async end(): Promise<{ verdict: Verdict; cuts: number }> {
    for (const lane of this.lanes) await lane.end();
    await this.server.end();
    const log = readStoredLog(`${this.folder}/data`);
    const verdict = new Verdict();
    for (const { history, name } of this.lanes) {
      const own = log.filter(({ sender }) => sender.startsWith(name));
      for (const { fault, words } of judge(history, own).findings) verdict.add(fault, words);
    }
    return { verdict, cuts: this.lanes.reduce((sum, lane) => sum + lane.cuts, 0) };
  }
}

/** Two readers that stay, and one after the other whose connection is cut. Lanes know nothing of each other. */
class Lane {
  readonly history = new History();
  readonly #reader: JsonClient;
  readonly #webReader: JsonClient;
  #runs = 0;

  private constructor(
    readonly name: string,
    readonly ports: { readonly port: number; readonly webPort: number },
    readonly tcp: CuttingProxy,
    readonly web: CuttingProxy,
  ) {
    const at = () => ports;
    this.#reader = new JsonClient(this.history, `${name}ann`, { at });
    this.#webReader = new JsonClient(this.history, `${name}ben`, { at, wire: "websocket-lines" });
  }

  static async open(
    number: number,
    ports: { readonly port: number; readonly webPort: number },
  ): Promise<Lane> {
    const [tcp, web] = [
      await CuttingProxy.start(() => ports.port),
      await CuttingProxy.start(() => ports.webPort),
    ];
    return new Lane(`lane${number}-`, ports, tcp, web);
  }

  get origin(): string {
    return `http://127.0.0.1:${this.web.port}`;
  }

  get cuts(): number {
    return this.tcp.cuts + this.web.cuts;
  }

  async begin(): Promise<void> {
    await this.#reader.reconnect();
    await this.#webReader.reconnect();
  }

  /** The bytes of a whole conversation. */
  async measure(speaking: Speaking): Promise<{ up: number; down: number }> {
    await this.run({ speaking, cuts: [] });
    return this.#proxy(speaking).passed;
  }

  async run({ speaking, cuts }: Plan): Promise<void> {
    const [number, proxy] = [++this.#runs, this.#proxy(speaking)];
    const room = `#${this.name}${String(number).padStart(5, "0")}`;
    await Promise.all([this.#reader.join(room), this.#webReader.join(room)]);
    proxy.plan(...cuts);
    const name = `${this.name}cut${String(number).padStart(5, "0")}`;
    const at = () => ({ port: this.tcp.port, webPort: this.web.port });
    const speaker = speaking === "text"
      ? await this.#typed(new TextClient(this.history, name, { at }), room)
      : await this.#conversed(new JsonClient(this.history, name, { at, wire: speaking as WireKind }), room);
    await this.#settle(speaker, room);
  }

  async end(): Promise<void> {
    await Promise.all([this.#reader.close(), this.#webReader.close()]);
    await Promise.all([this.tcp[Symbol.asyncDispose](), this.web[Symbol.asyncDispose]()]);
  }

  #proxy(speaking: Speaking): CuttingProxy {
    return speaking === "text" || speaking === "tcp" ? this.tcp : this.web;
  }

  /** About 2 KB each way. */
  async #conversed(client: JsonClient, room: string): Promise<JsonClient> {
    await client.persist(() => client.join(room));
    client.say(room);
    client.say(this.#reader.user, `to you, ${client.name}: «żółć» 👋`);
    this.#reader.say(room, `hello, ${client.name}`);
    client.say(room, `${client.name} ${"says more ".repeat(20)}`.trimEnd());
    client.say(this.#webReader.user);
    this.#webReader.say(client.user, `you are ${client.name}`);
    await client.persist(() => client.hears(`hello, ${client.name}`));
    await client.persist(() => client.hears(`you are ${client.name}`));
    client.say(room);
    await client.persist(() => client.idle());
    return client;
  }

  /** Where it was cut it does not say its lines again, and is in the lobby afterwards. */
  async #typed(client: TextClient, room: string): Promise<TextClient> {
    const cutsBefore = this.tcp.cuts;
    await client.persist(() => client.join(room));
    client.say(client.room === room ? room : this.#reader.user);
    client.say(this.#reader.user, `to you, ${client.name}: «żółć» 👋`);
    this.#reader.say(room, `hello, ${client.name}`);
    client.say(this.#webReader.user, `${client.name} ${"says more ".repeat(20)}`.trimEnd());
    this.#webReader.say(client.user, `you are ${client.name}`);
    await client.until(() => client.log.observed.length >= 2, "hears both");
    await client.finish(() => this.tcp.cuts > cutsBefore);
    await client.reconnect();
    return client;
  }

  /** All three hear the last word, and the readers leave. */
  async #settle(speaker: JsonClient | TextClient, room: string): Promise<void> {
    const readers = [this.#reader, this.#webReader];
    await Promise.all(readers.map((reader) => reader.idle()));
    const { text } = this.#reader.say(room, `the last word to ${speaker.name}`);
    await Promise.all([this.#reader.idle(), this.#webReader.settle(text), speaker.settle(text)]);
    this.#reader.log.settled();
    await speaker.close();
    await Promise.all(readers.map((reader) => reader.leave(room)));
  }
}
