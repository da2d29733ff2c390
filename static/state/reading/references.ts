/** Rooms and users that a text names: `#general`, `@alice`. */

import { isUserName, userKey } from "../../../protocol/names.ts";

export interface Reference {
  /** Where it begins and ends in the text. */
  readonly start: number;
  readonly end: number;
  /** The name of a conversation: a room's with its `#`, a user's without the `@`. */
  readonly name: string;
}

/** What stands before is not a part of a word, an address or a path; a name that a `/` follows is a path. */
const REFERENCE =
  /(?<![\p{L}\p{M}\p{N}_.@#&/:=-])(?:#(?!\p{Nd}+(?![\p{L}_.-]))(?:(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{M}\p{Nd}_.-]){1,48}|@[A-Za-z0-9][A-Za-z0-9_.-]{0,31})(?![\p{L}\p{N}_@#/])/gu;
/** What ends a sentence rather than a name. */
const TAIL = /[.-]+$/;

/** In the order in which they stand. A number after a `#` is none: it counts something. */
export function references(text: string): Reference[] {
  const found: Reference[] = [];
  if (!/[#@]/.test(text)) return found;
  for (const { 0: match, index } of text.matchAll(REFERENCE)) {
    const word = match.replace(TAIL, "");
    const isRoom = word.startsWith("#");
    const name = isRoom ? word : word.slice(1);
    if (isRoom ? name.length > 1 : isUserName(name)) {
      found.push({ start: index, end: index + word.length, name });
    }
  }
  return found;
}

/** Fenced blocks and code in a line: what stands there names nobody. */
const CODE = /^ {0,3}(`{3,}|~{3,})[^]*?(?:^ {0,3}\1|(?![^]))|(?<!`)(`+)(?!`)[^`]*?\2(?!`)/gm;

/** Whether a message, as Markdown, names the user `name`. */
export function mentions(text: string, name: string): boolean {
  if (name === "" || !text.includes("@")) return false;
  const key = userKey(name);
  return references(text.replace(CODE, " ")).some((each) => userKey(each.name) === key);
}
