/** Starts Parley: store, chat, TCP, web, bots, in this order; and stops them in the other. See `--help`. */

import type { RunningBot } from "./bots/bot.ts";
import { ChatServer } from "./server/chat_server.ts";
import { SYSTEM_CLOCK } from "./server/clock.ts";
import { type Config, ConfigEnd, readConfig, VARIABLES } from "./server/config.ts";
import { readEnvironment } from "./server/environment.ts";
import { WebListener } from "./server/http.ts";
import { type Logger, openLog } from "./server/log.ts";
import { memoryConnect } from "./server/memory.ts";
import { serveOperator } from "./server/operator.ts";
import { isLoopback, Origins } from "./server/origins.ts";
import { inUrl, reachable } from "./server/reachable.ts";
import { SqliteStore } from "./server/sqlite/sqlite_store.ts";
import { BACKLOG, listening, prepareFolder, startProblem } from "./server/startup.ts";
import { StaticFiles } from "./server/static_files.ts";
import { acceptTcp } from "./server/tcp.ts";
import { VERSION } from "./server/version.ts";

/** After a failed fsync nothing that SQLite says can be trusted: BSD's EX_SOFTWARE, so that a supervisor restarts it. */
const EXIT_STORE_FAILED = 70;
/** A stop that takes longer is cut short. */
const STOP_MS = 4500;

const print = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));
const printError = (line: string) => Deno.stderr.writeSync(new TextEncoder().encode(line + "\n"));

if (import.meta.main) await main();

async function main(): Promise<void> {
  try {
    await run(readConfig(Deno.args, readEnvironment(VARIABLES)));
    // A read from the console's terminal cannot be taken back, and would hold the process until the next line.
    Deno.exit(0);
  } catch (error) {
    if (error instanceof ConfigEnd) {
      if (error.exitCode !== 0) printError(`parley: ${error.message} See --help.`);
      Deno.exit(error.exitCode);
    }
    const problem = startProblem(error);
    if (problem === null) throw error;
    printError(`parley: ${problem}`);
    Deno.exit(1);
  }
}

async function run(config: Config): Promise<void> {
  await prepareFolder(config.data, "--data");
  await prepareFolder(config.logDir, "--log-dir");
  await using log = await openLog(config.logDir, printError);
  const store = await SqliteStore.open({
    folder: config.data,
    onFatal: (error) => {
      log.error("store_failed", { problem: error.message });
      printError(
        `parley: the disk failed while ${config.data} was written (${error.message}). What was acknowledged is safe. Check the disk, then start again.`,
      );
      Deno.exit(EXIT_STORE_FAILED);
    },
    onDamage: (problem) => {
      log.error("database_damaged", { problem });
      printError(`parley: ${problem} Until then everything can be read, and nothing is stored.`);
    },
  });
  const server = new ChatServer({
    store,
    clock: SYSTEM_CLOCK,
    log,
    lobby: config.lobby,
    isRateLimited: config.rateLimit,
    webHint: config.web ? `The web page is on port ${config.webPort}.` : "The web page is switched off.",
  });
  try {
    await serve(config, server, log, () => void store.checkWhole());
  } finally {
    await store.close();
  }
}

/** @param started called when all has started */
async function serve(config: Config, server: ChatServer, log: Logger, started: () => void): Promise<void> {
  const stopping = stopSignal();
  await server.start();
  const listener = listening(
    () => Deno.listen({ hostname: config.host, port: config.port, tcpBacklog: BACKLOG }),
    {
      ...config,
      flag: "--port",
    },
  );
  const accepting = acceptTcp(listener, (connection) => void server.serve(connection), {
    clock: SYSTEM_CLOCK,
    log,
  });
  const web = config.web ? await startWeb(config, server) : null;
  print(`Parley ${VERSION}: data in ${config.data}, logs in ${config.logDir}`);
  printAddresses(config, listener.addr.port, web?.port ?? null);
  const bots = await startBots(config, server, log);
  if (config.console) void startConsole(server, stopping);
  log.info("started", {
    version: VERSION,
    host: config.host,
    port: listener.addr.port,
    webPort: web?.port ?? null,
  });
  started();

  const reason = await stopping;
  print(`Stopping (${reason}).`);
  const cancel = SYSTEM_CLOCK.after(STOP_MS, () => Deno.exit(0));
  listener.close();
  await accepting;
  await Promise.all(bots.map((bot) => bot.stop()));
  await server.stop("The server is shutting down.");
  await web?.close();
  log.info("stopped", { reason });
  cancel();
}

function printAddresses({ host }: Config, port: number, webPort: number | null): void {
  const { address, isAll } = reachable(host);
  const where = isAll ? " (on all interfaces)" : "";
  print(`  TCP          nc ${address} ${port}${where}`);
  print(
    webPort === null
      ? "  Web page     off (--no-web)"
      : `  Web page     http://${inUrl(address)}:${webPort}/${where}`,
  );
  if (!isLoopback(host)) {
    print("  Note         open to the network without encryption: put TLS in front of it");
  }
}

/** Resolves with the name of the first signal to stop; a second one ends the process at once. */
function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    let isStopping = false;
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      Deno.addSignalListener(signal, () => {
        if (isStopping) Deno.exit(130);
        isStopping = true;
        resolve(signal);
      });
    }
  });
}

async function startWeb(config: Config, server: ChatServer): Promise<WebListener> {
  const files = await StaticFiles.load(new URL("./static/dist/", import.meta.url));
  const { host, allowOrigin: allowed } = config;
  const options = { hostname: host, port: config.webPort, server, files };
  return listening(() => new WebListener(options, (port) => new Origins({ host, port, allowed })), {
    host,
    port: config.webPort,
    flag: "--web-port",
  });
}

/** Bots are ordinary clients, over connections in this process. Only those that are wanted are loaded: the model's client alone takes 20 MiB. */
async function startBots(config: Config, server: ChatServer, log: Logger): Promise<RunningBot[]> {
  const { accounts } = server;
  const connect = memoryConnect((connection) => void server.serve(connection));
  const joining = async (name: string) => ({ connect, log, token: await accounts.botToken(name) });
  const bots: RunningBot[] = [];
  const add = (bot: RunningBot) => {
    bots.push(bot);
    bot.ready.catch((error: Error) => log.warn("bot_did_not_start", { problem: error.message }));
  };
  if (config.thermometer) {
    const { startThermometer } = await import("./bots/thermometer.ts");
    const intervalSeconds = config.thermometerIntervalSeconds;
    add(startThermometer({ ...await joining("thermometer1"), intervalSeconds }));
    print("  Thermometer  thermometer1: /subscribe thermometer1");
  } else print("  Thermometer  off (--no-thermometer)");
  if (!config.openai) print("  AI bot       off (--no-openai)");
  else if (config.endpoint) {
    const { endpointFrom, startOpenAi } = await import("./bots/openai.ts");
    const { listModels } = await import("./bots/model_list.ts");
    const endpoint = endpointFrom(config.endpoint);
    const quotas = { userPerHour: config.openaiUserQuota, allPerDay: config.openaiDailyQuota };
    add(startOpenAi({ ...await joining("openai"), endpoint, quotas }));
    print(`  AI bot       openai: /ask QUESTION, with ${endpoint.model} at ${endpoint.baseURL}`);
    void listModels(endpoint).then(({ line }) => print(`  AI models    ${line}`));
  } else {
    const { startAibot } = await import("./bots/aibot.ts");
    add(startAibot(await joining("aibot")));
    print(
      "  AI bot       aibot: /ask QUESTION. The built-in agent: neither OPENAI_API_KEY nor OPENAI_BASE_URL is set",
    );
  }
  return bots;
}

async function startConsole(server: ChatServer, stopping: Promise<string>): Promise<void> {
  const left = serveOperator(server).then(() => "left", (error) => {
    printError(`parley: nobody can take part from this terminal (${error.message}). The server goes on.`);
    return "failed";
  });
  if (await Promise.race([stopping, left]) === "left") print("The server goes on; Ctrl-C stops it.");
}
