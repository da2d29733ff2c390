/**
 * The load tester: simulated clients say marked messages, and every receiver is checked.
 * Exit code 0 where nothing was lost, duplicated, out of order or refused; 1 where something was; 2 for a mistake in the usage.
 */

import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { resolve } from "node:path";
import { MARK_LENGTH, MAX_STREAMS } from "../generator/mark.ts";
import { aboveZero, whole, zeroOrMore } from "../options.ts";
import { count, print, ProgressLine } from "../progress.ts";
import { ServerProcess } from "../server_process.ts";
import {
  isClean,
  Load,
  type LoadResult,
  type LoadSettings,
  type LoadTarget,
  topologyOf,
  type Transport,
  TRANSPORTS,
} from "./load.ts";
import { summary, writeReport } from "./report.ts";
import { SAMPLE_SIZE } from "./sample.ts";

const MAX_SIZE = 16 * 1024;

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  const settings = settingsOf(options);
  try {
    topologyOf(settings);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    print(`load: ${error.message}`);
    return 2;
  }
  try {
    return await run(options, settings);
  } catch (error) {
    print(`load: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

type Options = ReturnType<typeof readOptions>;

async function run(options: Options, settings: LoadSettings): Promise<number> {
  await using own = options.server ? null : await startServer(options);
  const target = options.server ? targetOf(options.server, options.transport) : ownTarget(own!, options);
  const stop = interruption();
  const load = new Load(target, settings, stop.signal);
  const result = await withProgress(load);
  stop.end();
  await writeReport(options.out, result, load);
  print(summary(result));
  print(
    `Written to ${resolve(options.out)}: latency_data.txt${
      sampleWords(result)
    }, latency.json, latency_plot.png`,
  );
  return isClean(result) ? 0 : 1;
}

/** Where not every latency was kept. */
function sampleWords({ latency_ms: { count: all } }: LoadResult): string {
  return all > SAMPLE_SIZE ? ` (a random ${count(SAMPLE_SIZE)} of ${count(all)})` : "";
}

async function withProgress(load: Load) {
  using _line = new ProgressLine(() => load.progress);
  return await load.execute();
}

async function startServer({ transport }: Options): Promise<ServerProcess> {
  print("Starting a server for this run.");
  return await ServerProcess.start({ web: transport !== undefined && transport !== "tcp" });
}

function ownTarget(server: ServerProcess, { transport = "tcp" }: Options): LoadTarget {
  return { hostname: "127.0.0.1", port: transport === "tcp" ? server.port : server.webPort, transport };
}

function targetOf(server: URL, transport: Transport | undefined): LoadTarget {
  const isTcp = server.protocol === "tcp:";
  return {
    hostname: server.hostname || "127.0.0.1",
    port: Number(server.port) || (isTcp ? 5000 : 8080),
    transport: isTcp ? "tcp" : transport === "ws-frames" ? "ws-frames" : "ws",
  };
}

/** Ctrl-C ends the sending; what was sent is still counted, and a second one ends the program. */
function interruption(): { signal: AbortSignal; end: () => void } {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) Deno.exit(130);
    controller.abort();
  };
  Deno.addSignalListener("SIGINT", onSignal);
  return { signal: controller.signal, end: () => Deno.removeSignalListener("SIGINT", onSignal) };
}

function settingsOf(options: Options): LoadSettings {
  const { clients, rooms, direct, warmup, duration, drain, size, rate, closed } = options;
  return {
    clients,
    senders: options.senders ?? clients,
    rooms,
    direct,
    warmupSeconds: warmup,
    durationSeconds: duration,
    drainSeconds: drain,
    size,
    ...(closed === undefined ? { rate } : { window: closed }),
  };
}

function readOptions(args: readonly string[]) {
  return new Command("load")
    .description(
      "Simulates clients that log in and talk, and measures how long messages take to reach each of them.",
    )
    .option(
      "--server <url>",
      "tcp://host:port or ws://host:port; without it a server is started for the run",
      server,
    )
    .option("--clients <n>", "clients that log in", whole(2, MAX_STREAMS), 50)
    .option("--senders <n>", "how many of them talk (default: all)", whole(1, MAX_STREAMS))
    .option("--rooms <n>", "rooms that the clients are spread over", whole(1, MAX_STREAMS), 1)
    .option("--direct", "pairs that write to each other, in the place of rooms", false)
    .option(
      "--rate <n>",
      "messages a second in all, due at fixed times whatever the server does",
      aboveZero,
      100,
    )
    .option(
      "--closed <window>",
      "in the place of --rate: so many messages of each sender on their way, for the maximum",
      whole(1, 100_000),
    )
    .option("--duration <seconds>", "how long is measured", aboveZero, 10)
    .option("--warmup <seconds>", "how long messages are sent before", zeroOrMore, 2)
    .option(
      "--drain <seconds>",
      "how long to wait at the end for what is still due and does not come",
      aboveZero,
      3,
    )
    .option("--size <bytes>", "text of a message", whole(MARK_LENGTH, MAX_SIZE), 100)
    .addOption(
      new Option("--transport <name>", "ws-frames: one envelope in a frame (default: tcp)").choices(
        TRANSPORTS,
      ),
    )
    .option("--out <folder>", "where the files are written", ".")
    .helpOption("--help", "show this")
    .allowExcessArguments(false)
    .exitOverride((error) => Deno.exit(error.exitCode === 0 ? 0 : 2))
    .parse(args, { from: "user" })
    .opts();
}

function server(text: string): URL {
  const url = URL.parse(text);
  if (url && /^(tcp|ws):$/.test(url.protocol)) return url;
  throw new InvalidArgumentError("Write it as tcp://127.0.0.1:5000 or ws://127.0.0.1:8080.");
}
