/** One line of a conversation as the page shows it. */

import type { Envelope } from "../../../protocol/message.ts";
import { isRoom, isSameUser } from "../keys.ts";

/** The kinds that are told apart by colour. */
export type EntryKind = "room" | "direct" | "own" | "bot" | "reading" | "notice" | "error";

export type EntryState =
  /** In the log, or a notice. */
  | "done"
  /** Said here, not acknowledged yet. */
  | "sending"
  /** Refused; `problem` says why. */
  | "failed"
  /** An answer that a bot is still writing. */
  | "writing";

export interface Entry {
  /** Stays the same while a message goes from sending to stored, and a draft becomes an answer. */
  readonly key: string;
  /** Where it stands: its seq; for a notice just after the seq that was the last; Infinity while it has none. */
  readonly order: number;
  readonly kind: EntryKind;
  readonly state: EntryState;
  readonly sender: string;
  readonly destination: string;
  readonly text: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  /** It was kept while this user was away. */
  readonly stored: boolean;
  readonly fromBot: boolean;
  readonly isReading: boolean;
  readonly seq?: number;
  readonly id?: string;
  readonly problem?: string;
  /** An answer that is being written, and that this user may stop. */
  readonly canStop?: boolean;
  /** An answer that did not come to its end: why, as `stopped`. */
  readonly cutOff?: string;
  /** The personality that the AI bot had for this user as it said this. */
  readonly personality?: string;
}

/** A `chat` or `subscription` as an entry in the eyes of the user `me`. */
export function entryOf(message: Envelope, me: string): Entry {
  const { sender, destination, timestamp, metadata, seq, id } = message;
  const isReading = message.type === "subscription";
  return {
    key: `seq-${seq}`,
    order: seq ?? Infinity,
    kind: kindOf(message, me),
    state: "done",
    sender,
    destination,
    text: message.message,
    time: timestamp,
    stored: metadata.stored === true,
    fromBot: metadata.bot === true,
    isReading,
    ...(seq !== undefined && { seq }),
    ...(id !== undefined && { id }),
    ...(metadata.bot === true && typeof metadata.cut_off === "string" && { cutOff: metadata.cut_off }),
    ...(typeof metadata.personality === "string" && { personality: metadata.personality }),
  };
}

/** What the user `me` just said, before the server has it. */
export function pendingEntry(me: string, id: string, destination: string, text: string, time = now()): Entry {
  return {
    ...unstored(destination, text),
    key: `id-${id}`,
    order: Infinity,
    kind: "own",
    state: "sending",
    sender: me,
    time,
    id,
  };
}

/** The beginning of an answer that a bot is writing. */
export function draftEntry(sender: string, destination: string, draft: string, text: string): Entry {
  return {
    ...unstored(destination, text),
    key: draftKey(sender, draft),
    order: Infinity,
    kind: "bot",
    state: "writing",
    sender,
    fromBot: true,
  };
}

/** Words of the server's or the page's. @param after the seq behind which they stand */
export function noticeEntry(key: string, kind: "notice" | "error", after: number, text: string): Entry {
  return { ...unstored("", text), key, order: after + 0.5, kind, state: "done", sender: "" };
}

function unstored(destination: string, text: string) {
  return { destination, text, time: now(), stored: false, fromBot: false, isReading: false };
}

/** The key of an answer from its first draft on. */
export function draftKey(sender: string, draft: string): string {
  return `draft-${sender.toLowerCase()}-${draft}`;
}

function kindOf({ type, sender, destination, metadata }: Envelope, me: string): EntryKind {
  if (type === "subscription") return "reading";
  if (isSameUser(sender, me)) return "own";
  if (metadata.bot === true) return "bot";
  return isRoom(destination) ? "room" : "direct";
}

/** What the server stamps on a stored message; the page's own guess until then. */
export function now(): string {
  return new Date().toISOString();
}
