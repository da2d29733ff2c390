/** What marks the scale: what is possible in C, the naive way to write the server in Deno, and what the generator can take. */

import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { PARLEY_LINE_BYTES } from "../message_size.ts";
import type { Subject } from "../subject.ts";
import { type Launch, peer } from "./peer.ts";

/** It ends by itself after so long, should the benchmark be killed. */
const LIMIT_SECONDS = 24 * 3600;

/**
 * A broadcast server in C: one thread, epoll, one write for each member and turn of the loop. Stores nothing.
 * @param path of the program; `--port`, `--seconds` and `--log` are what it takes
 */
export function limit(path: string): Subject {
  return peer({
    id: "limit",
    title: "the limit in C",
    wire: "plain-tcp",
    abilities: ["rooms"],
    launch: (port) => ({ command: [resolve(path), "--port", `${port}`, "--seconds", `${LIMIT_SECONDS}`] }),
  });
}

/**
 * The same, for messages as long as the lines that Parley sends for texts of the usual size: what the machine can copy.
 * The limit sends a text and nothing around it.
 */
export function limitAtParleyLine(path: string): Subject {
  return {
    ...limit(path),
    id: "limit-line",
    title: `the limit in C, ${PARLEY_LINE_BYTES}-byte lines`,
    messageBytes: PARLEY_LINE_BYTES,
  };
}

/** The same, which appends what it got in a turn to a file and waits for fdatasync before it spreads it. */
export function limitWithLog(path: string): Subject {
  return peer({
    id: "limit-log",
    title: "the limit in C, with a log",
    wire: "plain-tcp",
    abilities: ["durable"],
    launch: (port) => ({
      command: [resolve(path), "--port", `${port}`, "--seconds", `${LIMIT_SECONDS}`, "--log", "limit.log"],
    }),
  });
}

export const NAIVE: Subject = peer({
  id: "naive",
  title: "naive, in Deno",
  wire: "plain-tcp",
  abilities: ["rooms"],
  launch: (port) => script("../naive_server.ts", `${port}`),
});

export const CEILING: Subject = peer({
  id: "ceiling",
  title: "a server that does next to nothing",
  wire: "plain-tcp",
  abilities: ["ceiling"],
  launch: (port) => script("../generator/ceiling.ts", "--port", `${port}`),
});

function script(path: string, ...args: string[]): Launch {
  const program = fileURLToPath(new URL(path, import.meta.url));
  return { command: [Deno.execPath(), "run", "--allow-net", program, ...args] };
}
