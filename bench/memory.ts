/** What an idle connection costs the server: the growth of its resident memory, divided by the connections. */

import { Command } from "@commander-js/extra-typings";
import { setTimeout as delay } from "node:timers/promises";
import { LoadClient, type LoadEvents } from "./load_client.ts";
import { type Target, type Transport, TRANSPORTS } from "./load_wire.ts";
import { whole } from "./options.ts";
import { count, print } from "./progress.ts";
import { ServerProcess } from "./server_process.ts";

const ROOM_SIZE = 50;
/** What came up at the logins is over by then: presence, written cursors, garbage. */
const SETTLE_MS = 5000;
const CONNECTING = 32;

const IGNORE: LoadEvents = { arrived() {}, message() {}, stored() {}, refused() {}, broken() {} };

if (import.meta.main) await main(Deno.args);

async function main(args: readonly string[]): Promise<void> {
  const { connections } = readOptions(args);
  const total = Math.ceil(connections / ROOM_SIZE) * ROOM_SIZE;
  print(`${count(total)} logged-in connections in rooms of ${ROOM_SIZE}, idle for ${SETTLE_MS / 1000} s`);
  print("transport    before MiB    after MiB    KiB a connection");
  for (const transport of TRANSPORTS) {
    const { beforeKiB, afterKiB } = await measure(transport, total);
    const each = (afterKiB - beforeKiB) / total;
    print(
      transport.padEnd(12) + mebibytes(beforeKiB).padStart(11) + mebibytes(afterKiB).padStart(13) +
        each.toFixed(1).padStart(20),
    );
  }
}

async function measure(
  transport: Transport,
  total: number,
): Promise<{ beforeKiB: number; afterKiB: number }> {
  await using server = await ServerProcess.start();
  const port = transport === "tcp" ? server.port : server.webPort;
  const target: Target = { hostname: "127.0.0.1", port, transport };
  // These load what the server loads once.
  const first = await connect(target, "first", ROOM_SIZE);
  await delay(SETTLE_MS);
  const beforeKiB = await residentKiB(server.pid);
  const rest = await connect(target, "idle", total);
  await delay(SETTLE_MS);
  const afterKiB = await residentKiB(server.pid);
  for (const client of [...first, ...rest]) client.close();
  return { beforeKiB, afterKiB };
}

/** Clients that are logged in, in rooms of ROOM_SIZE. */
async function connect(target: Target, prefix: string, size: number): Promise<LoadClient[]> {
  const clients = Array.from(
    { length: size },
    (_, index) => new LoadClient(index, `${prefix}-${index}`, IGNORE),
  );
  const waiting = clients.values();
  const connectNext = async () => {
    for (const client of waiting) {
      await client.login(target);
      await client.join(`#${prefix}-${Math.floor(client.index / ROOM_SIZE)}`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTING }, connectNext));
  return clients;
}

async function residentKiB(pid: number): Promise<number> {
  const output = await new Deno.Command("ps", { args: ["-o", "rss=", "-p", `${pid}`] }).output();
  return Number(new TextDecoder().decode(output.stdout));
}

function mebibytes(kiB: number): string {
  return (kiB / 1024).toFixed(1);
}

function readOptions(args: readonly string[]) {
  return new Command("bench:memory")
    .description("Measures what an idle connection costs, over TCP and WebSocket.")
    .option("--connections <n>", "idle connections", whole(ROOM_SIZE, 15_000), 5000)
    .helpOption("--help", "show this")
    .allowExcessArguments(false)
    .exitOverride((error) => Deno.exit(error.exitCode === 0 ? 0 : 2))
    .parse(args, { from: "user" })
    .opts();
}
