/** The time from starting the server's process to the first byte that a client reads, on an empty database and on a full one. */

import { Command } from "@commander-js/extra-typings";
import { median } from "./median.ts";
import { writePast } from "./million.ts";
import { whole } from "./options.ts";
import { count, print } from "./progress.ts";
import { ServerProcess } from "./server_process.ts";

if (import.meta.main) await main(Deno.args);

async function main(args: readonly string[]): Promise<void> {
  const { messages, runs, data } = readOptions(args);
  const folder = data ?? await Deno.makeTempDir({ prefix: "parley-startup-" });
  try {
    if (!await hasDatabase(folder)) await fill(folder, messages);
    print("database                  first byte after, ms: median (each)");
    await measure("empty", runs, undefined);
    await measure(data ?? `${count(messages)} messages`, runs, folder);
  } finally {
    if (data === undefined) await Deno.remove(folder, { recursive: true });
  }
}

async function hasDatabase(folder: string): Promise<boolean> {
  for await (const entry of Deno.readDir(folder)) if (entry.name === "parley.db") return true;
  return false;
}

async function fill(folder: string, messages: number): Promise<void> {
  print(`Writing a database with ${count(messages)} messages, 1,000 users and 200 rooms.`);
  let shown = 0;
  await writePast(folder, { messages, users: 1000, rooms: 200 }, (written) => {
    if (written < shown + 200_000) return;
    shown = written;
    print(`  ${count(written)} written`);
  });
}

async function measure(label: string, runs: number, data: string | undefined): Promise<void> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) times.push(await firstByteMs(data));
  const each = times.map((time) => time.toFixed(0)).join(", ");
  print(`${label.padEnd(25)} ${median(times).toFixed(0).padStart(8)} (${each})`);
}

async function firstByteMs(data: string | undefined): Promise<number> {
  const options = data === undefined ? {} : { data };
  const from = performance.now();
  await using server = await ServerProcess.spawn(options);
  using conn = await server.connect();
  await conn.read(new Uint8Array(1));
  return performance.now() - from;
}

function readOptions(args: readonly string[]) {
  return new Command("bench:startup")
    .description("Measures the time from starting the server to its first byte.")
    .option("--messages <n>", "messages in the full database", whole(1, 100_000_000), 1_000_000)
    .option("--runs <n>", "starts on each database", whole(1, 100), 5)
    .option("--data <folder>", "a data folder that is kept; filled where it has no database")
    .helpOption("--help", "show this")
    .allowExcessArguments(false)
    .exitOverride((error) => Deno.exit(error.exitCode === 0 ? 0 : 2))
    .parse(args, { from: "user" })
    .opts();
}
