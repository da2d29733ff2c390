/** The rules for user and room names (docs/protocol.md, section 7). */

import { ChatError } from "./errors.ts";

const USER_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$/;
/** Default-ignorable code points, some of them letters and marks, show nothing: a second room would look like the first. */
const ROOM_NAME = /^#(?:(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{M}\p{Nd}_.-]){1,48}$/u;

/** Names that belong to the server and to the bots that come with it. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([
  "server",
  "system",
  "admin",
  "operator",
  "thermometer1",
  "openai",
  "aibot",
]);

/** Guests get names that begin with this; nobody can choose one. */
export const GUEST_PREFIX = "guest-";

export function isUserName(text: string): boolean {
  return USER_NAME.test(text) && !text.endsWith(".");
}

/** What two spellings of one user name have in common. */
export function userKey(name: string): string {
  return name.toLowerCase();
}

/** Whether nobody may choose this name: reserved, or like a guest's. */
export function isReservedName(name: string): boolean {
  const key = userKey(name);
  return RESERVED_NAMES.has(key) || key.startsWith(GUEST_PREFIX);
}

/** @throws ChatError `bad_name` */
export function requireUserName(text: string): string {
  if (isUserName(text)) return text;
  throw new ChatError(
    "bad_name",
    `${
      quote(text)
    } is not a user name. Use 1 to 32 of A-Z a-z 0-9 _ . - beginning with a letter or a digit, not ending in a dot.`,
  );
}

/**
 * The one spelling under which a room is shown: NFKC, with its `#`. A missing `#` is added.
 * @throws ChatError `bad_name`
 */
export function requireRoomName(text: string): string {
  const name = (text.startsWith("#") ? text : "#" + text).normalize("NFKC");
  if (ROOM_NAME.test(name)) return name;
  throw new ChatError(
    "bad_name",
    `${quote(text)} is not a room name. Use # and 1 to 48 letters, digits, _ . or -.`,
  );
}

/** What two spellings of one room name have in common. */
export function roomKey(name: string): string {
  return name.normalize("NFKC").toLowerCase();
}

/** A value from outside, shortened and quoted for an error's words. */
export function quote(text: string): string {
  const short = text.length > 60 ? text.slice(0, 60) + "…" : text;
  return JSON.stringify(short);
}
