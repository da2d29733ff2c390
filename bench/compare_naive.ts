/**
 * Parley, which stores every message before anyone sees it, against a server that stores nothing and writes once for each
 * message and receiver. In turn, in the same run, each for the maximum: one room, a closed loop.
 */

import { Command } from "@commander-js/extra-typings";
import { isClean, LoadRun, type LoadSettings } from "./load_run.ts";
import { summary } from "./load_report.ts";
import { median } from "./median.ts";
import { aboveZero, whole } from "./options.ts";
import { count, print } from "./progress.ts";
import { canPin, pinSelf, ServerProcess } from "./server_process.ts";

const SERVER_CORE = 0;
const GENERATOR_CORE = 1;
const SERVERS = ["naive", "Parley"] as const;
type ServerName = (typeof SERVERS)[number];

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  const core = canPin() ? SERVER_CORE : undefined;
  if (core !== undefined) await pinSelf(GENERATOR_CORE);
  print(
    core === undefined ? "Server and generator share the cores." : "Server on core 0, generator on core 1.",
  );
  const figures: Record<ServerName, number[]> = { naive: [], Parley: [] };
  for (let run = 1; run <= options.runs; run++) {
    for (const name of SERVERS) {
      const deliveries = await measure(name, core, settingsOf(options));
      if (deliveries === null) return 1;
      figures[name].push(deliveries);
      print(`  run ${run}  ${name.padEnd(8)} ${count(deliveries).padStart(14)} deliveries/s`);
    }
  }
  const [naive, parley] = [median(figures.naive), median(figures.Parley)];
  print(`  median naive ${count(naive)}/s, Parley ${count(parley)}/s: ${(parley / naive).toFixed(1)} times`);
  return 0;
}

/** Deliveries a second; null where the run is void. */
async function measure(
  name: ServerName,
  core: number | undefined,
  settings: LoadSettings,
): Promise<number | null> {
  const pinned = core === undefined ? {} : { core };
  await using server = name === "naive"
    ? await ServerProcess.startNaive(pinned)
    : await ServerProcess.start({ ...pinned, web: false });
  const target = { hostname: "127.0.0.1", port: server.port, transport: "tcp" } as const;
  const result = await new LoadRun(target, settings).execute();
  if (isClean(result)) return result.throughput.deliveries_per_second;
  print(summary(result));
  return null;
}

function settingsOf(
  { clients, senders, window, duration, size }: ReturnType<typeof readOptions>,
): LoadSettings {
  return {
    ...{ clients, senders, window, size },
    rooms: 1,
    direct: false,
    warmupSeconds: 1,
    durationSeconds: duration,
    drainSeconds: 3,
  };
}

function readOptions(args: readonly string[]) {
  return new Command("bench:naive")
    .description("Compares Parley with a server that writes once for each message and receiver.")
    .option("--clients <n>", "clients in the room", whole(2, 5000), 100)
    .option("--senders <n>", "how many of them talk", whole(1, 5000), 4)
    .option("--window <n>", "messages of each sender on their way", whole(1, 100_000), 64)
    .option("--size <bytes>", "text of a message", whole(25, 16_384), 100)
    .option("--duration <seconds>", "how long is measured", aboveZero, 3)
    .option("--runs <n>", "runs of each server", whole(1, 100), 3)
    .helpOption("--help", "show this")
    .allowExcessArguments(false)
    .exitOverride((error) => Deno.exit(error.exitCode === 0 ? 0 : 2))
    .parse(args, { from: "user" })
    .opts();
}
