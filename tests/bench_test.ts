import assert from "node:assert/strict";
import { join } from "node:path";
import { settingsOf } from "../bench/bench_options.ts";
import { Benchmark, type BenchmarkOptions, stepsOf } from "../bench/benchmark.ts";
import { boundWords, GOALS, judge } from "../bench/goals.ts";
import { median } from "../bench/median.ts";
import { PARLEY } from "../bench/parley.ts";
import { percentileCurve } from "../bench/report/latency_chart.ts";
import { reportText } from "../bench/report/table.ts";
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
  const found = verdicts.map(({ goal, value, isMet }) => [goal.name, value, boundWords(goal), isMet]);
  assert.deepEqual(found, [
    ["Fan-out 100: Socket.IO", 30, "≥ 30 ×", true],
    ["Fan-out 100: p99 at half load", 9, "≤ 10 ms", true],
    ["Memory at half load: late, early", 1.01, "≤ 1.1 ×", true],
  ]);
  const slow = {
    ...smallResults(),
    runs: [run("parley-tcp", 1, { max: 2.9e6 }), run("socketio", 1, { max: 1e5 })],
  };
  assert.deepEqual(judge(slow).map(({ isMet }) => isMet), [false]);
});

Deno.test("the report for the terminal names medians, ratios, goals, void runs and who is absent", () => {
  const text = reportText(smallResults(), judge(smallResults()));
  assert.match(
    text,
    /maximum, deliveries\/s +Parley, TCP +3\.00 million +2\.00 million – 4\.00 million +80 %/,
  );
  assert.match(text, /100,000 +one run +30\.0 ×/);
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
  assert.deepEqual(json, JSON.parse(JSON.stringify(smallResults())));
});

Deno.test("servers take turns in each round, and only those that can do a scenario take part", () => {
  const subject = (id: string, abilities: Subject["abilities"]) => ({ id, abilities }) as unknown as Subject;
  const subjects = [...PARLEY, subject("limit", ["rooms"]), subject("limit-log", ["durable"])];
  const scenarios = SCENARIOS.filter(({ name }) => ["pairs", "shared", "durable"].includes(name));
  const options = { scenarios, subjects, settings: { ...SETTINGS, runs: 2 } } as unknown as BenchmarkOptions;
  const steps = stepsOf(options).map(({ scenario, subject, run }) => `${scenario.name} ${run} ${subject.id}`);
  const round = (name: string, run: number, ids: string[]) => ids.map((id) => `${name} ${run} ${id}`);
  const all = ["parley-tcp", "parley-lines", "parley-frames", "limit"];
  const both = ["parley-tcp", "parley-lines"];
  assert.deepEqual(steps, [
    ...[...round("pairs", 1, all), ...round("pairs", 2, all)],
    ...[...round("shared", 1, both), ...round("shared", 2, both)],
    ...[...round("durable", 1, [...both, "limit-log"]), ...round("durable", 2, [...both, "limit-log"])],
  ]);
});

Deno.test("options change what is measured, and --quick everything at once", () => {
  assert.equal(settingsOf({ quick: false }).runs, 5);
  assert.equal(settingsOf({ quick: true }).runs, 1);
  const chosen = settingsOf({ quick: true, runs: 3, duration: 2, soak: 10 });
  assert.deepEqual([chosen.runs, chosen.durationSeconds, chosen.soakSeconds], [3, 2, 600]);
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
