/** Socket.IO and `ws` on Node, and Bun's own publish: packages of npm, pinned in `npm/package.json`. */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Subject } from "../subject.ts";
import { peer, run } from "./peer.ts";
import versions from "./npm/package.json" with { type: "json" };

const SCRIPTS = fileURLToPath(new URL("npm/", import.meta.url));
/** Not in deno.json: who only tests Parley need not fetch them. */
const INSTALLED = fileURLToPath(new URL("../../build/peers/", import.meta.url));
const MODULES = join(INSTALLED, "node_modules");
const { bun, ws, "socket.io": socketIo } = versions.dependencies;

/** @throws Error (rejects) where npm is missing or fails */
export async function installNpmPeers(): Promise<void> {
  await Deno.mkdir(INSTALLED, { recursive: true });
  await Deno.copyFile(join(SCRIPTS, "package.json"), join(INSTALLED, "package.json"));
  await run(["npm", "install", "--prefix", INSTALLED, "--no-audit", "--no-fund", "--loglevel=error"]);
}

export const SOCKETIO: Subject = peer({
  id: "socketio",
  title: `Socket.IO ${socketIo} (Node)`,
  wire: "socketio",
  launch: (port) => scriptOn("node", "socketio_server.cjs", port),
});

export const WS: Subject = peer({
  id: "ws",
  title: `ws ${ws} (Node)`,
  wire: "plain-websocket",
  launch: (port) => scriptOn("node", "ws_server.cjs", port),
});

export const BUN: Subject = peer({
  id: "bun",
  title: `Bun ${bun}, built-in publish`,
  wire: "plain-websocket",
  launch: (port) => scriptOn(join(MODULES, ".bin", "bun"), "bun_server.cjs", port),
});

function scriptOn(program: string, script: string, port: number) {
  return { command: [program, join(SCRIPTS, script), `${port}`], env: { NODE_PATH: MODULES } } as const;
}
