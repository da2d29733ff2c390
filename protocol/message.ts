/** The envelope that every transport carries (docs/protocol.md, section 1), and how a request is read from a line. */

import { ChatError } from "./errors.ts";
import { quote } from "./names.ts";

/** Limits of the protocol. Bytes count UTF-8. */
export const LIMITS = {
  messageBytes: 16 * 1024,
  metadataBytes: 4 * 1024,
  metadataKeys: 64,
  lineBytes: 64 * 1024,
  jsonDepth: 8,
  idLength: 64,
  replyBytes: 256 * 1024,
  historyDefault: 20,
  historyMax: 200,
  joinedMessages: 50,
  joinedMembers: 200,
  usersMax: 1000,
  resumeMax: 10_000,
  /** Rooms with more members than this get no presence, join, leave and nick events. */
  presenceMembers: 200,
  unreadMax: 999,
  passwordLength: 256,
} as const;

export type MessageType = "chat" | "command" | "notification" | "subscription";

export type Metadata = Record<string, unknown>;

/** What the server sends. */
export interface Envelope {
  type: MessageType;
  sender: string;
  /** `#room` or a user's name; empty on a `subscription` and on what the server says to one connection. */
  destination: string;
  message: string;
  /** RFC 3339, UTC, milliseconds. */
  timestamp: string;
  metadata: Metadata;
  id?: string;
  /** Position in the log; on `chat` and `subscription` only. */
  seq?: number;
}

/** What a client sends, checked. */
export interface Request {
  type: "chat" | "command" | "subscription";
  /** Empty where none was given. */
  destination: string;
  message: string;
  /** As the client wrote it, for a command's arguments. */
  metadata: Metadata;
  id?: string;
}

/** The name that the server itself speaks under. */
export const SERVER = "server";

const ID = /^[A-Za-z0-9_-]{1,64}$/;
const REQUEST_TYPES: ReadonlySet<unknown> = new Set([
  "chat",
  "command",
  "subscription",
]);
const NOTHING: Metadata = {};
const encoder = new TextEncoder();

/**
 * Reads one line of JSON mode, or one WebSocket frame.
 * @throws ChatError `bad_json`, `bad_message`
 */
export function parseRequest(line: string): Request {
  return checkRequest(parseObject(line));
}

/** The `id` of a line that was refused, so that its error can name it; undefined where it has none that is valid. */
export function salvageId(line: string): string | undefined {
  try {
    const id: unknown = parseObject(line).id;
    return typeof id === "string" && ID.test(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Checks an object that came as JSON, from any transport.
 * @throws ChatError `bad_message`
 */
export function checkRequest(value: Record<string, unknown>): Request {
  if (isDeeper(value, LIMITS.jsonDepth)) {
    throw badMessage(`It is nested deeper than ${LIMITS.jsonDepth} levels.`);
  }
  const { type, destination = "", message, metadata = {}, id } = value;
  if (!REQUEST_TYPES.has(type)) {
    throw badMessage(
      type === "notification"
        ? 'Only the server sends notifications. Use "chat", "command" or "subscription".'
        : `"type" must be "chat", "command" or "subscription"; it is ${describe(type)}.`,
    );
  }
  if (typeof message !== "string") {
    throw badMessage(`"message" must be a string; it is ${describe(message)}.`);
  }
  if (typeof destination !== "string") {
    throw badMessage(
      `"destination" must be a string; it is ${describe(destination)}.`,
    );
  }
  if (!isObject(metadata)) {
    throw badMessage(
      `"metadata" must be an object; it is ${describe(metadata)}.`,
    );
  }
  if (id !== undefined && !(typeof id === "string" && ID.test(id))) {
    throw badMessage(
      `"id" must be 1 to 64 of A-Z a-z 0-9 _ -; it is ${describe(id)}.`,
    );
  }
  const request: Request = {
    type: type as Request["type"],
    destination: destination.toWellFormed(),
    message: message.toWellFormed(),
    metadata,
  };
  if (id !== undefined) request.id = id as string;
  return request;
}

/**
 * Checks the text of a `chat` or `subscription`.
 * @throws ChatError `bad_message` when there is only white space, `too_long` over 16 KiB
 */
export function checkText(text: string): string {
  if (text.trim() === "") {
    throw badMessage("The message is empty. Write at least one character.");
  }
  if (utf8Length(text) > LIMITS.messageBytes) {
    throw new ChatError(
      "too_long",
      `The message is ${
        utf8Length(text)
      } bytes long; at most ${LIMITS.messageBytes} are taken. Send it in parts.`,
      { limit: LIMITS.messageBytes },
    );
  }
  return text;
}

/** Keys of `metadata` that only the server sets. */
const SERVER_KEYS: ReadonlySet<string> = new Set([
  "code",
  "reply_to",
  "stored",
  "error",
  "bot",
  "ask",
]);

/**
 * The metadata of a `chat` or `subscription` as the JSON that is stored and delivered.
 * What a client wrote in the server's keys is removed; `set` is added.
 * @throws ChatError `too_long` over 4 KiB, `bad_message` over 64 keys
 */
export function encodeMetadata(metadata: Metadata, set: Metadata = NOTHING): string {
  const own = Object.entries(metadata).filter(([key]) => !SERVER_KEYS.has(key));
  if (own.length === 0) return set === NOTHING ? "{}" : JSON.stringify(set);
  if (own.length > LIMITS.metadataKeys) {
    throw badMessage(
      `"metadata" has ${own.length} keys; at most ${LIMITS.metadataKeys} are taken.`,
    );
  }
  // Object.fromEntries defines own properties, so a key "__proto__" stays data.
  const json = repairSurrogates(JSON.stringify(Object.fromEntries(own)));
  if (utf8Length(json) > LIMITS.metadataBytes) {
    throw new ChatError(
      "too_long",
      `"metadata" is ${utf8Length(json)} bytes of JSON; at most ${LIMITS.metadataBytes} are taken.`,
      { limit: LIMITS.metadataBytes },
    );
  }
  return mergeJson(json, JSON.stringify(set));
}

/** Two objects as JSON, as one; the keys of `last` come first and win nothing, so they must differ. */
export function mergeJson(json: string, last: string): string {
  if (last === "{}") return json;
  if (json === "{}") return last;
  return last.slice(0, -1) + "," + json.slice(1);
}

export function utf8Length(text: string): number {
  return isAscii(text) ? text.length : encoder.encode(text).length;
}

// deno-lint-ignore no-control-regex
const ASCII = /^[\x00-\x7f]*$/;
function isAscii(text: string): boolean {
  return ASCII.test(text);
}

/** JSON.stringify writes a lone surrogate as an escape; nothing that is well-formed is written so. */
function repairSurrogates(json: string): string {
  if (!json.includes("\\ud")) return json;
  return json.replace(/(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g, "$1\ufffd");
}

function parseObject(line: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new ChatError(
      "bad_json",
      `This line is not JSON: ${quote(line)}. Send one object a line.`,
    );
  }
  if (!isObject(value)) {
    throw new ChatError(
      "bad_json",
      `This line is not a JSON object: ${quote(line)}. Send one object a line.`,
    );
  }
  return value;
}

/** Recurses at most `levels` deep, so no input can exhaust the stack. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  for (const inner of Object.values(value)) {
    if (typeof inner === "object" && isDeeper(inner, levels - 1)) return true;
  }
  return false;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "string") return quote(value);
  return typeof value === "object" ? "an object" : `the ${typeof value} ${String(value)}`;
}

function badMessage(words: string): ChatError {
  return new ChatError("bad_message", words);
}
