/** Many conversations at once: what a message costs that few get. */

import type { Topology } from "../generator/plan.ts";
import { DELIVERIES, latencies, MESSAGES } from "./metrics.ts";
import { Gathering, halfOf, type Scenario, type Settings } from "./scenario.ts";

export function pairs(): Scenario {
  return {
    ...maximum("pairs", { kind: "pairs", pairs: 200 }, 16),
    title: "200 pairs who write to each other directly",
    metrics: { max: MESSAGES, ...latencies("half", "at half of the maximum") },
    needs: "rooms",
    parley: ["parley-tcp", "parley-lines", "parley-frames"],
  };
}

export function manyRooms({ rooms }: Settings): Scenario {
  return {
    ...maximum("rooms", { kind: "rooms", rooms, members: 5, sendersPerRoom: 1 }, 4),
    title: `${rooms.toLocaleString("en-US")} rooms of five, one in each sends`,
    metrics: { max: MESSAGES, ...latencies("half", "at half of the maximum") },
    needs: "rooms",
    parley: ["parley-tcp", "parley-lines"],
  };
}

export function sharedRooms(): Scenario {
  return {
    ...maximum("shared", { kind: "shared", rooms: 5, clients: 200, senders: 20 }, 16, "deliveries"),
    title: "200 clients who are all in the same five busy rooms",
    metrics: { max: DELIVERIES, ...latencies("half", "at half of the maximum") },
    needs: "shared",
    parley: ["parley-tcp", "parley-lines"],
  };
}

/** The maximum, and latency at half of it. */
function maximum(
  name: string,
  topology: Topology,
  window: number,
  counted: "messages" | "deliveries" = "messages",
): Pick<Scenario, "name" | "measure"> {
  return {
    name,
    measure: async ({ start, generate, tell }) => {
      await using server = await start();
      const gathering = new Gathering();
      tell("maximum");
      const max = await generate(server.target, topology, { window });
      gathering.rate("max", counted === "messages" ? max.messagesPerSecond : max.deliveriesPerSecond, max);
      tell("half of the maximum");
      gathering.latency(
        "half",
        await generate(server.target, topology, halfOf(max)),
      );
      return gathering;
    },
  };
}
