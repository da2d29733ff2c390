import { deepEqual, equal, match, notDeepEqual, ok, throws } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isClean, Load, type LoadResult, type LoadSettings, topologyOf } from "../bench/load/load.ts";
import { settingsWords } from "../bench/load/report.ts";
import { LatencySample } from "../bench/load/sample.ts";
import { plotLatency } from "../bench/plot.ts";
import { type Fault, FaultyServer } from "./load_faulty_server.ts";

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

// ---- who hears whom ----

Deno.test("Clients are spread over rooms or pairs, and so are those who send", () => {
  deepEqual(topologyOf({ ...SETTINGS, clients: 6, senders: 3, rooms: 2 }), {
    kind: "rooms",
    rooms: 2,
    members: 3,
    sendersPerRoom: 2,
    senders: 3,
  });
  deepEqual(topologyOf({ ...SETTINGS, direct: true }), { kind: "pairs", pairs: 2, senders: 2 });
});

Deno.test("Numbers that do not fit together are refused", () => {
  const refused = (settings: Partial<LoadSettings>) => () =>
    topologyOf({ ...SETTINGS, clients: 9, ...settings });
  throws(refused({ direct: true }), /even number/);
  throws(refused({ rooms: 2 }), /multiple of --rooms/);
  throws(refused({ senders: 10 }), /only 9 clients/);
  const target = { hostname: "127.0.0.1", port: 1, transport: "tcp" } as const;
  throws(() => new Load(target, { ...SETTINGS, rooms: 4 }), /at least two/);
});

// ---- what it makes of latencies ----

Deno.test("LatencySample keeps a bounded sample of all, in the order of the intended times", () => {
  const sample = new LatencySample(100, 500);
  for (let ms = 0; ms < 100_000; ms += 10) sample.record(ms * 1000, ms, 10);
  const kept = sample.sorted();
  equal(kept.length, 500);
  ok(kept.every(({ second }, i) => i === 0 || second >= kept[i - 1]!.second));
  // Each half holds 250 with a deviation of 11; a sample that kept only the first or last would hold 0 or 500.
  const late = kept.filter(({ second }) => second >= 50).length;
  ok(late > 150 && late < 350, `${late} of 500 are from the second half`);
});

Deno.test("LatencySample keeps all while there are few", () => {
  const sample = new LatencySample(1, 500);
  sample.record(200_000, 2000, 3);
  sample.record(100_000, 1000, 1);
  deepEqual(sample.sorted().map(({ ms }) => ms), [1, 2, 2, 2]);
});

Deno.test("LatencySample shows the highest latency of each stretch, also where the sample left it out", () => {
  const sample = new LatencySample(1, 1000);
  for (let i = 0; i < 10_000; i++) sample.record(i * 100, i === 5000 ? 77_000 : 1000, 1);
  equal(Math.max(...sample.spans().map((span) => span.max)), 77);
});

// ---- a run ----

async function runAgainst(fault: Fault, settings: Partial<LoadSettings> = {}): Promise<LoadResult> {
  await using server = new FaultyServer(fault);
  const target = { hostname: "127.0.0.1", port: server.port, transport: "tcp" } as const;
  return await new Load(target, { ...SETTINGS, ...settings }).execute();
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
  const program = fileURLToPath(new URL("../bench/load/main.ts", import.meta.url));
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
