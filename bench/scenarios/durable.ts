/** How long a message takes until it is on disk: every client waits for its answer before it says the next. */

import type { Metric } from "../results.ts";
import { ms } from "./metrics.ts";
import { Gathering, type Scenario } from "./scenario.ts";

const CLIENTS = [1, 16, 256];

export function durable(): Scenario {
  return {
    name: "durable",
    title: "1, 16 and 256 clients who each wait until their message is on disk",
    metrics: Object.fromEntries(CLIENTS.flatMap(metricsOf)),
    needs: "durable",
    parley: ["parley-tcp", "parley-lines"],
    measure: async ({ start, generate, tell }) => {
      await using server = await start();
      const gathering = new Gathering();
      for (const clients of CLIENTS) {
        tell(`${clients} waiting`);
        const result = await generate(server.target, { kind: "alone", clients }, { window: 1 });
        gathering.rate(`${clients}`, result.messagesPerSecond, result);
        gathering.latency(`${clients}`, result);
      }
      return gathering;
    },
  };
}

function metricsOf(clients: number): [string, Metric][] {
  const words = clients === 1 ? "1 client" : `${clients} clients`;
  return [
    [`${clients}`, { title: words, unit: "messages on disk/s", better: "more" }],
    [`${clients} p50`, ms(`${words}: p50`)],
    [`${clients} p99`, ms(`${words}: p99`)],
  ];
}
