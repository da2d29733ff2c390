/** 500 clients for hours: they speak, come and go, and lose their connections; what the server takes may not grow. */

import { ServerProcess } from "../server_process.ts";
import { judge, type Verdict } from "./checker.ts";
import { History } from "./history.ts";
import { JsonClient } from "./json_client.ts";
import { PAST_SENDER, sayPast } from "./past.ts";
import { Random } from "./random.ts";
import { LOBBY, type RecordingClient } from "./recording_client.ts";
import { readSample, type Sample } from "./server_sample.ts";
import { readStoredLog } from "./stored_log.ts";
import { TextClient } from "./text_client.ts";
import type { WireKind } from "./wire.ts";

export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly progress: (words: string) => void;
}

export interface SoakResult {
  readonly verdict: Verdict;
  readonly minutes: number;
  readonly said: number;
  readonly delivered: number;
  readonly churned: number;
  readonly cut: number;
  readonly samples: readonly Sample[];
  /** Before the first client came, and after the last one had gone. */
  readonly before: Sample;
  readonly after: Sample;
  /** From saying to hearing, of live messages; of each tenth of the time. */
  readonly latenciesMs: readonly (readonly number[])[];
}

const CLIENTS = 500;
/** More than fills what the server keeps of the past: 96 MiB of pages, 100,000 ids. Filled by the soak itself, they would look like a leak. */
const PAST = 500_000;
const TEXT_CLIENTS = 50;
const ROOM_MEMBERS = 25;
const SAY_MS = 20;
const CHURN_MS = 200;
/** How long one who left stays away. */
const AWAY_MS = 2000;
/** Of the messages: what breaks its sender's connection. */
const CUTS = 0.01;
const PARTS = 10;
const FLAGS = ["--no-openai", "--no-rate-limit", "--thermometer-interval", "5"];
const WIRES: readonly WireKind[] = ["tcp", "tcp", "tcp", "websocket", "websocket-lines"];
const ARRIVING = 50;
/** Only a server that keeps connections takes so long. */
const GONE_MS = 30_000;

export async function soak(options: SoakOptions): Promise<SoakResult> {
  const folder = await Deno.makeTempDir({ prefix: "parley-torture-" });
  try {
    const server = await ServerProcess.start(folder, FLAGS);
    options.progress(`${PAST} messages are said first`);
    await sayPast(server.port, PAST);
    const run = new SoakRun(server, options);
    await run.arrive();
    await run.play();
    await run.leave();
    await server.end();
    return run.result(`${folder}/data`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

class SoakRun {
  readonly #server: ServerProcess;
  readonly #options: SoakOptions;
  readonly #random: Random;
  readonly #history = new History();
  readonly #speakers: JsonClient[];
  readonly #typists: TextClient[];
  /** Those who come and go, or whose connection broke: they are left alone until they are back. */
  readonly #busy = new Map<RecordingClient, Promise<void>>();
  readonly #saidAt = new Map<string, number>();
  readonly #latenciesMs: number[][] = Array.from({ length: PARTS }, () => []);
  readonly #samples: Sample[] = [];
  #before: Sample | undefined;
  #crowd: Sample | undefined;
  #after: Sample | undefined;
  #startMs = 0;
  readonly #failed = Promise.withResolvers<never>();
  #counts = { said: 0, delivered: 0, churned: 0, cut: 0 };

  constructor(server: ServerProcess, options: SoakOptions) {
    this.#server = server;
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#history.outsiders.add("thermometer1").add(PAST_SENDER);
    const [history, at] = [this.#history, () => server];
    this.#speakers = Array.from(
      { length: CLIENTS - TEXT_CLIENTS },
      (_, i) => new JsonClient(history, `speaker${i}`, { at, wire: WIRES[i % WIRES.length]! }),
    );
    this.#typists = Array.from(
      { length: TEXT_CLIENTS },
      (_, i) => new TextClient(history, `typist${i}`, { at }),
    );
    for (const client of this.#everyone) client.onMessage = ({ text, via }) => this.#hear(text, via);
  }

  async arrive(): Promise<void> {
    this.#before = await readSample(this.#server);
    for (let i = 0; i < CLIENTS; i += ARRIVING) {
      await Promise.all(this.#everyone.slice(i, i + ARRIVING).map((client) => client.reconnect()));
    }
    await Promise.all(this.#speakers.map((speaker, i) => speaker.join(roomOf(i))));
    this.#crowd = await readSample(this.#server);
    for (const speaker of this.#speakers.slice(0, ROOM_MEMBERS)) {
      speaker.log.joining("thermometer1/feed");
      await speaker.command("/subscribe thermometer1");
    }
  }

  /** Three timers for all of it. The first thing that fails ends it. */
  async play(): Promise<void> {
    this.#startMs = performance.now();
    const timers = [
      setInterval(() => this.#say(), SAY_MS),
      setInterval(() => this.#churn(), CHURN_MS),
      setInterval(() => void this.#sample().catch(this.#failed.reject), this.#durationMs / 100),
    ];
    const over = Promise.withResolvers<void>();
    // How long it lasts is what was asked for.
    timers.push(setTimeout(over.resolve, this.#durationMs));
    try {
      await Promise.race([over.promise, this.#failed.promise]);
    } finally {
      timers.forEach(clearTimeout);
    }
  }

  /** All come back, send again what was not acknowledged, hear the last word, and go. */
  async leave(): Promise<void> {
    await Promise.all(this.#busy.values());
    await Promise.all(this.#speakers.map((speaker) => speaker.persist(() => speaker.idle())));
    await Promise.all(this.#typists.map((typist) => typist.persist(() => Promise.resolve(true))));
    const [first, ...others] = this.#everyone as [JsonClient, ...RecordingClient[]];
    const last = first.say(LOBBY, "the last word");
    await first.idle();
    first.log.settled();
    await Promise.all(others.map((client) => client.settle(last.text)));
    await Promise.all(this.#everyone.map((client) => client.close()));
    this.#after = await this.#whenAllHaveGone();
  }

  result(data: string): SoakResult {
    return {
      verdict: judge(this.#history, readStoredLog(data)),
      minutes: this.#options.minutes,
      ...this.#counts,
      samples: this.#samples,
      before: this.#before!,
      after: this.#after!,
      latenciesMs: this.#latenciesMs,
    };
  }

  get #everyone(): readonly RecordingClient[] {
    return [...this.#speakers, ...this.#typists];
  }

  get #durationMs(): number {
    return this.#options.minutes * 60_000;
  }

  #hear(text: string, via: "live" | "resumed"): void {
    this.#counts.delivered++;
    const saidAt = this.#saidAt.get(text);
    if (via !== "live" || saidAt === undefined) return;
    const part = Math.floor((performance.now() - this.#startMs) / this.#durationMs * PARTS);
    this.#latenciesMs[Math.min(part, PARTS - 1)]!.push(performance.now() - saidAt);
  }

  /** Mostly in a room, at times in the lobby or to one user; now and then the connection breaks over it. */
  #say(): void {
    const number = this.#random.between(0, this.#speakers.length - 1);
    const speaker = this.#speakers[number]!;
    if (this.#busy.has(speaker)) return;
    const chance = this.#random.next();
    // Always the same few: with ever more conversations, which are kept, memory would grow of itself.
    const receiver = this.#everyone[(number + this.#random.between(1, 2)) % CLIENTS]!.user;
    const destination = chance < 0.04 ? LOBBY : chance < 0.1 ? receiver : roomOf(number);
    const sentMs = performance.now();
    const { text } = speaker.say(destination);
    this.#saidAt.set(text, sentMs);
    if (this.#counts.said++ % 50 === 0) this.#typists[0]!.isConnected && this.#typists[0]!.say(LOBBY);
    if (this.#random.chance(CUTS)) this.#cut(speaker);
  }

  #cut(speaker: JsonClient): void {
    this.#counts.cut++;
    this.#isBusyWith(speaker, async () => await speaker.break());
  }

  #churn(): void {
    const client = this.#random.pick(this.#everyone);
    if (this.#busy.has(client)) return;
    this.#counts.churned++;
    this.#isBusyWith(client, async () => {
      await (client instanceof TextClient ? client.finish() : client.close());
      // To be away for a while is the load, not a wait for anything.
      await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
    });
  }

  #isBusyWith(client: RecordingClient, absence: () => Promise<void>): void {
    const back = absence().then(() => client.reconnect()).finally(() => this.#busy.delete(client));
    this.#busy.set(client, back.catch(this.#failed.reject));
  }

  async #sample(): Promise<void> {
    const sample = await readSample(this.#server);
    this.#samples.push(sample);
    const minutes = ((performance.now() - this.#startMs) / 60_000).toFixed(1);
    const { said, delivered, churned, cut } = this.#counts;
    this.#options.progress(
      `${minutes} min: ${said} said, ${delivered} delivered, ${churned} came and went, ${cut} cut, ` +
        `${sample.residentMiB.toFixed(1)} MiB, ${sample.descriptors} descriptors`,
    );
  }

  /** Asked until the server has noticed all ends: only the bots are left. */
  async #whenAllHaveGone(): Promise<Sample> {
    const bots = this.#crowd!.connections - CLIENTS;
    const deadlineMs = performance.now() + GONE_MS;
    for (;;) {
      const sample = await readSample(this.#server);
      if (sample.connections <= bots || performance.now() > deadlineMs) return sample;
    }
  }
}

function roomOf(speaker: number): string {
  return `#soak${Math.floor(speaker / ROOM_MEMBERS)}`;
}
