/** A curve: what one room takes, from 10 receivers to 1,000. */

import { fanOutTopology, fanOutWindow } from "./fan_out.ts";
import { Gathering, type Scenario, type Settings } from "./scenario.ts";

const RECEIVERS = [10, 30, 100, 300, 1000];
const FEW = [10, 100, 1000];

export function receivers({ curves }: Settings): Scenario {
  const points = curves === "full" ? RECEIVERS : FEW;
  return {
    name: "receivers",
    title: "Throughput against receivers: one room, four of them send",
    metrics: Object.fromEntries(
      points.map((n) => [`${n}`, { title: `${n} receivers`, unit: "deliveries/s", better: "more" }]),
    ),
    needs: "rooms",
    isSlow: true,
    parley: ["parley-tcp", "parley-lines", "parley-frames"],
    measure: async ({ start, generate, tell }) => {
      await using server = await start();
      const gathering = new Gathering();
      for (const members of points) {
        tell(`${members} receivers`);
        const load = { window: fanOutWindow(members) };
        const result = await generate(server.target, fanOutTopology(members), load);
        gathering.rate(`${members}`, result.deliveriesPerSecond, result);
      }
      return gathering;
    },
  };
}
