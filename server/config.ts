/** What can be set: flags over environment over `.env` over defaults. Secrets come from the environment only. */

import { Command, CommanderError, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { ChatError } from "../protocol/errors.ts";
import { requireRoomName } from "../protocol/names.ts";
import { VERSION } from "./version.ts";

export interface Config {
  /** The interface that both ports listen on. */
  readonly host: string;
  readonly port: number;
  readonly webPort: number;
  readonly data: string;
  readonly logDir: string;
  readonly lobby: string;
  readonly web: boolean;
  readonly thermometer: boolean;
  readonly openai: boolean;
  /** Questions that one user may ask the model in an hour; 0 is no limit. */
  readonly openaiUserQuota: number;
  /** Questions that all may ask the model in 24 hours; 0 is no limit. */
  readonly openaiDailyQuota: number;
  readonly thermometerIntervalSeconds: number;
  readonly allowOrigin: readonly string[];
  readonly rateLimit: boolean;
  readonly console: boolean;
  /** The variables of the AI's endpoint, as they are set; null where neither a key nor an address is. */
  readonly endpoint: Environment | null;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Thrown where the command line ends the program: help, version, or a mistake. */
export class ConfigEnd extends Error {
  override readonly name = "ConfigEnd";
  /** @param exitCode 0 after help and version, 2 for a mistake in the usage */
  constructor(message: string, readonly exitCode: 0 | 2) {
    super(message);
  }
}

/**
 * @param args without the program's name
 * @throws ConfigEnd
 */
export function readConfig(args: readonly string[], environment: Environment): Config {
  const program = parse(args, environment);
  const { thermometerInterval, allowOrigin = [], console = false, ...options } = program.opts();
  return {
    ...options,
    allowOrigin,
    console,
    thermometerIntervalSeconds: thermometerInterval,
    endpoint: environment.OPENAI_API_KEY || environment.OPENAI_BASE_URL ? environment : null,
  };
}

/** @throws ConfigEnd */
function parse(args: readonly string[], environment: Environment) {
  try {
    return createProgram(environment).parse(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const words = error.message.replace(/^error: /, "").replaceAll("\n", " ");
    throw new ConfigEnd(/[.?!]$/.test(words) ? words : `${words}.`, error.exitCode === 0 ? 0 : 2);
  }
}

/** Every variable that is read. */
export const VARIABLES = [
  "PARLEY_HOST",
  "PARLEY_PORT",
  "PARLEY_WEB_PORT",
  "PARLEY_DATA",
  "PARLEY_LOG_DIR",
  "PARLEY_LOBBY",
  "PARLEY_NO_WEB",
  "PARLEY_NO_THERMOMETER",
  "PARLEY_NO_OPENAI",
  "PARLEY_OPENAI_USER_QUOTA",
  "PARLEY_OPENAI_DAILY_QUOTA",
  "PARLEY_THERMOMETER_INTERVAL",
  "PARLEY_ALLOW_ORIGIN",
  "PARLEY_NO_RATE_LIMIT",
  "PARLEY_CONSOLE",
  "OPENAI_API_KEY",
  "OPENAI_BASE_URL",
  "OPENAI_MODEL",
] as const;

const ENVIRONMENT_HELP = `
Each flag is also an environment variable (PARLEY_PORT=5001, PARLEY_NO_WEB=1), and .env is read.
The AI's endpoint is set there only: OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL; .env.example lists all.`;

function createProgram(environment: Environment) {
  const from = (name: string, fallback: string) => environment[name] || fallback;
  const read = <T>(name: string, fallback: string, reader: (text: string) => T) =>
    readVariable(name, from(name, fallback), reader);
  const isSet = (name: string) => isTrue(environment[name], name);
  return new Command("parley")
    .description("A chat server for people, bots and devices.")
    .version(VERSION, "--version")
    .helpOption("--help", "show this")
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .allowExcessArguments(false)
    .addOption(
      new Option("--host <address>", "interface to listen on").default(from("PARLEY_HOST", "127.0.0.1")),
    )
    .option("--port <port>", "TCP port", port, read("PARLEY_PORT", "5000", port))
    .option(
      "--web-port <port>",
      "port of the page, WebSocket and HTTP API",
      port,
      read("PARLEY_WEB_PORT", "8080", port),
    )
    .option("--data <dir>", "folder of the database", from("PARLEY_DATA", "data"))
    .option("--log-dir <dir>", "folder of the logs", from("PARLEY_LOG_DIR", "logs"))
    .option(
      "--lobby <room>",
      "the room that everybody joins at first",
      room,
      read("PARLEY_LOBBY", "#general", room),
    )
    .addOption(
      new Option("--no-web", "without page, WebSocket and HTTP API").default(!isSet("PARLEY_NO_WEB")),
    )
    .addOption(
      new Option("--no-thermometer", "without the simulated thermometer").default(
        !isSet("PARLEY_NO_THERMOMETER"),
      ),
    )
    .addOption(
      new Option("--no-openai", "without an AI bot: neither openai nor the built-in aibot").default(
        !isSet("PARLEY_NO_OPENAI"),
      ),
    )
    .option(
      "--openai-user-quota <questions>",
      "questions that one user may ask the model in an hour; 0: no limit",
      quota,
      read("PARLEY_OPENAI_USER_QUOTA", "30", quota),
    )
    .option(
      "--openai-daily-quota <questions>",
      "questions that all may ask the model in a day; 0: no limit",
      quota,
      read("PARLEY_OPENAI_DAILY_QUOTA", "500", quota),
    )
    .option(
      "--thermometer-interval <seconds>",
      "seconds between readings",
      seconds,
      read("PARLEY_THERMOMETER_INTERVAL", "100", seconds),
    )
    .option(
      "--allow-origin <url>",
      "a further origin that may use the web port (repeatable)",
      (value: string, all: string[] | undefined) => [...all ?? [], origin(value)],
      read("PARLEY_ALLOW_ORIGIN", "", origins),
    )
    .addOption(
      new Option("--no-rate-limit", "for load tests: nobody is slowed").default(
        !isSet("PARLEY_NO_RATE_LIMIT"),
      ),
    )
    .addOption(
      new Option("--console", "this terminal becomes the user operator")
        .default(isSet("PARLEY_CONSOLE") || undefined),
    )
    .addHelpText("after", ENVIRONMENT_HELP);
}

/** A variable as its flag would be read. @throws ConfigEnd that names it */
function readVariable<T>(name: string, text: string, reader: (text: string) => T): T {
  try {
    return reader(text);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new ConfigEnd(`${name} is ${JSON.stringify(text)}. ${error.message}`, 2);
  }
}

/** 0 takes any free port. */
function port(text: string): number {
  const value = Number(text);
  if (/^\d{1,5}$/.test(text) && value <= 65535) return value;
  throw new InvalidArgumentError("It is a port: 0 to 65535.");
}

function seconds(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 86_400) return value;
  throw new InvalidArgumentError("It is a number of seconds, up to 86400.");
}

/** 0 is no limit. */
function quota(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It is a number of questions: 0 (no limit) to 999999.");
}

function room(text: string): string {
  try {
    return requireRoomName(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof ChatError ? error.message : String(error));
  }
}

function origin(text: string): string {
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol) && url.pathname === "/" && url.search === "") return url.origin;
  throw new InvalidArgumentError("It is an origin, as in https://chat.example.org.");
}

/** Separated by white space or commas; undefined where there are none. */
function origins(text: string): string[] | undefined {
  const all = text.split(/[\s,]+/).filter(Boolean).map(origin);
  return all.length > 0 ? all : undefined;
}

function isTrue(text: string | undefined, variable: string): boolean {
  if (!text || /^(0|false|no|off)$/i.test(text)) return false;
  if (/^(1|true|yes|on)$/i.test(text)) return true;
  throw new ConfigEnd(`${variable} is ${JSON.stringify(text)}; set it to 1 or 0.`, 2);
}
