/**
 * B: a room of many in which some read nothing, or too little, while somebody speaks; and a disk that is slow. What the others notice,
 * what the server's memory does, and whether everybody has everything in the end.
 */

import { PacedReader } from "../paced_reader.ts";
import { ServerProcess } from "../server_process.ts";
import { readSample } from "./server_sample.ts";

export interface SlowPeersOptions {
  readonly readers: number;
  /** Of each phase. */
  readonly seconds: number;
  readonly progress: (words: string) => void;
}

export interface Phase {
  readonly name: string;
  readonly deliveries: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cutOff: number;
  readonly residentMiB: { readonly before: number; readonly peak: number; readonly after: number };
}

export interface SlowPeersResult {
  readonly phases: readonly Phase[];
  /** Seconds after the last phase until the memory was back at what it was, and 10 %. */
  readonly backAfterSeconds: number;
  readonly disk: SlowDisk;
  readonly problems: readonly string[];
}

export interface SlowDisk {
  readonly stored: number;
  readonly pingP99Ms: number;
  /** `early`: when a third of the time was over. */
  readonly residentMiB: { readonly early: number; readonly peak: number };
}

const FLAGS = ["--no-openai", "--no-thermometer", "--no-rate-limit"];
/** 200 messages a second, as a busy room has them: several at once. */
const BURST = 10;
const BURST_EVERY_MS = 50;
const FILLING = "x".repeat(300);
/** Said where only those are who read nothing, so that they are full before the phase is over. */
const FLOOD = "x".repeat(15_000);
const FLOOD_EVERY_MS = 20;
const DEAF_ROOM = "#deaf";
const LOGINS_AT_ONCE = 50;
const TRICKLING = 10;
const BACK_WITHIN_SECONDS = 60;

export async function slowPeers(options: SlowPeersOptions): Promise<SlowPeersResult> {
  const folder = await Deno.makeTempDir({ prefix: "parley-slow-" });
  try {
    const room = await Room.open(folder, options);
    const result = await room.run();
    return { ...result, disk: await slowDisk(`${folder}/disk`, options) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Milliseconds by how often they came, to a tenth. */
class Latencies {
  readonly #tenths = new Map<number, number>();
  count = 0;

  readonly note = (ms: number): void => {
    const tenths = Math.round(ms * 10);
    this.#tenths.set(tenths, (this.#tenths.get(tenths) ?? 0) + 1);
    this.count++;
  };

  quantile(part: number): number {
    let left = part * this.count;
    for (const tenths of [...this.#tenths.keys()].sort((a, b) => a - b)) {
      left -= this.#tenths.get(tenths)!;
      if (left <= 0) return tenths / 10;
    }
    return NaN;
  }
}

class Room {
  readonly #server: ServerProcess;
  readonly #options: SlowPeersOptions;
  readonly #sender = new PacedReader("sender");
  readonly #flooder = new PacedReader("flooder");
  readonly #readers: PacedReader[];
  readonly #problems: string[] = [];
  #latencies = new Latencies();
  #said = 0;

  private constructor(server: ServerProcess, options: SlowPeersOptions) {
    this.#server = server;
    this.#options = options;
    const onText = (text: string, now: number) => this.#latencies.note(now - Number.parseFloat(text));
    this.#readers = Array.from({ length: options.readers }, (_, i) => new PacedReader(`reader${i}`, onText));
  }

  static async open(folder: string, options: SlowPeersOptions): Promise<Room> {
    const room = new Room(await ServerProcess.start(folder, FLAGS), options);
    for (const peer of [room.#sender, room.#flooder]) await peer.connect(room.#server.port);
    await room.#flooder.send({ type: "command", message: `/join ${DEAF_ROOM}` });
    for (let i = 0; i < options.readers; i += LOGINS_AT_ONCE) {
      await Promise.all(
        room.#readers.slice(i, i + LOGINS_AT_ONCE).map((reader) => reader.connect(room.#server.port)),
      );
    }
    return room;
  }

  async run(): Promise<Omit<SlowPeersResult, "disk">> {
    const many = Math.floor(this.#options.readers / 10);
    // The first minute of a process is like no other: it is not looked at.
    await this.#phase("warming up", [], []);
    const phases = [
      await this.#phase("all read", [], []),
      await this.#phase("one reads nothing", this.#readers.slice(0, 1), []),
      await this.#phase(`${many} read nothing, ${TRICKLING} 1 KB/s`, ...this.#some(many)),
    ];
    const backAfterSeconds = await this.#memoryBack(phases[0]!.residentMiB.after);
    await this.#judge();
    for (const peer of [this.#sender, this.#flooder, ...this.#readers]) await peer.close();
    await this.#server.end();
    this.#compare(phases);
    return { phases, backAfterSeconds, problems: this.#problems };
  }

  #some(many: number): [PacedReader[], PacedReader[]] {
    return [this.#readers.slice(1, 1 + many), this.#readers.slice(1 + many, 1 + many + TRICKLING)];
  }

  /** Lets the sender speak, while those read nothing and those a little. All are back when it resolves. */
  async #phase(
    name: string,
    deaf: readonly PacedReader[],
    trickling: readonly PacedReader[],
  ): Promise<Phase> {
    this.#options.progress(name);
    for (const reader of deaf) {
      await reader.send({ type: "command", message: `/join ${DEAF_ROOM}` });
      await reader.heard("joined");
    }
    for (const reader of [...deaf, ...trickling]) reader.pause();
    this.#latencies = new Latencies();
    const before = (await readSample(this.#server)).residentMiB;
    const end = performance.now() + this.#options.seconds * 1000;
    const [peak] = await Promise.all([
      this.#peakUntil(end),
      this.#speakUntil(end),
      // Also where nobody hears it: it is a load of its own.
      this.#floodUntil(end),
      ...trickling.map((reader) => trickleUntil(reader, end)),
    ]);
    const latencies = this.#latencies;
    this.#latencies = new Latencies();
    const cutOff = this.#options.readers + 2 - (await readSample(this.#server)).connections;
    const head = await this.#head();
    for (const reader of deaf) await this.#bringBack(reader, head);
    for (const reader of trickling) await this.#bringBack(reader, this.#readers.at(-1)!.seqs.at(-1)!);
    const after = (await readSample(this.#server)).residentMiB;
    return {
      name,
      deliveries: latencies.count,
      p50Ms: latencies.quantile(0.5),
      p99Ms: latencies.quantile(0.99),
      cutOff,
      residentMiB: { before, peak, after },
    };
  }

  async #speakUntil(end: number): Promise<void> {
    for (let at = performance.now(); at < end; at += BURST_EVERY_MS) {
      await until(at);
      const message = `${performance.now()} ${FILLING}`;
      const chat = { type: "chat", destination: "#general", message };
      await this.#sender.send(...Array.from({ length: BURST }, () => chat));
      this.#said += BURST;
    }
  }

  async #floodUntil(end: number): Promise<void> {
    for (let at = performance.now(); at < end; at += FLOOD_EVERY_MS) {
      await until(at);
      await this.#flooder.send({ type: "chat", destination: DEAF_ROOM, message: FLOOD });
    }
  }

  async #peakUntil(end: number): Promise<number> {
    let peak = 0;
    while (performance.now() < end) {
      peak = Math.max(peak, (await readSample(this.#server)).residentMiB);
      await until(performance.now() + 500);
    }
    return peak;
  }

  /** Reads what the server sent before it cut it off, and resumes. Who was not cut off just reads on. */
  async #bringBack(reader: PacedReader, last: number): Promise<void> {
    await Promise.race([reader.readToEnd(), reader.reached(last)]);
    if (reader.hasEnded) await reader.connect(this.#server.port);
  }

  async #head(): Promise<number> {
    const metrics = await (await fetch(`http://127.0.0.1:${this.#server.webPort}/metrics`)).text();
    return Number(/^parley_log_seq (\d+)$/m.exec(metrics)![1]);
  }

  /** Everybody has all that was said in the rooms of theirs, once and in order. */
  async #judge(): Promise<void> {
    const last = this.#readers.at(-1)!;
    while (last.seqs.length < this.#said && !last.hasEnded) await last.reached((last.seqs.at(-1) ?? 0) + 1);
    const lobby = new Set(last.seqs);
    for (const [i, reader] of this.#readers.entries()) {
      await reader.reached(last.seqs.at(-1)!);
      const ofLobby = reader.seqs.filter((seq) => lobby.has(seq));
      const isRising = reader.seqs.every((seq, at) => at === 0 || seq > reader.seqs[at - 1]!);
      const isAll = ofLobby.length === this.#said;
      if (!isRising || !isAll) {
        this.#problems.push(`reader ${i} has ${ofLobby.length} of ${this.#said} messages`);
      }
    }
  }

  async #memoryBack(residentMiB: number): Promise<number> {
    this.#options.progress("memory");
    const start = performance.now();
    const seconds = () => (performance.now() - start) / 1000;
    while (seconds() < BACK_WITHIN_SECONDS) {
      if ((await readSample(this.#server)).residentMiB <= residentMiB * 1.1) return seconds();
      await until(performance.now() + 500);
    }
    this.#problems.push(`the memory was not back after ${BACK_WITHIN_SECONDS} s`);
    return Infinity;
  }

  #compare([base, ...others]: readonly Phase[]): void {
    for (const { name, p99Ms } of others) {
      if (p99Ms <= Math.max(base!.p99Ms * 1.1, base!.p99Ms + 5)) continue;
      this.#problems.push(`${name}: p99 ${p99Ms} ms, ${base!.p99Ms} ms without`);
    }
  }
}

async function trickleUntil(reader: PacedReader, end: number): Promise<void> {
  for (let at = performance.now(); at < end && !reader.hasEnded; at += 1000) {
    await reader.readSome(1024);
    await until(at + 1000);
  }
}

/** Time itself is what a slow reader takes. */
function until(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, time - performance.now())));
}

/** Each fsync takes so long, in microseconds. */
const FSYNC_US = 300_000;
const SENDERS = 20;
const PINGS_EVERY_MS = 100;

/** Senders that never wait, while each fsync takes long; and somebody who only pings. */
export async function slowDisk(folder: string, { seconds, progress }: SlowPeersOptions): Promise<SlowDisk> {
  progress("a slow disk");
  await Deno.mkdir(folder);
  const calls = "fsync,fdatasync";
  const wrapper = ["strace", "-D", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", `-etrace=${calls}`];
  const inject = `-einject=${calls}:delay_enter=${FSYNC_US}`;
  const server = await ServerProcess.start(folder, FLAGS, {}, { wrapper: [...wrapper, inject] });
  const peers = Array.from({ length: SENDERS }, (_, i) => new PacedReader(`sender${i}`));
  await Promise.all(peers.map((peer) => peer.connect(server.port)));
  const pinger = new PacedReader("pinger");
  await pinger.connect(server.port);
  const end = performance.now() + seconds * 1000;
  const early = end - seconds * 667;
  const resident = { early: 0, peak: 0 };
  const pings = new Latencies();
  const sending = peers.map((peer, i) => sendUntil(peer, `#room${i}`, end));
  for (let at = performance.now(); at < end; at += PINGS_EVERY_MS) {
    await until(at);
    const start = performance.now();
    pinger.codes.delete("pong");
    await pinger.send({ type: "command", message: "/ping" });
    await pinger.heard("pong");
    pings.note(performance.now() - start);
    const { residentMiB } = await readSample(server);
    resident.peak = Math.max(resident.peak, residentMiB);
    if (at < early) resident.early = resident.peak;
  }
  await Promise.all(peers.map((peer) => peer.close()));
  await Promise.all(sending);
  const metrics = await (await fetch(`http://127.0.0.1:${server.webPort}/metrics`)).text();
  await pinger.close();
  await server.end();
  const stored = Number(/^parley_log_seq (\d+)$/m.exec(metrics)![1]);
  return { stored, pingP99Ms: pings.quantile(0.99), residentMiB: resident };
}

async function sendUntil(peer: PacedReader, room: string, end: number): Promise<void> {
  try {
    await peer.send({ type: "command", message: `/join ${room}` });
    const chat = { type: "chat", destination: room, message: FILLING };
    while (performance.now() < end) await peer.send(...Array.from({ length: 100 }, () => chat));
  } catch {
    // It was closed in the middle of a write that was not taken.
  }
}
