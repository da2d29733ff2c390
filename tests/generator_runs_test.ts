/** Whole runs of the load generator against servers that err. */

import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { cpuUsage } from "node:process";
import { nowUs } from "../bench/generator/clock.ts";
import { fileURLToPath } from "node:url";
import { serve } from "../bench/generator/ceiling.ts";
import { LINES } from "../bench/generator/framing.ts";
import { Meter } from "../bench/generator/meter.ts";
import { Pace } from "../bench/generator/pace.ts";
import type { Plan, Result, Topology, WireName } from "../bench/generator/plan.ts";
import { Receiver } from "../bench/generator/receiver.ts";
import { Run } from "../bench/generator/run.ts";
import { FaultyWebSocketServer } from "./faulty_web_socket_server.ts";
import { type Fault, FaultyServer, type FaultyServerOptions } from "./load_faulty_server.ts";
import { CLEAN, counts } from "./generator_counts.ts";

const PLAN: Omit<Plan, "target"> = {
  topology: { kind: "rooms", rooms: 1, members: 4, sendersPerRoom: 2 },
  load: { rate: 200 },
  size: 40,
  warmupSeconds: 0,
  durationSeconds: 0.1,
  drainSeconds: 0.2,
};

const NO_FAULT: Fault = (line) => [line];

/** In four clients' room, the message with that number of stream 0, at the last client only. */
function at(number: number, fault: Fault): Fault {
  const mark = `~00000${String(number).padStart(8, "0")}`;
  return (line, receiver, held) =>
    receiver === 3 && line.includes(mark) ? fault(line, receiver, held) : [line];
}

const swapped: Fault = (line, receiver, held) => {
  if (receiver !== 3 || !line.includes("~00000")) return [line];
  if (line.includes("~0000000000004")) {
    held.push(line);
    return [];
  }
  return [line, ...held.splice(0)];
};

function runOn(wire: WireName, port: number, change: Partial<Plan> = {}): Promise<Result> {
  return new Run({ ...PLAN, ...change, target: { wire, host: "127.0.0.1", port } }).execute();
}

async function runParley(
  fault: Fault,
  options: FaultyServerOptions = {},
  change: Partial<Plan> = {},
): Promise<Result> {
  await using server = new FaultyServer(fault, options);
  return await runOn("parley-tcp", server.port, change);
}

async function runWebSocket(fault: Fault, change: Partial<Plan> = {}): Promise<Result> {
  await using server = new FaultyWebSocketServer(fault);
  return await runOn("plain-websocket", server.port, change);
}

/** Parley sends nothing back to the sender, the other server does. */
const RUNS = [
  { name: "lines", run: (fault: Fault) => runParley(fault), deliveries: 60 },
  { name: "frames", run: (fault: Fault) => runWebSocket(fault), deliveries: 80 },
];

for (const { name, run, deliveries } of RUNS) {
  Deno.test(`A run over ${name} against a server without faults is clean, and each delivery has its latency`, async () => {
    const result = await run(NO_FAULT);
    deepEqual(result.problems, []);
    deepEqual(counts(result), CLEAN);
    equal(result.latencyMs.count, deliveries);
    equal(result.latencyHistogram.reduce((sum, [, count]) => sum + count, 0), deliveries);
  });

  Deno.test(`A run over ${name} finds one message that one receiver does not get`, async () => {
    deepEqual(counts(await run(at(4, () => []))), { ...CLEAN, lost: 1 });
  });

  Deno.test(`A run over ${name} finds one message that one receiver gets twice`, async () => {
    deepEqual(counts(await run(at(4, (line) => [line, line]))), { ...CLEAN, duplicated: 1 });
  });

  Deno.test(`A run over ${name} finds two messages that came to one receiver in the wrong order`, async () => {
    deepEqual(counts(await run(swapped)), { ...CLEAN, outOfOrder: 1 });
  });

  Deno.test(`A run over ${name} finds a message of which one receiver gets nothing but another text`, async () => {
    const result = await run(at(4, (line) => [line.replace("~00000", "~00001")]));
    deepEqual([result.lost > 0, result.duplicated + result.outOfOrder + result.problems.length > 0], [
      true,
      true,
    ]);
  });
}

Deno.test("A run finds a reply that does not come, and one that comes twice", async () => {
  const only = (id: string, lines: Fault): Fault => (line, ...rest) =>
    line.includes(id) ? lines(line, ...rest) : [line];
  const lost = await runParley(NO_FAULT, { answer: only("00000-00000004", () => []) });
  deepEqual(lost.problems, ["1 messages were not answered"]);
  const twice = await runParley(NO_FAULT, { answer: only("00000-00000004", (line) => [line, line]) });
  deepEqual([twice.problems, twice.duplicated], [[], 1]);
});

Deno.test("A run finds a reply that a later message of another has overtaken", async () => {
  const answer: Fault = (line, _receiver, held) => {
    held.push(line);
    return held.length < 2 ? [] : held.splice(0).reverse();
  };
  const result = await runParley(NO_FAULT, { answer });
  deepEqual(result.problems, []);
  ok(result.outOfOrder > 0);
});

Deno.test("A run tells refused messages from lost ones, and a closed loop goes on after them", async () => {
  const options = { refuses: (id: string) => id === "00001-00000002" };
  const open = await runParley(NO_FAULT, options);
  deepEqual([open.refused, open.problems.length, counts(open)], [1, 1, CLEAN]);
  const closed = await runParley(NO_FAULT, options, { load: { window: 1 } });
  deepEqual([closed.refused, counts(closed)], [1, CLEAN]);
});

Deno.test("A run finds a message that came to somebody for whom it was not meant", async () => {
  const plan: Partial<Plan> = { topology: { kind: "rooms", rooms: 2, members: 3, sendersPerRoom: 1 } };
  // This server knows no rooms: what is said in one comes to all.
  const { problems } = await runParley(NO_FAULT, {}, plan);
  match(problems.join(), /not meant/);
});

Deno.test("A run tells of a server that ends its connections", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = (async () => {
    for await (const conn of listener) conn.close();
  })();
  await rejects(runOn("parley-tcp", listener.addr.port), /closed|reset/i);
  listener.close();
  await accepting;
});

Deno.test("Who is alone measures acknowledgements, or its own echo", async () => {
  const topology: Topology = { kind: "alone", clients: 1 };
  const acknowledged = await runParley(NO_FAULT, {}, { topology });
  deepEqual([acknowledged.latencyMs.count, acknowledged.problems], [20, []]);
  ok(acknowledged.acknowledgementsPerSecond > 0);
  const echoed = await runWebSocket(NO_FAULT, { topology });
  deepEqual([echoed.latencyMs.count, counts(echoed)], [20, CLEAN]);
});

Deno.test("A closed loop keeps its window and is clean", async () => {
  const result = await runWebSocket(NO_FAULT, { load: { window: 3 } });
  deepEqual(counts(result), CLEAN);
  ok(result.messagesPerSecond > 60);
});

Deno.test("A meter counts the processor's time but for turns that only waited, and others on the core make that no less than nothing", async () => {
  const meter = new Meter();
  meter.startCpu();
  work();
  meter.stopCpu();
  ok(meter.cpu > 0);
  meter.idled(1e12);
  meter.stopCpu();
  equal(meter.cpu, 0);
  meter.startCpu();
  await meter.asleep(Promise.resolve().then(work));
  meter.idled(1e12);
  meter.stopCpu();
  ok(meter.cpu > 0, "what was read while a timer was waited for is work");
});

/** Until the processor's time has moved. */
function work(): void {
  const from = cpuUsage();
  while (cpuUsage(from).user + cpuUsage(from).system < 5000);
}

Deno.test("A receiver waits for more where a unit has no length, and does not turn for ever", () => {
  const framing = { ...LINES, endOf: (_: Buffer, from: number) => from };
  const receiver = new Receiver({
    ...{ client: 0, framing, hasSeq: false, own: new Set() },
    events: { message: () => true, known: () => {} },
    other: () => {},
  });
  equal(receiver.read(Buffer.from("no mark\n"), 8), 0);
});

Deno.test("After a stall an open loop says what is due in several turns, and all of it", async () => {
  const meter = new Meter();
  const startUs = nowUs() - 30e6;
  [meter.fromUs, meter.toUs] = [startUs, startUs + 25e6];
  const flushed: number[] = [];
  let said = 0;
  const flush = () => flushed.push(said);
  const pace = new Pace({ meter, say: () => said++, flush, isStopped: () => false });
  await pace.openLoop(1000, [0], startUs);
  deepEqual(flushed, [10_000, 20_000, 25_000]);
});

Deno.test("A run refuses what its wire cannot do", () => {
  const target = { host: "127.0.0.1", port: 1 };
  const alone: Topology = { kind: "alone", clients: 1 };
  const shared: Topology = { kind: "shared", rooms: 2, clients: 2, senders: 1 };
  throws(
    () => new Run({ ...PLAN, topology: alone, target: { ...target, wire: "irc" } }),
    /answer or an echo/,
  );
  throws(
    () => new Run({ ...PLAN, topology: shared, target: { ...target, wire: "plain-tcp" } }),
    /one room only/,
  );
  throws(() => new Run({ ...PLAN, size: 10, target: { ...target, wire: "irc" } }), /texts of 25/);
});

// ---- the program ----

Deno.test("The generator as a program takes a plan and prints a result, here of its own ceiling", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = serve(listener);
  const plan: Plan = {
    ...PLAN,
    target: { wire: "plain-tcp", host: "127.0.0.1", port: listener.addr.port },
    load: { window: 16 },
  };
  const { code, stdout } = await generator(plan);
  listener.close();
  await serving;
  equal(code, 0);
  const result: Result = JSON.parse(stdout);
  deepEqual([result.plan, counts(result), result.problems], [plan, CLEAN, []]);
  ok(result.deliveriesPerSecond > 0 && result.generatorCpu > 0);
});

Deno.test("The generator as a program says what of a plan does not fit, with exit code 2", async () => {
  const { code, stderr } = await generator({
    ...PLAN,
    size: 1,
    target: { wire: "irc", host: "127.0.0.1", port: 1 },
  });
  equal(code, 2);
  match(stderr, /takes texts of/);
});

async function generator(plan: Plan): Promise<{ code: number; stdout: string; stderr: string }> {
  const program = fileURLToPath(new URL("../bench/generator/main.ts", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", program],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(plan)));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}
