/** Runs one bot as a program of its own, against a server anywhere: flags, the token, signals, and a log on the terminal. */

import { Command, CommanderError, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { parseServerAddress } from "../client/server_address.ts";
import type { Connect } from "../client/transport.ts";
import { ChatError } from "../protocol/errors.ts";
import type { BotLog, BotOptions, RunningBot } from "./bot.ts";

export interface BotCommand {
  readonly name: string;
  readonly description: string;
  /** Flags beside `--server`, each with a value. */
  readonly options?: readonly {
    readonly flag: string;
    readonly value: string;
    readonly description: string;
  }[];
  /** @throws TypeError whose message says which flag is wrong */
  start(options: BotOptions, flags: Readonly<Record<string, string | undefined>>): RunningBot;
}

/** The variable that holds the token. A flag would show in the list of processes. */
export const TOKEN_VARIABLE = "PARLEY_BOT_TOKEN";

const DEFAULT_SERVER = "tcp://127.0.0.1:5000";

/** Runs until a signal or until the server refuses the bot. Exits with 0, 1 where it could not run, 2 where a flag is wrong. */
export async function runBotCommand(
  command: BotCommand,
  args: readonly string[] = Deno.args,
): Promise<never> {
  const flags = readFlags(command, args);
  const token = Deno.env.get(TOKEN_VARIABLE) ?? "";
  if (token === "") {
    fail(2, `Set ${TOKEN_VARIABLE} to what \`deno task bot-token NAME\` printed on the server.`);
  }
  const bot = start(command, { connect: flags.server.connect, token, log: TERMINAL_LOG }, flags.others);
  let isStopping = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      if (isStopping) Deno.exit(1);
      isStopping = true;
      bot.stop();
    });
  }
  try {
    await bot.ready;
    TERMINAL_LOG.info("Connected.", { server: flags.server.label });
  } catch (error) {
    if (!isStopping) print(`${command.name}: ${startProblem(error)}`);
    bot.stop();
  }
  await bot.ended;
  Deno.exit(isStopping ? await bot.stop().then(() => 0) : 1);
}

/** Why a bot did not start, and what to do about it. */
function startProblem(error: unknown): string {
  if (error instanceof ChatError && error.code === "bad_credentials") {
    return `The server does not know the token. Check ${TOKEN_VARIABLE}: \`deno task bot-token NAME\` on the server prints one.`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** @throws TypeError */
export function readSeconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (text.trim() !== "" && seconds > 0 && seconds <= 86_400) return seconds;
  throw new TypeError(`"${text}" is not a number of seconds between 0 and 86400.`);
}

interface Flags {
  readonly server: { readonly connect: Connect; readonly label: string };
  readonly others: Readonly<Record<string, string | undefined>>;
}

function readFlags({ name, description, options = [] }: BotCommand, args: readonly string[]): Flags {
  const program = new Command(name).description(description).exitOverride()
    // To choose colours it would ask for access to the environment.
    .configureOutput({ getOutHasColors: () => false, getErrHasColors: () => false })
    .addOption(
      new Option("--server <ADDRESS>", "tcp://host:port, ws://host:port or wss://host")
        .argParser(readServer).default(readServer(DEFAULT_SERVER), DEFAULT_SERVER),
    );
  program.addHelpText(
    "after",
    `\nThe token that \`deno task bot-token NAME\` prints goes into ${TOKEN_VARIABLE}.`,
  );
  for (const { flag, value, description } of options) program.option(`--${flag} <${value}>`, description);
  try {
    program.parse(args, { from: "user" });
  } catch (error) {
    // It has printed its words already.
    if (error instanceof CommanderError) Deno.exit(error.exitCode === 0 ? 0 : 2);
    throw error;
  }
  const { server, ...others } = program.opts();
  return { server, others: others as Record<string, string> };
}

function readServer(text: string): Flags["server"] {
  try {
    return parseServerAddress(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function start(command: BotCommand, options: BotOptions, flags: Flags["others"]): RunningBot {
  try {
    return command.start(options, flags);
  } catch (error) {
    if (error instanceof TypeError) return fail(2, error.message);
    throw error;
  }
}

function fail(code: number, words: string): never {
  print(words);
  Deno.exit(code);
}

const TERMINAL_LOG: BotLog = {
  info: (message, properties) => log("info", message, properties),
  warn: (message, properties) => log("warning", message, properties),
  error: (message, properties) => log("error", message, properties),
};

function log(level: string, message: string, properties: Record<string, unknown> = {}): void {
  print(`${new Date().toISOString()} ${level}: ${message} ${JSON.stringify(properties)}`);
}

function print(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(line + "\n"));
}
