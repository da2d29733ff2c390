/** How much the generator can take in: from a server that does next to nothing for a delivery. */

import { fanOutTopology, fanOutWindow } from "./fan_out.ts";
import { Gathering, type Scenario } from "./scenario.ts";

const RECEIVERS = [100, 1000];

export function ceiling(): Scenario {
  return {
    name: "ceiling",
    title: "The generator's own ceiling: near it, the figures of a server are lower bounds",
    metrics: Object.fromEntries(
      RECEIVERS.map((n) => [
        `${n}`,
        { title: `${n.toLocaleString("en-US")} receivers`, unit: "deliveries/s", better: "more" },
      ]),
    ),
    needs: "ceiling",
    isSlow: true,
    parley: [],
    measure: async ({ start, generate, tell }) => {
      await using server = await start();
      const gathering = new Gathering();
      for (const members of RECEIVERS) {
        tell(`${members} receivers`);
        const load = { window: fanOutWindow(members) };
        const result = await generate(server.target, fanOutTopology(members), load);
        gathering.rate(`${members}`, result.deliveriesPerSecond, result);
      }
      return gathering;
    },
  };
}
