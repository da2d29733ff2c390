/** Parley as a subject, once for each way to speak to it. */

import type { ParleyWire } from "./scenarios/scenario.ts";
import { ServerProcess } from "./server_process.ts";
import type { Subject } from "./subject.ts";

const TITLES: Readonly<Record<ParleyWire, string>> = {
  "parley-tcp": "Parley, TCP",
  "parley-lines": "Parley, WebSocket lines",
  "parley-frames": "Parley, WebSocket frames",
};

export const PARLEY: readonly Subject[] = (Object.keys(TITLES) as ParleyWire[]).map(parley);

function parley(wire: ParleyWire): Subject {
  return {
    id: wire,
    title: TITLES[wire],
    wire,
    abilities: ["rooms", "shared", "durable", "parley"],
    async start({ core, data }) {
      const server = await ServerProcess.start({ core, data, web: wire !== "parley-tcp" });
      const port = wire === "parley-tcp" ? server.port : server.webPort;
      return {
        target: { wire, host: "127.0.0.1", port },
        memory: () => server.memory(),
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
      };
    },
  };
}
