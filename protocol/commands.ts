/** The command table (docs/protocol.md, section 4): what there is, how it is written, and how a command line is read. */

import { ChatError } from "./errors.ts";
import { quote } from "./names.ts";

export interface CommandSpec {
  readonly name: CommandName;
  /** Other spellings, lower case. */
  readonly aliases?: readonly string[];
  /** As in `/join ROOM`. */
  readonly usage: string;
  readonly summary: string;
  /** Taken before a login. */
  readonly anonymous?: true;
  /** Taken from bots only, and left out of `help` for others. */
  readonly bots?: true;
  /** Its text is said in a conversation, and its `id` counts as that chat's. */
  readonly says?: true;
}

export const COMMANDS = [
  {
    name: "login",
    usage: "/login [NAME [PASSWORD]]",
    summary: "logs in; without a name, as a guest",
    anonymous: true,
  },
  {
    name: "logout",
    usage: "/logout",
    summary: "ends this login's token, says goodbye and closes",
  },
  {
    name: "register",
    usage: "/register NAME [PASSWORD]",
    summary: "makes an account and logs in with it",
    anonymous: true,
  },
  {
    name: "password",
    usage: "/password NEW [OLD]",
    summary: "sets your password; OLD where one is set",
  },
  { name: "nick", usage: "/nick NEW", summary: "changes your name" },
  {
    name: "join",
    usage: "/join ROOM",
    summary: "joins a room, making it if there is none",
  },
  {
    name: "leave",
    aliases: ["part"],
    usage: "/leave [#room]",
    summary: "leaves a room",
  },
  {
    name: "list",
    aliases: ["rooms"],
    usage: "/list",
    summary: "lists the rooms",
  },
  {
    name: "users",
    aliases: ["who"],
    usage: "/users [#room]",
    summary: "who is online; with a room, its members",
  },
  {
    name: "conversations",
    usage: "/conversations",
    summary: "your conversations, and what is unread",
  },
  {
    name: "msg",
    usage: "/msg NAME TEXT",
    summary: "a direct message",
    says: true,
  },
  {
    name: "say",
    usage: "/say TEXT",
    summary: "says TEXT in the current room, whatever it begins with",
    says: true,
  },
  {
    name: "history",
    usage: "/history [#room|NAME|NAME/feed] [LIMIT] [before=SEQ|after=SEQ|around=SEQ]",
    summary: "what was said, oldest first",
  },
  {
    name: "find",
    usage: "/find WORDS [in=#room|NAME] [from=NAME] [before=SEQ]",
    summary: 'searches all that you may read: every word, "a phrase", or pre*',
  },
  {
    name: "check",
    usage: "/check",
    summary: "delivers what you have not been sent yet",
  },
  {
    name: "seen",
    usage: "/seen DESTINATION SEQ",
    summary: "moves your read marker forward",
  },
  {
    name: "typing",
    usage: "/typing DESTINATION",
    summary: "tells the others that you are typing",
  },
  {
    name: "subscribe",
    usage: "/subscribe NAME",
    summary: "gets you what NAME publishes",
  },
  {
    name: "unsubscribe",
    usage: "/unsubscribe NAME",
    summary: "ends a subscription",
  },
  {
    name: "ask",
    aliases: ["search", "aibot"],
    usage: "/ask QUESTION",
    summary: "asks the AI bot, for all in the room to see",
    says: true,
  },
  {
    name: "draft",
    usage: "/draft",
    summary: "shows a part of an answer that is being written",
    bots: true,
  },
  {
    name: "stop",
    usage: "/stop",
    summary: "ends the AI answer that is being written for you",
  },
  { name: "ping", usage: "/ping", summary: "answers at once", anonymous: true },
  {
    name: "help",
    usage: "/help [COMMAND]",
    summary: "lists the commands",
    anonymous: true,
  },
  {
    name: "quit",
    aliases: ["exit"],
    usage: "/quit",
    summary: "says goodbye and closes",
    anonymous: true,
  },
] as const satisfies readonly (Omit<CommandSpec, "name"> & { name: string })[];

export type CommandName = (typeof COMMANDS)[number]["name"];

const BY_NAME: ReadonlyMap<string, CommandSpec> = new Map(
  COMMANDS.flatMap((spec: CommandSpec) => [spec.name, ...spec.aliases ?? []].map((name) => [name, spec])),
);

export interface CommandLine {
  readonly spec: CommandSpec;
  /** What follows the name, without the white space around it. */
  readonly rest: string;
}

/** The command of that name, with or without its slash, whatever its case; undefined where there is none. */
export function findCommand(name: string): CommandSpec | undefined {
  return BY_NAME.get(name.replace(/^\//, "").toLowerCase());
}

/**
 * Reads a command line: `/name rest`, or one of the other spellings `!check` and `exit`. The slash may be missing.
 * @throws ChatError `unknown_command`
 */
export function parseCommandLine(line: string): CommandLine {
  const trimmed = line.trim();
  const [, name = "", rest = ""] = /^[/!]?(\S*)\s*([^]*)$/.exec(trimmed) ?? [];
  const spec = findCommand(name);
  if (spec) return { spec, rest };
  const nearest = nearestCommand(name.toLowerCase());
  throw new ChatError(
    "unknown_command",
    `There is no command ${quote("/" + name).slice(1, -1)}.` +
      (nearest ? ` Did you mean /${nearest}?` : " Try /help."),
  );
}

/** `key=value` options at the end or between the words, and the words that are left. */
export interface Arguments {
  readonly words: readonly string[];
  readonly options: ReadonlyMap<string, string>;
}

/** Splits a command's rest at white space; a word `key=value` whose key is one of `keys` is an option. */
export function parseArguments(
  rest: string,
  keys: readonly string[] = [],
): Arguments {
  const words: string[] = [];
  const options = new Map<string, string>();
  for (const word of rest.split(/\s+/)) {
    const equals = word.indexOf("=");
    const key = word.slice(0, equals).toLowerCase();
    if (equals > 0 && keys.includes(key)) {
      options.set(key, word.slice(equals + 1));
    } else if (word !== "") words.push(word);
  }
  return { words, options };
}

/** Thrown where a command's arguments do not fit; the words give the usage. */
export function badArguments(spec: CommandSpec, problem = ""): ChatError {
  return new ChatError(
    "bad_arguments",
    `${problem ? problem + " " : ""}Usage: ${spec.usage}`,
  );
}

function nearestCommand(name: string): string | undefined {
  if (name.length < 2) return undefined;
  for (const known of BY_NAME.keys()) {
    if (known.startsWith(name) || isOneEditAway(name, known)) return known;
  }
  return undefined;
}

/** Whether one letter added, dropped, changed, or swapped with its neighbour makes `a` into `b`. */
function isOneEditAway(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let end = 0;
  while (
    end < a.length - start && end < b.length - start &&
    a.at(-1 - end) === b.at(-1 - end)
  ) end++;
  const left = a.slice(start, a.length - end);
  const right = b.slice(start, b.length - end);
  return left.length <= 1 && right.length <= 1 ||
    left.length === 2 && right === left[1]! + left[0]!;
}
