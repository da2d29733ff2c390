/** What is being written at the caret that can be completed: a name, a room, a command, an emoji, or a command's argument. */

import { findCommand } from "../../../protocol/commands.ts";

export type TokenKind = "person" | "room" | "place" | "command" | "emoji";

/** What was typed of something that can be completed. */
export interface Token {
  readonly kind: TokenKind;
  /** Where it begins in the text, with its sign. */
  readonly start: number;
  /** The caret. */
  readonly end: number;
  /** Without its sign. */
  readonly query: string;
  /** An argument of a command may be something new: it stands without a sign, and nothing is chosen before one chooses. */
  readonly isArgument: boolean;
}

/** Commands whose first argument is a room, or a user. */
const TAKES_ROOM: ReadonlySet<string> = new Set(["join", "leave", "users", "history"]);
const TAKES_USER: ReadonlySet<string> = new Set(["msg", "subscribe", "unsubscribe", "history"]);
/** Names and codes are shorter. */
const LONGEST_WORD = 80;

export function tokenAt(text: string, caret: number): Token | undefined {
  const before = text.slice(0, caret);
  const command = /^\/([^/\s]*)$/.exec(before);
  if (command) return token("command", before, command[1]!, 1);
  return argumentAt(before) ?? wordAt(before);
}

/** Whether the end of `before` stands in a fenced code block or between backticks. */
export function isInCode(before: string): boolean {
  const lines = before.split("\n");
  const fences = lines.slice(0, -1).filter((line) => /^\s{0,3}(```|~~~)/.test(line)).length;
  const line = lines.at(-1)!;
  if (fences % 2 === 1 || /^\s{0,3}(```|~~~)/.test(line)) return true;
  return /`/.test(line.replaceAll(/(`+)[^`][^]*?\1(?!`)/g, ""));
}

/** A `:code:` that ends at the caret. */
export function emojiCodeAt(text: string, caret: number): { code: string; start: number } | undefined {
  const before = text.slice(0, caret);
  const [whole, code] = /(?<![\p{L}\p{N}:/]):([\w+-]{2,}):$/u.exec(before) ?? [];
  if (whole === undefined || code === undefined || isInCode(before)) return undefined;
  return { code, start: caret - whole.length };
}

function argumentAt(before: string): Token | undefined {
  const [, name, rest] = /^\/(\S+)\s+([^]*)$/.exec(before) ?? [];
  const spec = name === undefined ? undefined : findCommand(name);
  if (!spec || rest === undefined) return undefined;
  const option = spec.name === "find" ? /(?:^|\s)(in|from)=(\S*)$/i.exec(rest) : null;
  if (option) {
    return token(option[1]!.toLowerCase() === "in" ? "place" : "person", before, option[2]!, 0, true);
  }
  if (/\s/.test(rest)) return undefined;
  const kind = kindOfArgument(spec.name);
  const query = kind === "person" ? rest.replace(/^@/, "") : rest.replace(/^#/, "");
  return kind && token(kind, before, query, rest.length - query.length, true);
}

function kindOfArgument(command: string): TokenKind | undefined {
  if (command === "help") return "command";
  if (TAKES_ROOM.has(command)) return TAKES_USER.has(command) ? "place" : "room";
  return TAKES_USER.has(command) ? "person" : undefined;
}

/** A word of what is being said that begins with a sign; an emoji's code from its second letter on. */
function wordAt(before: string): Token | undefined {
  const word = before.slice(-LONGEST_WORD);
  const name = /(?<![\p{L}\p{N}_.@#/-])([@#])([\p{L}\p{M}\p{N}_.-]*)$/u.exec(word);
  const emoji = /(?<![\p{L}\p{N}:/]):([\w+-]{2,})$/u.exec(word);
  if (!name && !emoji || isInCode(before)) return undefined;
  if (emoji) return token("emoji", before, emoji[1]!, 1);
  return token(name![1] === "@" ? "person" : "room", before, name![2]!, 1);
}

function token(kind: TokenKind, before: string, query: string, sign: number, isArgument = false): Token {
  return { kind, start: before.length - query.length - sign, end: before.length, query, isArgument };
}
