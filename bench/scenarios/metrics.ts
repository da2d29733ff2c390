/** Metrics that several scenarios have. */

import type { Metric } from "../results.ts";

export const DELIVERIES: Metric = { title: "maximum", unit: "deliveries/s", better: "more" };
export const MESSAGES: Metric = { title: "maximum", unit: "messages/s", better: "more" };

export function ms(title: string): Metric {
  return { title, unit: "ms", better: "less" };
}

/** The two that `Gathering.latency` gives. */
export function latencies(name: string, words: string): Record<string, Metric> {
  return { [`${name} p50`]: ms(`${words}: p50`), [`${name} p99`]: ms(`${words}: p99`) };
}
