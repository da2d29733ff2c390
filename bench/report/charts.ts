/** The plots of a benchmark: those for which something was measured. */

import type { Results } from "../results.ts";
import type { Chart } from "./chart_parts.ts";
import { growthChart } from "./growth_chart.ts";
import { latencyChart } from "./latency_chart.ts";
import { memoryChart } from "./memory_chart.ts";
import { peersChart } from "./peers_chart.ts";
import { throughputChart } from "./throughput_chart.ts";

const CHARTS = [latencyChart, throughputChart, peersChart, growthChart, memoryChart];

export function chartsOf(results: Results): Chart[] {
  return CHARTS.flatMap((chart) => chart(results) ?? []);
}
