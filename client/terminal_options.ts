/** The command line of the terminal client. */

import { Command, CommanderError } from "@commander-js/extra-typings";
import { VERSION } from "../protocol/version.ts";
import { parseServerAddress } from "./server_address.ts";
import { EXIT, type ExitCode } from "./terminal_exit.ts";
import type { Connect } from "./transport.ts";

export interface TerminalOptions {
  readonly connect: Connect;
  readonly name: string | undefined;
  readonly color: boolean;
}

export interface Output {
  writeOut(text: string): void;
  writeErr(text: string): void;
}

const DEFAULT_SERVER = "tcp://127.0.0.1:5000";

const HELP = `
Typing:
  text                 says it in the current room, the one after the prompt
  bob: text            says it to bob alone
  /help                lists the commands; Tab completes them, names and rooms
  Alt-Enter            a line break; a paste of several lines is one message
  Ctrl-C, Ctrl-D       leaves

In a pipe each line of the input is sent, and what comes is printed as lines:
  echo 'build failed' | deno task client --name ci

Environment:
  PARLEY_PASSWORD      the password; a terminal asks where one is needed
  NO_COLOR             no colours; FORCE_COLOR: colours in a pipe too

Exit codes:
  0  all that was said is stored     2  wrong usage
  1  something was refused           3  the server could not be reached
`;

/** The options, or the exit code where there is nothing more to do: help was shown, or an error told. */
export function readOptions(args: readonly string[], output: Output): TerminalOptions | ExitCode {
  const command = makeCommand(output);
  try {
    const { server, name, color } = command.parse([...args], { from: "user" }).opts();
    return { connect: readServer(server, command), name, color };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
}

function makeCommand({ writeOut, writeErr }: Output) {
  return new Command("client")
    .description("Talks to a Parley server from a terminal or a pipe.")
    .option("--server <address>", "tcp://host:port, ws://host:port or wss://host", DEFAULT_SERVER)
    .option("--name <name>", "who to be; else it asks, and in a pipe it is a guest")
    .option("--no-color", "no colours")
    .version(VERSION)
    .addHelpText("after", HELP)
    .allowExcessArguments(false)
    .exitOverride()
    // Left to itself, commander looks at the environment for colours, which needs a permission.
    .configureOutput({
      writeOut,
      writeErr,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
}

function readServer(address: string, command: { error(message: string): never }): Connect {
  try {
    return parseServerAddress(address).connect;
  } catch (error) {
    return command.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  }
}
