/** The records that this browser keeps, and whether what lies there is one: another build may have put it, or a person. */

import { isSeq } from "../../../client/envelope_reader.ts";
import { type Envelope, isObject } from "../../../protocol/message.ts";
import type { Row } from "../conversations.ts";

/** Text in the box of a conversation. `user` and `conversation` are keys, whatever their spelling. */
export interface TypedRecord {
  readonly user: string;
  readonly conversation: string;
  readonly text: string;
}

/** A message that is not known to be stored. */
export interface UnsentRecord {
  /** Given when it is kept: the order in which it was said, over all tabs. */
  readonly order?: number;
  readonly user: string;
  readonly id: string;
  readonly destination: string;
  readonly text: string;
  /** Whether it asks the AI bot in a room. */
  readonly asks: boolean;
  /** When it was said; RFC 3339, UTC. */
  readonly time: string;
  /** The tab that sends it. */
  readonly owner: string;
  /** Why it was refused for good. */
  readonly problem?: string;
}

/** The lists of a user, as they were last. */
export interface Overview {
  readonly user: string;
  /** The log that all of it belongs to. */
  readonly epoch: string;
  /** As the user spells it. */
  readonly name: string;
  readonly isProtected: boolean;
  readonly isGuest: boolean;
  readonly current: string;
  readonly rows: readonly Row[];
  readonly bots: readonly string[];
}

/** The newest messages of one source of a conversation. */
export interface KeptPage {
  readonly user: string;
  readonly source: string;
  /** Of which log. */
  readonly epoch: string;
  readonly messages: readonly Envelope[];
  readonly more: boolean;
  /** Milliseconds since 1970. */
  readonly openedAt: number;
}

const ROW_KINDS: readonly unknown[] = ["room", "direct", "feed"];
const MESSAGE_TYPES: readonly unknown[] = ["chat", "subscription"];

export function isTypedRecord(value: unknown): value is TypedRecord {
  return isObject(value) && areStrings(value.user, value.conversation, value.text);
}

export function isUnsentRecord(value: unknown): value is UnsentRecord {
  if (!isObject(value)) return false;
  const { user, id, destination, text, asks, time, owner, problem } = value;
  return areStrings(user, id, destination, text, time, owner) && typeof asks === "boolean" &&
    (problem === undefined || typeof problem === "string");
}

export function isOverview(value: unknown): value is Overview {
  if (!isObject(value)) return false;
  const { user, epoch, name, isProtected, isGuest, current, rows, bots } = value;
  return areStrings(user, epoch, name, current) && typeof isProtected === "boolean" &&
    typeof isGuest === "boolean" &&
    Array.isArray(rows) && rows.every(isRow) && Array.isArray(bots) && areStrings(...bots);
}

export function isKeptPage(value: unknown): value is KeptPage {
  if (!isObject(value)) return false;
  const { user, source, epoch, messages, more, openedAt } = value;
  return areStrings(user, source, epoch) && typeof more === "boolean" && typeof openedAt === "number" &&
    Array.isArray(messages) && messages.every(isKeptMessage);
}

function isRow(value: unknown): value is Row {
  return isObject(value) && typeof value.destination === "string" && ROW_KINDS.includes(value.kind) &&
    areNumbers(value.last_seq, value.read_seq, value.unread);
}

function isKeptMessage(value: unknown): value is Envelope {
  if (!isObject(value)) return false;
  const { type, sender, destination, message, timestamp, metadata, seq } = value;
  return MESSAGE_TYPES.includes(type) && areStrings(sender, destination, message, timestamp) &&
    isObject(metadata) && isSeq(seq);
}

function areStrings(...values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === "string");
}

function areNumbers(...values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === "number");
}
