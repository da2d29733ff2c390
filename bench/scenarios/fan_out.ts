/** One room: what one message costs that many get. */

import { DELIVERIES, latencies } from "./metrics.ts";
import { type Context, Gathering, halfOf, type Scenario } from "./scenario.ts";

const SENDERS = 4;
/** Deliveries a second are 100 times that: a load that every server can bear, so that latencies can be compared. */
const FIXED_RATE = 500;

/** Undelivered messages of each sender, for the maximum. */
export function fanOutWindow(receivers: number): number {
  return receivers >= 1000 ? 16 : 64;
}

export function fanOutTopology(receivers: number) {
  return { kind: "rooms", rooms: 1, members: receivers, sendersPerRoom: SENDERS } as const;
}

export function fanOut100(): Scenario {
  return {
    name: "fan-out-100",
    title: "One room of 100, four of them send",
    metrics: {
      max: DELIVERIES,
      ...latencies("half", "at half of the maximum"),
      ...latencies("fixed", "at 500 messages/s"),
    },
    needs: "rooms",
    parley: ["parley-tcp", "parley-lines", "parley-frames"],
    measure: async (context) => {
      await using server = await context.start();
      const gathering = new Gathering();
      await measureMaximumAndHalf(context, gathering, { receivers: 100, target: server.target });
      context.tell("500 messages/s");
      const fixed = await context.generate(server.target, fanOutTopology(100), { rate: FIXED_RATE });
      gathering.latency("fixed", fixed);
      return gathering;
    },
  };
}

export function fanOut1000(): Scenario {
  return {
    name: "fan-out-1000",
    title: "One room of 1,000, four of them send",
    metrics: { max: DELIVERIES, ...latencies("half", "at half of the maximum") },
    needs: "rooms",
    parley: ["parley-tcp", "parley-lines", "parley-frames"],
    measure: async (context) => {
      await using server = await context.start();
      const gathering = new Gathering();
      await measureMaximumAndHalf(context, gathering, { receivers: 1000, target: server.target });
      return gathering;
    },
  };
}

async function measureMaximumAndHalf(
  { generate, tell }: Context,
  gathering: Gathering,
  { receivers, target }: { receivers: number; target: Parameters<Context["generate"]>[0] },
): Promise<void> {
  const topology = fanOutTopology(receivers);
  tell("maximum");
  const max = await generate(target, topology, { window: fanOutWindow(receivers) });
  gathering.rate("max", max.deliveriesPerSecond, max);
  tell("half of the maximum");
  const half = await generate(target, topology, halfOf(max));
  gathering.latency("half", half);
}
