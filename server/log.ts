/**
 * What the server tells about itself: events with properties, never message texts, passwords or tokens. Each event is
 * one line of JSON in a file that is rotated by size; warnings and errors are a line on the terminal too.
 */

import { configure, dispose, getLogger, type LogRecord, withFilter } from "@logtape/logtape";
import { SYSTEM_CLOCK, timestampOf } from "./clock.ts";
import { LogFile } from "./log_file.ts";

export interface Logger {
  info(event: string, properties?: Record<string, unknown>): void;
  warn(event: string, properties?: Record<string, unknown>): void;
  error(event: string, properties?: Record<string, unknown>): void;
}

export const SILENT_LOG: Logger = { info() {}, warn() {}, error() {} };

/** A log's files are so large at most, and so many are kept beside the present one. */
const FILE_BYTES = 10 * 1024 * 1024;
const FILES = 5;

/**
 * Opens the log of this process, in `parley.log` of a folder that exists.
 * @param print writes a line to the terminal
 */
export async function openLog(
  folder: string,
  print: (line: string) => void,
): Promise<Logger & AsyncDisposable> {
  const file = new LogFile(`${folder}/parley.log`, {
    maxBytes: FILE_BYTES,
    maxFiles: FILES,
    clock: SYSTEM_CLOCK,
    failed: (problem) => print(`parley: the log in ${folder} cannot be written; lines are lost: ${problem}`),
  });
  // `Deno.exit` waits for no promise.
  const flush = () => file.flush();
  addEventListener("unload", flush);
  await configure({
    reset: true,
    sinks: {
      file: (record) => file.write(jsonLine(record)),
      warnings: withFilter((record) => print(summary(record)), "warning"),
    },
    loggers: [
      { category: ["logtape", "meta"], lowestLevel: "error", sinks: ["file"] },
      { category: "parley", lowestLevel: "info", sinks: ["file"] },
      { category: ["parley", "server"], lowestLevel: "info", sinks: ["warnings"] },
    ],
  });
  const logger = getLogger(["parley", "server"]);
  return {
    info: (event, properties) => logger.info(event, properties),
    warn: (event, properties) => logger.warn(event, properties),
    error: (event, properties) => logger.error(event, properties),
    [Symbol.asyncDispose]: async () => {
      await dispose();
      removeEventListener("unload", flush);
      file[Symbol.dispose]();
    },
  };
}

/** One event as one line: whatever a name or an address holds, JSON.stringify leaves no line break in it. */
function jsonLine({ timestamp, level, rawMessage, properties }: LogRecord): string {
  return JSON.stringify({ time: timestampOf(timestamp), level, event: rawMessage, ...properties }) + "\n";
}

function summary({ level, rawMessage, properties }: LogRecord): string {
  const { stack: _, ...shown } = properties;
  return `${level}: ${String(rawMessage).replaceAll("_", " ")} ${JSON.stringify(shown)}`;
}
