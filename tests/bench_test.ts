import assert from "node:assert/strict";
import { join } from "node:path";
import { settingsOf } from "../bench/bench_options.ts";
import { Benchmark, type BenchmarkOptions, stepsOf } from "../bench/benchmark.ts";
import { generate } from "../bench/generator_process.ts";
import { boundWords, GOALS, judge } from "../bench/goals.ts";
import { median } from "../bench/median.ts";
import { MESSAGE_BYTES, PARLEY_LINE_BYTES } from "../bench/message_size.ts";
import { PARLEY } from "../bench/parley.ts";
import { percentileCurve } from "../bench/report/latency_chart.ts";
import { closingText, goalTable, scenarioText } from "../bench/report/table.ts";
import { figureWords } from "../bench/report/words.ts";
import { writeReport } from "../bench/report/write_report.ts";
import { distributionOf, type Results, type Run, summarize, voidRuns } from "../bench/results.ts";
import { allScenarios } from "../bench/scenarios/all.ts";
import { quantile } from "../bench/scenarios/percentiles.ts";
import { problemsOf, type Scenario } from "../bench/scenarios/scenario.ts";
import { memoryFigures } from "../bench/scenarios/soak.ts";
import { startFlags } from "../bench/server_process.ts";
import { StatusLine } from "../bench/status_line.ts";
import type { Subject } from "../bench/subject.ts";

const SETTINGS = settingsOf({ quick: true });
const SCENARIOS = allScenarios(settingsOf({ quick: false }));
const EVIL = `<script>alert("'&")</script>`;

function run(subject: string, number: number, figures: Run["figures"], more: Partial<Run> = {}): Run {
  return { scenario: "fan-out-100", subject, run: number, figures, problems: [], ...more };
}

/** Parley at 3 million a second, Socket.IO at 0.1, each with a run that does not count. */
function smallResults(): Results {
  const info = ({ name, title, metrics }: Scenario) => ({ name, title, metrics });
  const distributions = { half: [[1, 90], [2, 9], [50, 1]], fixed: [[0.5, 99], [1, 1]] } as const;
  return {
    startedAt: "2026-11-21T10:00:00.000Z",
    machine: EVIL,
    software: "Deno",
    cores: "unpinned",
    settings: { runs: 3, durationSeconds: 1, warmupSeconds: 0, messageBytes: 100 },
    scenarios: SCENARIOS.map(info),
    subjects: [{ id: "parley-tcp", title: "Parley, TCP" }, { id: "socketio", title: EVIL }],
    absent: [{ title: "Ergo", reason: EVIL }],
    runs: [
      run("parley-tcp", 1, { max: 2e6, "half p99": 20 }, { generatorCpu: { max: 0.9 }, distributions }),
      run("parley-tcp", 2, { max: 3e6, "half p99": 8 }, { generatorCpu: { max: 0.8 } }),
      run("parley-tcp", 3, { max: 4e6, "half p99": 9 }, { generatorCpu: { max: 0.7 } }),
      run("parley-tcp", 4, { max: 9e9 }, { problems: ["max: 1 lost"] }),
      run("socketio", 1, { max: 100_000 }, { distributions }),
      { ...run("parley-tcp", 1, { "10": 1e5, "100": 2e6 }), scenario: "receivers" },
      {
        ...run("parley-tcp", 1, { "rooms 10": 20, "rooms 100": 21, "messages 1000": 22 }),
        scenario: "growth",
      },
      {
        ...run("parley-tcp", 1, { early: 100, late: 101 }, { series: [[0, 90], [1, 101]] }),
        scenario: "soak",
      },
    ],
  };
}

async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "parley-bench-test-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("the median is the value in the middle, or the mean of the two there", () => {
  assert.equal(median([5, 1, 3]), 3);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.ok(Number.isNaN(median([])));
});

Deno.test("a quantile is one of the values, and the highest for all of them", () => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i);
  assert.deepEqual([0.5, 0.99, 1].map((part) => quantile(values, part)), [50, 99, 100]);
  assert.equal(quantile([7], 0.5), 7);
});

Deno.test("a summary is of the runs that count alone", () => {
  const place = { scenario: "fan-out-100", metric: "max", subject: "parley-tcp" };
  assert.deepEqual(summarize(smallResults(), place), {
    median: 3e6,
    least: 2e6,
    most: 4e6,
    runs: 3,
    generatorCpu: 0.8,
    bound: "exact",
  });
  assert.equal(summarize(smallResults(), { ...place, subject: "ws" }), undefined);
  assert.deepEqual(voidRuns(smallResults()).map(({ run }) => run), [4]);
});

Deno.test("a run of the generator is void when anything was lost, doubled, out of order or refused", () => {
  const clean = { lost: 0, duplicated: 0, outOfOrder: 0, refused: 0, problems: [] };
  type Result = Parameters<typeof problemsOf>[0];
  assert.deepEqual(problemsOf(clean as unknown as Result), []);
  for (const [key, words] of [["lost", "1 lost"], ["duplicated", "1 duplicated"], ["refused", "1 refused"]]) {
    assert.deepEqual(problemsOf({ ...clean, [key!]: 1 } as unknown as Result), [words]);
  }
  assert.deepEqual(problemsOf({ ...clean, outOfOrder: 2 } as unknown as Result), ["2 out of order"]);
  assert.deepEqual(problemsOf({ ...clean, problems: ["gone"] } as unknown as Result), ["gone"]);
});

Deno.test("every goal is about a metric that a scenario has, over a transport on which it is measured", () => {
  for (const { name, of, by } of GOALS) {
    for (const place of by ? [of, by] : [of]) {
      const scenario = SCENARIOS.find((one) => one.name === place.scenario);
      assert.ok(scenario, `${name}: ${place.scenario}`);
      assert.ok(place.metric in scenario.metrics, `${name}: ${place.metric}`);
      const isParley = place.subject.startsWith("parley");
      assert.ok(!isParley || (scenario.parley as readonly string[]).includes(place.subject), name);
    }
  }
});

Deno.test("a goal is met by a ratio within its bound, and not judged where a figure is missing", () => {
  const verdicts = judge(smallResults());
  const found = verdicts.map(({ goal, value, outcome }) => [goal.name, value, boundWords(goal), outcome]);
  assert.deepEqual(found, [
    ["Fan-out 100: Socket.IO", 30, "≥ 30 ×", "met"],
    ["Fan-out 100: p99 at half load", 9, "≤ 10 ms", "met"],
    ["Memory at half load: late, early", 1.01, "≤ 1.1 ×", "met"],
  ]);
  const slow = {
    ...smallResults(),
    runs: [run("parley-tcp", 1, { max: 2.9e6 }), run("socketio", 1, { max: 1e5 })],
  };
  assert.deepEqual(judge(slow).map(({ outcome }) => outcome), ["not met"]);
});

/** Parley and Socket.IO, each with its maximum and how busy the generator was. */
function limited(parley: [max: number, cpu: number], other: [max: number, cpu: number]): Results {
  const runs = [["parley-tcp", ...parley], ["socketio", ...other]] as const;
  return {
    ...smallResults(),
    runs: runs.map(([subject, max, cpu]) => run(subject, 1, { max }, { generatorCpu: { max: cpu } })),
  };
}

Deno.test("a figure that the generator limited is a bound, and so is a ratio with it, in every form of the report", async () => {
  const outcomeOf = (results: Results) => judge(results).map(({ bound, outcome }) => [bound, outcome]);
  assert.deepEqual(outcomeOf(limited([3e6, 0.9], [1e5, 0.5])), [["at least", "met"]]);
  assert.deepEqual(outcomeOf(limited([2e6, 0.9], [1e5, 0.5])), [["at least", "open"]]);
  assert.deepEqual(outcomeOf(limited([3e6, 0.5], [1e5, 0.9])), [["at most", "open"]]);
  assert.deepEqual(outcomeOf(limited([2e6, 0.5], [1e5, 0.9])), [["at most", "not met"]]);
  assert.deepEqual(outcomeOf(limited([3e6, 0.9], [1e5, 0.9])), [["unknown", "open"]]);
  const results = limited([3e6, 0.5], [1e5, 0.95]);
  assert.match(scenarioText(results, results.scenarios[0]!), /≥ 100,000 +one run +95 % +≤ 30\.0 ×/);
  assert.match(closingText(results, judge(results)), /Socket\.IO +≤ 30\.0 × +≥ 30 × +open: the generator/);
  await using folder = await temporaryFolder();
  await writeReport(folder.path, "title", results);
  assert.match(await Deno.readTextFile(join(folder.path, "report.html")), />≥ 100,000</);
  const { limitedByGenerator } = JSON.parse(await Deno.readTextFile(join(folder.path, "results.json")));
  assert.deepEqual(limitedByGenerator, [
    { scenario: "fan-out-100", metric: "max", subject: "socketio", bound: "at least" },
  ]);
});

Deno.test("a latency that the generator limited can only be lower", () => {
  const more = { generatorCpu: { "half p99": 0.97 } };
  const results = { ...smallResults(), runs: [run("parley-tcp", 1, { "half p99": 8 }, more)] };
  assert.deepEqual(judge(results).map(({ bound, outcome }) => [bound, outcome]), [["at most", "met"]]);
  const slower = { ...smallResults(), runs: [run("parley-tcp", 1, { "half p99": 12 }, more)] };
  assert.deepEqual(judge(slower).map(({ outcome }) => outcome), ["open"]);
});

Deno.test("a goal without a bound stands for comparison", () => {
  const place = { scenario: "fan-out-100", metric: "max", subject: "parley-tcp" };
  const verdicts = judge(smallResults(), [{ name: "by itself", of: place, by: place }]);
  assert.deepEqual(goalTable(verdicts).at(-1), ["by itself", "1.00 ×", "", ""]);
});

Deno.test("the line length for the limit is that of what Parley sends for a text of the usual size", async () => {
  await using server = await PARLEY[0]!.start({ core: undefined, data: undefined });
  using listener = await Deno.connect({ hostname: "127.0.0.1", port: server.target.port });
  const login = '{"type":"command","message":"/login load-run----00000"}';
  const join = '{"type":"command","message":"/join #load-run----00000"}';
  const text = "x".repeat(MESSAGE_BYTES);
  const said = `{"type":"chat","id":"00000-00000000","destination":"#load-run----00000","message":"${text}"}`;
  using sender = await Deno.connect({ hostname: "127.0.0.1", port: server.target.port });
  await converse(listener, [login.replace("00000", "00001"), join], /"code":"joined"/);
  await converse(sender, [login, join, said], /"code":"stored"/);
  const line = await converse(listener, [], /"type":"chat".*\n/);
  const chat = line.split("\n").find((one) => one.includes('"type":"chat"'))!;
  const { seq } = JSON.parse(chat) as { seq: number };
  assert.equal(chat.length - String(seq).length, PARLEY_LINE_BYTES - 6, chat);
});

/** Sends the lines and reads until `awaited` has come; returns what came. */
async function converse(conn: Deno.TcpConn, lines: string[], awaited: RegExp): Promise<string> {
  for (const line of lines) await conn.write(new TextEncoder().encode(line + "\n"));
  const bytes = new Uint8Array(64 * 1024);
  let came = "";
  while (!awaited.test(came)) {
    const read = await conn.read(bytes);
    assert.ok(read !== null, came);
    came += new TextDecoder().decode(bytes.subarray(0, read));
  }
  return came;
}

Deno.test("the report for the terminal names medians, ratios, goals, void runs and who is absent", () => {
  const results = smallResults();
  const rows = scenarioText(results, results.scenarios[0]!);
  assert.match(
    rows,
    /maximum, deliveries\/s +Parley, TCP +3\.00 million +2\.00 million – 4\.00 million +80 %/,
  );
  assert.match(rows, /100,000 +one run +30\.0 ×/);
  const text = closingText(results, judge(results));
  assert.match(text, /Fan-out 100: Socket\.IO +30\.0 × +≥ 30 × +met/);
  assert.match(text, /Void: fan-out-100, Parley, TCP, run 4: max: 1 lost/);
  assert.match(text, /Not measured: Ergo: /);
});

Deno.test("figures keep three digits that count", () => {
  const values = [0.1234, 1.234, 12.34, 123.4, 1234, 1_234_567, NaN];
  assert.deepEqual(values.map(figureWords), ["0.12", "1.23", "12.3", "123", "1,234", "1.23 million", "–"]);
});

Deno.test("latencies of all runs are put together, and drawn by the share of deliveries that were faster", () => {
  const results = smallResults();
  const more = run("parley-tcp", 5, {}, { distributions: { half: [[2, 100]] } });
  const place = { scenario: "fan-out-100", metric: "half", subject: "parley-tcp" };
  const distribution = distributionOf({ ...results, runs: [...results.runs, more] }, place);
  assert.deepEqual(distribution, [[1, 90], [2, 109], [50, 1]]);
  const curve = percentileCurve([[1, 90], [2, 9], [50, 1]]);
  assert.deepEqual(curve.map(([nines, ms]) => [Number(nines.toFixed(6)), ms]), [[0, 1], [1, 2], [2, 50]]);
});

Deno.test("memory is compared between the second fifth of the time and the last", () => {
  const series = Array.from(
    { length: 101 },
    (_, second) => [second, second < 20 ? 500 : 100 + second] as const,
  );
  assert.deepEqual(memoryFigures(series), { early: 130, late: 190 });
});

Deno.test("the report is one page that fetches nothing, with its plots beside it, and no name of a server is markup", async () => {
  await using folder = await temporaryFolder();
  const files = await writeReport(folder.path, EVIL, smallResults());
  assert.deepEqual(files, [
    ...["results.json", "report.html"],
    ...["latency.png", "throughput.png", "peers.png", "growth.png", "memory.png"],
  ]);
  const page = await Deno.readTextFile(join(folder.path, "report.html"));
  assert.doesNotMatch(page, /<script|<link|<img|@import|url\((?!#)/i);
  assert.equal(page.match(/<svg /g)?.length, 10, "five plots, light and dark");
  assert.ok(page.includes("&#60;script&#62;alert(&#34;&#39;&#38;&#34;)&#60;/script&#62;"));
  const png = await Deno.readFile(join(folder.path, "peers.png"));
  assert.deepEqual([...png.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
  const json = JSON.parse(await Deno.readTextFile(join(folder.path, "results.json")));
  assert.deepEqual(json, JSON.parse(JSON.stringify({ ...smallResults(), limitedByGenerator: [] })));
});

Deno.test("servers take turns in each round, and only those that can do a scenario take part", () => {
  const subject = (id: string, abilities: Subject["abilities"]) => ({ id, abilities }) as unknown as Subject;
  const subjects = [...PARLEY, subject("limit", ["rooms"]), subject("limit-log", ["durable"])];
  const scenarios = SCENARIOS.filter(({ name }) => ["pairs", "shared", "durable", "soak"].includes(name));
  const options = {
    scenarios,
    subjects,
    settings: { ...SETTINGS, runs: 2, slowRuns: 1 },
  } as unknown as BenchmarkOptions;
  const steps = stepsOf(options).map(({ scenario, subject, run }) => `${scenario.name} ${run} ${subject.id}`);
  const round = (name: string, run: number, ids: string[]) => ids.map((id) => `${name} ${run} ${id}`);
  const all = ["parley-tcp", "parley-lines", "parley-frames", "limit"];
  const both = ["parley-tcp", "parley-lines"];
  assert.deepEqual(steps, [
    ...[...round("pairs", 1, all), ...round("pairs", 2, all)],
    ...[...round("shared", 1, both), ...round("shared", 2, both)],
    ...[...round("durable", 1, [...both, "limit-log"]), ...round("durable", 2, [...both, "limit-log"])],
    "soak 1 parley-tcp",
  ]);
});

Deno.test("options change what is measured, and --quick everything at once", () => {
  assert.equal(settingsOf({ quick: false }).runs, 5);
  assert.equal(settingsOf({ quick: true }).runs, 1);
  const chosen = settingsOf({ quick: true, runs: 3, duration: 2, soak: 10 });
  const { runs, slowRuns, durationSeconds, soakSeconds } = chosen;
  assert.deepEqual([runs, slowRuns, durationSeconds, soakSeconds], [3, 3, 2, 600]);
});

Deno.test("the server is run with the flags of the start task", () => {
  const flags = startFlags();
  assert.ok(flags.some((flag) => flag.startsWith("--v8-flags=")), flags.join(" "));
  assert.ok(flags.includes("--allow-net"), flags.join(" "));
  assert.deepEqual(startFlags("deno task build && deno run --v8-flags=--a,--b -A main.ts"), [
    "--v8-flags=--a,--b",
    "-A",
  ]);
  assert.throws(() => startFlags("deno run other.ts"), /does not end in/);
});

Deno.test("a scenario is measured against a real server, and one that fails is void", async () => {
  const durable = SCENARIOS.find(({ name }) => name === "durable")!;
  const failing: Scenario = {
    ...durable,
    name: "failing",
    measure: () => Promise.reject(new Error("no luck")),
  };
  using status = new StatusLine();
  const results = await new Benchmark({
    scenarios: [durable, failing],
    subjects: PARLEY.filter(({ id }) => id === "parley-tcp"),
    absent: [],
    settings: { ...SETTINGS, warmupSeconds: 0.1, durationSeconds: 0.3 },
    cores: {},
    signal: new AbortController().signal,
  }, status).execute();
  const [measured, failed] = results.runs;
  assert.deepEqual(measured!.problems, []);
  assert.deepEqual(Object.keys(measured!.figures).sort(), Object.keys(durable.metrics).sort());
  for (const [metric, value] of Object.entries(measured!.figures)) assert.ok(value > 0, `${metric} ${value}`);
  assert.deepEqual(failed!.problems, ["no luck"]);
  assert.deepEqual(voidRuns(results).map(({ scenario }) => scenario), ["failing"]);
});

Deno.test("memory of a process is told in its parts: its own, and that of files", async () => {
  await using server = await PARLEY[0]!.start({ core: undefined, data: undefined });
  const { residentKiB, anonKiB, fileKiB } = await server.memory();
  assert.ok(residentKiB > 10_000, `${residentKiB}`);
  if (Deno.build.os !== "linux") return;
  assert.ok(anonKiB > 0 && fileKiB > 0 && anonKiB + fileKiB <= residentKiB, `${anonKiB} ${fileKiB}`);
});

Deno.test("a generator that cannot go on is told by its own last words", async () => {
  const target = { wire: "plain-tcp", host: "127.0.0.1", port: 1 } as const;
  const plan = {
    target,
    topology: { kind: "rooms", rooms: 1, members: 2, sendersPerRoom: 1 },
    load: { window: 1 },
    ...{ size: 100, warmupSeconds: 0, durationSeconds: 1, drainSeconds: 1 },
  } as const;
  await assert.rejects(generate(plan), /the generator failed; its last words: .*refused/i);
});
