/** What a run leaves behind: words for the terminal, and files. */

import { join } from "node:path";
import type { Histogram } from "../generator/histogram.ts";
import { plotLatency } from "../plot.ts";
import { count } from "../progress.ts";
import { isClean, type Load, type LoadPercentiles, type LoadResult } from "./load.ts";

const STEPS_PER_DECADE = 16;

/** Writes `latency_data.txt`, `latency.json` and `latency_plot.png`. */
export async function writeReport(
  folder: string,
  result: LoadResult,
  { sample, latency }: Pick<Load, "sample" | "latency">,
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const lines = sample.sorted().map(({ ms }) => ms.toFixed(3) + "\n");
  await Deno.writeTextFile(join(folder, "latency_data.txt"), lines.join(""));
  await Deno.writeTextFile(join(folder, "latency.json"), JSON.stringify(result, null, 2) + "\n");
  const png = await plotLatency({
    title: "Message latency, from the intended send time to receipt",
    subtitle: settingsWords(result.settings),
    result,
    sample: sample.sorted(),
    distribution: distribution(latency),
  });
  await Deno.writeFile(join(folder, "latency_plot.png"), png);
}

/** Percentile and milliseconds, ever nearer to 100. */
function distribution(latency: Histogram): [percentile: number, ms: number][] {
  const points: [number, number][] = [];
  for (let step = 0; step <= 6 * STEPS_PER_DECADE; step++) {
    const above = 10 ** (-step / STEPS_PER_DECADE);
    if (above * latency.count < 1) break;
    points.push([100 * (1 - above), latency.quantileMs(1 - above)]);
  }
  return points;
}

/** `50 clients in 1 room, 50 send, 100 messages/s in all, 100 bytes, TCP`. */
export function settingsWords(settings: LoadResult["settings"]): string {
  const { clients, senders, rooms, direct, rate, window, size, transport } = settings;
  const where = direct ? `${clients / 2} pairs` : rooms === 1 ? "1 room" : `${count(rooms)} rooms`;
  const load = window === undefined
    ? `${count(rate ?? 0)} messages/s in all`
    : `closed loop, ${window} on their way for each sender`;
  return `${count(clients)} clients in ${where}, ${count(senders)} sending, ${load}, ${size} bytes, ` +
    { tcp: "TCP", ws: "WebSocket (lines)", "ws-frames": "WebSocket (one envelope a frame)" }[transport];
}

export function summary(result: LoadResult): string {
  const { messages, deliveries, throughput, problems } = result;
  return [
    settingsWords(result.settings),
    `  latency     ${latencyWords(result.latency_ms)}`,
    `  generator   ${latencyWords(result.generator_late_ms)} late with its own sends (a part of the above)`,
    `  throughput  ${count(throughput.messages_per_second)} messages/s acknowledged, ` +
    `${count(throughput.deliveries_per_second)} deliveries/s`,
    `  messages    ${count(messages.sent)} sent, ${count(messages.acknowledged)} acknowledged, ` +
    `${count(messages.unacknowledged)} without an answer, ${count(messages.refused)} refused`,
    `  deliveries  ${count(deliveries.delivered)} of ${
      count(deliveries.expected)
    }: ${deliveries.lost} lost, ` +
    `${deliveries.duplicated} duplicated, ${deliveries.out_of_order} out of order`,
    ...problems.map((problem) => `  problem     ${problem}`),
    ...(isClean(result) ? [] : ["  This run is void."]),
  ].join("\n");
}

function latencyWords({ p50, p90, p99, p99_9, max }: LoadPercentiles): string {
  return `p50 ${ms(p50)}  p90 ${ms(p90)}  p99 ${ms(p99)}  p99.9 ${ms(p99_9)}  max ${ms(max)} ms`;
}

/** Three digits that count. */
export function ms(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
