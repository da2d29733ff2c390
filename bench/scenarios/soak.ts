/** Memory over time at half of the maximum: it must not grow. */

import type { Point } from "../results.ts";
import { fanOutTopology, fanOutWindow } from "./fan_out.ts";
import { MESSAGES } from "./metrics.ts";
import { MemorySampler } from "./memory_sampler.ts";
import { Gathering, halfOf, type Scenario, type Settings } from "./scenario.ts";

const RECEIVERS = 100;
const SAMPLE_MS = 500;
/** At first the heap grows to what the load needs; from here on it counts. */
const SETTLED = 0.2;

export function soak({ soakSeconds }: Settings): Scenario {
  const words = soakSeconds < 120 ? `${soakSeconds} s` : `${Number((soakSeconds / 60).toFixed(1))} min`;
  return {
    name: "soak",
    title: `One room of 100 at half of its maximum for ${words}`,
    metrics: {
      max: MESSAGES,
      early: { title: "memory, second fifth", unit: "MiB", better: "less" },
      late: { title: "memory, last fifth", unit: "MiB", better: "less" },
      "soak p50": { title: "latency: p50", unit: "ms", better: "less" },
      "soak p99": { title: "latency: p99", unit: "ms", better: "less" },
    },
    needs: "parley",
    isSlow: true,
    parley: ["parley-tcp"],
    measure: async ({ start, generate, tell }) => {
      await using server = await start();
      const topology = fanOutTopology(RECEIVERS);
      tell("maximum");
      const max = await generate(server.target, topology, { window: fanOutWindow(RECEIVERS) });
      tell(words);
      const gathering = new Gathering();
      gathering.rate("max", max.messagesPerSecond, max);
      await using memory = new MemorySampler(server, SAMPLE_MS);
      const result = await generate(server.target, topology, halfOf(max), { durationSeconds: soakSeconds });
      gathering.latency("soak", result);
      const fromMs = memory.samples[0]!.atMs;
      const series = memory.samples.map(({ atMs, kiB }): Point => [(atMs - fromMs) / 1000, kiB / 1024]);
      return { ...gathering, figures: { ...gathering.figures, ...memoryFigures(series) }, series };
    },
  };
}

/** Means over a fifth of the time each. */
export function memoryFigures(series: readonly Point[]): { early: number; late: number } {
  const lastSecond = series.at(-1)?.[0] ?? 0;
  const meanFrom = (part: number) => {
    const values = series.filter(([second]) =>
      second >= part * lastSecond && second <= (part + SETTLED) * lastSecond
    );
    return values.reduce((sum, [, mebibytes]) => sum + mebibytes, 0) / values.length;
  };
  return { early: meanFrom(SETTLED), late: meanFrom(1 - SETTLED) };
}
