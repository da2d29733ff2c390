/** What the Tab key does: completes commands, names and rooms, and explains commands. */

import { COMMANDS, type CommandSpec, findCommand } from "../protocol/commands.ts";

export interface Known {
  /** The most recent first. */
  readonly users: readonly string[];
  readonly rooms: readonly string[];
}

export interface Completion {
  /** How many UTF-16 units before the cursor to take away. */
  readonly erase: number;
  readonly insert: string;
  /** Lines that say what there is to choose from, or what a command does. */
  readonly help: readonly string[];
}

/** Commands whose first argument is a room, or a user. */
const TAKES_ROOM: ReadonlySet<string> = new Set(["join", "leave", "users", "history", "seen"]);
const TAKES_USER: ReadonlySet<string> = new Set(["msg", "subscribe", "unsubscribe", "history", "seen"]);
/** What a program sends by itself is no help to a person. */
const HIDDEN: ReadonlySet<string> = new Set(["typing", "draft", "seen"]);
const MAX_LISTED = 24;

/** @param before the line as far as the cursor */
export function complete(before: string, known: Known): Completion {
  const command = /^\/(\S*)$/.exec(before);
  if (command) return completeCommand(command[1]!);
  const [, name, rest] = /^\/(\S+)\s+([^]*)$/.exec(before) ?? [];
  if (name !== undefined) return completeArgument(name, rest!, known);
  return completeWord(before, known);
}

function completeCommand(typed: string): Completion {
  const specs = visibleCommands().filter((spec) =>
    spellings(spec).some((name) => name.startsWith(typed.toLowerCase()))
  );
  const names = specs.map((spec) => spellings(spec).find((name) => name.startsWith(typed.toLowerCase()))!);
  const help = specs.length > 0 ? specs.map(explain) : ["There is no such command. /help lists them."];
  if (names.length === 1) return { erase: typed.length, insert: names[0]! + " ", help };
  return { ...extend(typed, names), help };
}

function completeArgument(name: string, rest: string, known: Known): Completion {
  const spec = findCommand(name);
  if (!spec) return completeWord(rest, known);
  if (spec.name === "help") return completeFrom(rest, visibleCommands().map((one) => one.name));
  const option = /(?:^|\s)(in|from)=(\S*)$/i.exec(rest);
  if (spec.name === "find" && option) {
    const choices = option[1]!.toLowerCase() === "in" ? [...known.rooms, ...known.users] : known.users;
    return completeFrom(option[2]!, choices);
  }
  if (/\s/.test(rest)) return completeWord(rest, known, false);
  const choices = [
    ...TAKES_ROOM.has(spec.name) ? known.rooms : [],
    ...TAKES_USER.has(spec.name) ? known.users : [],
  ];
  if (choices.length === 0) return rest === "" ? explained(spec) : completeWord(rest, known, false);
  const completion = completeRoomOrUser(rest, choices);
  return rest === "" ? { ...completion, help: [explain(spec), ...completion.help] } : completion;
}

/** A room's `#` may be left out where a room is expected. */
function completeRoomOrUser(typed: string, choices: readonly string[]): Completion {
  const direct = completeFrom(typed, choices);
  if (direct.insert !== typed || direct.help.length > 0 || typed.startsWith("#")) return direct;
  const rooms = completeFrom("#" + typed, choices);
  return rooms.insert === "#" + typed && rooms.help.length === 0 ? direct : { ...rooms, erase: typed.length };
}

/** The last word of what is being said; a name at the very start gets the colon that makes it a direct message. */
function completeWord(before: string, known: Known, atStart = !/\s/.test(before)): Completion {
  const word = /\S*$/.exec(before)![0];
  if (word === "") return { erase: 0, insert: "", help: atStart ? [START_HELP] : [] };
  if (word.startsWith("#")) return completeFrom(word, known.rooms);
  const at = word.startsWith("@") ? "@" : "";
  const completion = completeFrom(word.slice(at.length), known.users, atStart && at === "" ? ": " : " ");
  return completion;
}

const START_HELP = "Write to the room, to somebody with NAME: TEXT, or a command: /help lists them.";

function explained(spec: CommandSpec): Completion {
  return { erase: 0, insert: "", help: [explain(spec)] };
}

function completeFrom(typed: string, choices: readonly string[], suffix = " "): Completion {
  const key = typed.toLowerCase();
  const matches = choices.filter((choice) => choice.toLowerCase().startsWith(key));
  if (matches.length === 1) return { erase: typed.length, insert: matches[0]! + suffix, help: [] };
  const help = matches.length > 1 ? [listed(matches)] : [];
  return { ...extend(typed, matches), help };
}

/** Replaces what was typed by what all the matches begin with. */
function extend(typed: string, matches: readonly string[]): { erase: number; insert: string } {
  if (matches.length === 0) return { erase: typed.length, insert: typed };
  let common = matches[0]!;
  for (const match of matches) {
    while (!match.toLowerCase().startsWith(common.toLowerCase())) common = common.slice(0, -1);
  }
  return { erase: typed.length, insert: common };
}

function listed(matches: readonly string[]): string {
  const shown = matches.slice(0, MAX_LISTED).join("  ");
  return matches.length > MAX_LISTED ? `${shown}  … ${matches.length - MAX_LISTED} more` : shown;
}

function explain(spec: CommandSpec): string {
  return `${spec.usage}: ${spec.summary}`;
}

function visibleCommands(): CommandSpec[] {
  return COMMANDS.filter((spec: CommandSpec) => !spec.bots && !HIDDEN.has(spec.name));
}

function spellings(spec: CommandSpec): string[] {
  return [spec.name, ...spec.aliases ?? []];
}
