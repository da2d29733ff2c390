import { deepEqual, equal, match, notDeepEqual, ok, throws } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LatencyRecorder } from "../bench/latency.ts";
import { LineScanner, markedText } from "../bench/load_message.ts";
import { settingsWords } from "../bench/load_report.ts";
import { isClean, type LoadResult, LoadRun, type LoadSettings } from "../bench/load_run.ts";
import { plotLatency } from "../bench/plot.ts";
import { Schedule } from "../bench/schedule.ts";
import { Tally } from "../bench/tally.ts";
import { Topology } from "../bench/topology.ts";
import { type Fault, FaultyServer } from "./load_faulty_server.ts";

// ---- what it says and finds again ----

function scan(text: string): { marks: number[][]; others: string[] } {
  const marks: number[][] = [];
  const others: string[] = [];
  new LineScanner().scan(text, {
    message: (...mark) => marks.push(mark),
    other: (line) => others.push(line),
  });
  return { marks, others };
}

Deno.test("A marked text is as long as asked for and carries sender, number and time", () => {
  const text = markedText(7, 123, 4_567_890, 100);
  equal(text.length, 100);
  deepEqual(scan(`{"message":"${text}","seq":42}`).marks, [[7, 123, 4_567_890, 42]]);
});

Deno.test("The scanner finds marks wherever they stand in a line, and gives on all other lines whole", () => {
  const text = markedText(1, 2, 3, 30);
  const lines = [
    "Enter your username:",
    `{"a":1,"message":"${text}","metadata":{},"seq":10}`,
    `{"type":"notification","metadata":{"code":"stored"}}`,
    `{"message":"${text}","seq":11,"more":5}`,
    `{"message":"~ is no mark, ~12 neither"}`,
    `{"message":"${text}"}`,
  ];
  const { marks, others } = scan(lines.join("\n"));
  deepEqual(marks, [[1, 2, 3, 10], [1, 2, 3, 11], [1, 2, 3, 0]]);
  deepEqual(others, [lines[0], lines[2], lines[4]]);
});

// ---- who hears whom ----

Deno.test("Topology spreads senders over the rooms, and reaches all others in the room", () => {
  const topology = new Topology({ clients: 6, senders: 3, rooms: 2, direct: false });
  deepEqual(topology.senders, [0, 3, 1]);
  deepEqual([0, 1, 2, 3, 4, 5].filter((client) => topology.reaches(1, client)), [0, 2]);
  match(topology.destinationOf(4, "run"), /^#load-run-0001$/);
});

Deno.test("Topology makes pairs that write to each other", () => {
  const topology = new Topology({ clients: 4, senders: 4, rooms: 1, direct: true });
  deepEqual([0, 1, 2, 3].filter((client) => topology.reaches(3, client)), [2]);
  equal(topology.destinationOf(3, "run"), "load-run-00002");
  equal(topology.roomOf(3, "run"), undefined);
});

Deno.test("Topology refuses numbers that do not fit together", () => {
  const base = { clients: 9, senders: 1, rooms: 1, direct: false };
  throws(() => new Topology({ ...base, direct: true }), /even number/);
  throws(() => new Topology({ ...base, rooms: 2 }), /multiple of --rooms/);
  throws(() => new Topology({ ...base, rooms: 9 }), /at least two/);
  throws(() => new Topology({ ...base, senders: 10 }), /only 9 clients/);
});

// ---- what it counts ----

/** Client 0 has sent three messages to clients 1 and 2. */
function threeSent(): Tally {
  const tally = new Tally(new Topology({ clients: 3, senders: 1, rooms: 1, direct: false }));
  deepEqual([1, 2, 3].map(() => tally.countSent(0)), [0, 1, 2]);
  return tally;
}

function counts({ lost, duplicated, outOfOrder }: Tally) {
  return { lost, duplicated, outOfOrder };
}

Deno.test("Tally finds nothing where everything comes once and in order", () => {
  const tally = threeSent();
  for (const receiver of [1, 2]) {
    for (const number of [0, 1, 2]) equal(tally.countDelivered(receiver, 0, number, number + 10), "new");
  }
  deepEqual(counts(tally), { lost: 0, duplicated: 0, outOfOrder: 0 });
  equal(tally.delivered, 6);
});

Deno.test("Tally counts what did not come as lost, also at the end", () => {
  const tally = threeSent();
  tally.countDelivered(1, 0, 0, 0);
  tally.countDelivered(1, 0, 2, 0);
  tally.countDelivered(2, 0, 0, 0);
  deepEqual(counts(tally), { lost: 3, duplicated: 0, outOfOrder: 0 });
});

Deno.test("Tally tells a message that comes late from one that comes twice", () => {
  const tally = threeSent();
  equal(tally.countDelivered(1, 0, 1, 0), "new");
  equal(tally.countDelivered(1, 0, 0, 0), "new");
  equal(tally.countDelivered(1, 0, 0, 0), "duplicate");
  equal(tally.countDelivered(1, 0, 1, 0), "duplicate");
  deepEqual(counts(tally), { lost: 4, duplicated: 2, outOfOrder: 1 });
});

Deno.test("Tally counts a seq that goes back as out of order, also that of a stored reply", () => {
  const tally = threeSent();
  tally.countDelivered(1, 0, 0, 5);
  tally.countDelivered(1, 0, 1, 4);
  tally.countAcknowledged(0, 5);
  tally.countAcknowledged(0, 5);
  equal(tally.outOfOrder, 2);
});

Deno.test("Tally expects no delivery of a message that was refused, and takes no foreign one", () => {
  const tally = threeSent();
  tally.countRefused(0);
  equal(tally.expected, 4);
  equal(tally.countDelivered(0, 0, 0, 0), "foreign");
  equal(tally.countDelivered(1, 77, 0, 0), "foreign");
  equal(tally.delivered, 0);
});

// ---- when it sends ----

Deno.test("Schedule keeps the intended times whatever happens: a late sender has more that is due", () => {
  const schedule = new Schedule({ rate: 100, startMs: 1000, durationMs: 50 });
  equal(schedule.count, 5);
  deepEqual([0, 1, 4].map((index) => schedule.timeOf(index)), [1000, 1010, 1040]);
  deepEqual([999, 1000, 1009, 1010, 1035, 9999].map((now) => schedule.dueBy(now)), [0, 1, 1, 2, 4, 5]);
});

// ---- what it makes of latencies ----

Deno.test("LatencyRecorder gives percentiles of all, short and long", () => {
  const recorder = new LatencyRecorder(0, 1000);
  for (let i = 1; i <= 1000; i++) recorder.record(i - 1, i);
  const { count, mean, p50, p99, max } = recorder.percentiles();
  deepEqual([count, max], [1000, 1000]);
  for (const [is, should] of [[p50, 500], [p99, 990], [mean, 500.5]] as const) {
    ok(Math.abs(is - should) <= should / 500, `${is} is not ${should}`);
  }
});

Deno.test("LatencyRecorder keeps a bounded sample of all, in the order of the intended times", () => {
  const recorder = new LatencyRecorder(0, 100_000, 500);
  for (let i = 0; i < 100_000; i++) recorder.record(i, i / 1000);
  const sample = recorder.sample();
  equal(sample.length, 500);
  ok(sample.every(({ second }, i) => i === 0 || second >= sample[i - 1]!.second));
  // Each half holds 250 with a deviation of 11; a sample that kept only the first or last would hold 0 or 500.
  const late = sample.filter(({ second }) => second >= 50).length;
  ok(late > 150 && late < 350, `${late} of 500 are from the second half`);
});

Deno.test("LatencyRecorder shows the highest latency of each stretch, also where the sample left it out", () => {
  const recorder = new LatencyRecorder(0, 1000, 200);
  for (let i = 0; i < 10_000; i++) recorder.record(i / 10, i === 5000 ? 77 : 1);
  equal(Math.max(...recorder.spans().map((span) => span.max)), 77);
});

// ---- a run ----

const SETTINGS: LoadSettings = {
  clients: 4,
  senders: 2,
  rooms: 1,
  direct: false,
  rate: 200,
  warmupSeconds: 0,
  durationSeconds: 0.1,
  drainSeconds: 0.2,
  size: 40,
};

async function runAgainst(fault: Fault, settings: Partial<LoadSettings> = {}): Promise<LoadResult> {
  await using server = new FaultyServer(fault);
  const target = { hostname: "127.0.0.1", port: server.port, transport: "tcp" } as const;
  return await new LoadRun(target, { ...SETTINGS, ...settings }).execute();
}

Deno.test("A run against a server without faults is clean, and each delivery has its latency", async () => {
  const result = await runAgainst((line) => [line]);
  deepEqual(result.problems, []);
  ok(isClean(result));
  equal(result.messages.sent, 20);
  equal(result.deliveries.delivered, 60);
  equal(result.latency_ms.count, 60);
});

Deno.test("A closed loop keeps its window and is clean too", async () => {
  const result = await runAgainst((line) => [line], { window: 3 });
  ok(isClean(result));
  ok(result.messages.sent > 6);
  equal(result.deliveries.delivered, result.messages.sent * 3);
});

Deno.test("A run finds what a server loses", async () => {
  const { deliveries } = await runAgainst((line, receiver) => receiver === 3 ? [] : [line]);
  equal(deliveries.lost, 20);
  equal(deliveries.delivered, 40);
});

Deno.test("A run finds what a server sends twice", async () => {
  const { deliveries } = await runAgainst((line, receiver) => receiver === 3 ? [line, line] : [line]);
  equal(deliveries.duplicated, 20);
  equal(deliveries.lost, 0);
});

Deno.test("A run finds what a server sends in another order", async () => {
  const swap: Fault = (line, receiver, held) => {
    if (receiver !== 3) return [line];
    held.push(line);
    return held.length < 2 ? [] : held.splice(0).reverse();
  };
  const { deliveries } = await runAgainst(swap);
  equal(deliveries.out_of_order, 10);
  equal(deliveries.lost, 0);
});

// ---- the files ----

Deno.test("The plot is a PNG, and its words are drawn", async () => {
  const result = await runAgainst((line) => [line]);
  const plot = {
    result,
    title: "Latency",
    sample: [{ second: 0.05, ms: 1 }],
    distribution: [[0, 1], [50, 1.5], [99, 3]] as const,
  };
  const png = await plotLatency({ ...plot, subtitle: settingsWords(result.settings) });
  deepEqual([...png.subarray(1, 4)], [...new TextEncoder().encode("PNG")]);
  notDeepEqual(await plotLatency({ ...plot, subtitle: "other words" }), png);
});

async function load(...args: string[]): Promise<{ code: number; output: string }> {
  const program = fileURLToPath(new URL("../bench/load.ts", import.meta.url));
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", program, ...args],
    stderr: "inherit",
  }).output();
  return { code, output: new TextDecoder().decode(stdout) };
}

for (const transport of ["tcp", "ws", "ws-frames"]) {
  Deno.test(`deno task load starts a server, finds it clean over ${transport}, and writes its files`, async () => {
    const out = await Deno.makeTempDir();
    try {
      const { code, output } = await load(
        ...["--out", out, "--transport", transport, "--clients", "6", "--rate", "50"],
        ...["--warmup", "0", "--duration", "0.5"],
      );
      equal(code, 0, output);
      const { latency_ms, deliveries } = JSON.parse(await Deno.readTextFile(join(out, "latency.json")));
      deepEqual(deliveries, { expected: 125, delivered: 125, lost: 0, duplicated: 0, out_of_order: 0 });
      const lines = (await Deno.readTextFile(join(out, "latency_data.txt"))).trimEnd().split("\n");
      equal(lines.length, latency_ms.count);
      ok(lines.every((line) => /^\d+\.\d{3}$/.test(line)));
      ok((await Deno.stat(join(out, "latency_plot.png"))).size > 10_000);
    } finally {
      await Deno.remove(out, { recursive: true });
    }
  });
}

Deno.test("deno task load measures pairs that write to each other directly", async () => {
  const out = await Deno.makeTempDir();
  try {
    const { code, output } = await load(
      ...["--out", out, "--direct", "--clients", "6", "--rate", "50", "--warmup", "0", "--duration", "0.5"],
    );
    equal(code, 0, output);
    match(output, /25 of 25: 0 lost, 0 duplicated, 0 out of order/);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

Deno.test("deno task load refuses a mistake in its usage with exit code 2", async () => {
  equal((await load("--clients", "7", "--direct")).code, 2);
  equal((await load("--server", "http://127.0.0.1")).code, 2);
});

Deno.test("deno task load says so where no server answers, with exit code 1", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const { code, output } = await load("--server", `tcp://127.0.0.1:${port}`);
  equal(code, 1);
  match(output, /refused/);
});
