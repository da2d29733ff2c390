/** IRC servers: RFC 2812, as far as ngIRCd, InspIRCd and Ergo need it. A sender does not hear itself, and nothing is acknowledged. */

import { type Dialog, digits, type Heard, NOTHING, type Wire } from "./wire.ts";

/** 512 bytes are a line; the rest is for the prefix and the command. */
const MAX_TEXT = 380;
const NO_MOTD = "422";

export const IRC: Wire = {
  framing: "lines",
  lineEnd: "\r\n",
  echoes: false,
  acknowledges: false,
  hasSeq: false,
  hasDirect: true,
  hasManyRooms: true,
  maxSize: MAX_TEXT,
  /** ngIRCd listens with a backlog of 10, and resets what is beyond. */
  connecting: 8,

  /** Nine characters are what every server takes. */
  userName: (run, client) => `g${run.slice(0, 3)}${digits(client, 5)}`,
  roomName: (run, room) => `#${run}${digits(room, 5)}`,

  async login(dialog: Dialog, name: string): Promise<void> {
    dialog.send(`NICK ${name}`);
    dialog.send(`USER ${name} 0 * :load`);
    await dialog.until((line) => replyOf(line) === "001");
  },

  async join(dialog: Dialog, room: string): Promise<void> {
    dialog.send(`JOIN ${room}`);
    await dialog.until((line) => replyOf(line) === "366");
  },

  async settle(dialog: Dialog): Promise<void> {
    dialog.send("PING :settle");
    await dialog.until((line) => replyOf(line) === "PONG");
  },

  message: (destination, text) => `PRIVMSG ${destination} :${text}`,

  heard(line: string): Heard {
    if (line.startsWith("PING ")) return { kind: "ping", answer: `PONG ${line.slice("PING ".length)}` };
    if (line.startsWith("ERROR ") || isError(numericOf(line))) return { kind: "problem", problem: line };
    return NOTHING;
  },
};

/** InspIRCd: eight at a time would be eight a second. Its backlog is as long as its configuration says. */
export const IRC_BY_SECOND: Wire = { ...IRC, connecting: 1000 };

/** The command or number of a line. @throws Error where it says that something failed */
function replyOf(line: string): string {
  const numeric = numericOf(line);
  if (isError(numeric)) throw new Error(line);
  return numeric;
}

function numericOf(line: string): string {
  return line.startsWith(":") ? line.split(" ", 2)[1] ?? "" : line.split(" ", 1)[0]!;
}

function isError(numeric: string): boolean {
  return /^[45]\d\d$/.test(numeric) && numeric !== NO_MOTD;
}
