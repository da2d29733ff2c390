/** Text mode (docs/protocol.md, section 2): an envelope as lines for a person, and a person's line as a request. */

import type { Envelope, Request } from "./message.ts";
import { isUserName, userKey } from "./names.ts";

/** Of `/check` and `/quit`; like all command names whatever the case. */
const OTHER_SPELLING = /^(!check|exit)$/i;
const DIRECT_LINE = /^([A-Za-z0-9][A-Za-z0-9_.-]{0,31}): +([^]*)$/;

/**
 * Reads one line that a person typed; undefined for an empty one. `room` is the current room, or empty where there
 * is none: a `chat` then has an empty destination.
 */
export function parseTextLine(line: string, room: string): Request | undefined {
  const text = line.trimEnd();
  if (text === "") return undefined;
  if (OTHER_SPELLING.test(text)) return command("/" + text.replace("!", ""), room);
  if (text.startsWith("//")) return chat(text.slice(1), room);
  if (text.startsWith("/")) return command(text, room);
  if (text.startsWith(" ")) return chat(text.slice(1), room);
  const direct = DIRECT_LINE.exec(line);
  // The text is tried on the whole line: "bob: " with nothing after it is a line of the room's.
  if (direct && isUserName(direct[1]!) && direct[2]!.trim() !== "") {
    return chat(direct[2]!.trimEnd(), direct[1]!);
  }
  return chat(text, room);
}

/**
 * An envelope as the lines that text mode shows for it, without a last line break; undefined where text mode shows
 * nothing (drafts, typing, read markers).
 * @param viewer the name of the user who reads it
 */
export function formatText(
  envelope: Envelope,
  viewer: string,
): string | undefined {
  switch (envelope.type) {
    case "chat":
    case "subscription":
      return envelope.metadata.stored === true ? storedLine(envelope) : spokenLine(envelope, viewer);
    case "notification":
      return notificationLines(envelope);
    case "command":
      return undefined;
    default:
      return envelope.type satisfies never;
  }
}

/** `2026-11-21 10:00:00`, UTC. */
export function textTime(timestamp: string): string {
  return timestamp.slice(0, 19).replace("T", " ");
}

// Controls except tab and line break, the other line breaks of Unicode, and the characters that reorder text around them.
const UNSAFE =
  // deno-lint-ignore no-control-regex
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** What a participant wrote, made harmless: each further line is indented, controls are spelled out. */
export function safeText(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(UNSAFE, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`)
    .replaceAll("\n", "\n    ");
}

function chat(message: string, destination: string): Request {
  return { type: "chat", destination, message, metadata: {} };
}

function command(message: string, destination: string): Request {
  return { type: "command", destination, message, metadata: {} };
}

function spokenLine(envelope: Envelope, viewer: string): string {
  const text = safeText(envelope.message);
  const head = `[${textTime(envelope.timestamp)}]`;
  if (envelope.type === "subscription") {
    return `${head} ${envelope.sender}: ${text}`;
  }
  if (envelope.destination.startsWith("#")) {
    return `${head} ${envelope.destination} ${envelope.sender}: ${text}`;
  }
  if (
    userKey(envelope.sender) === userKey(viewer) &&
    userKey(envelope.destination) !== userKey(viewer)
  ) {
    return `${head} ${envelope.sender} -> ${envelope.destination}: ${text}`;
  }
  return `${head} ${envelope.sender}: ${text}`;
}

function storedLine(envelope: Envelope): string {
  const room = envelope.destination.startsWith("#") ? " " + envelope.destination : "";
  return `[Stored] [${textTime(envelope.timestamp)}][${envelope.sender}${room}] '${
    safeText(envelope.message)
  }'`;
}

/** Codes that text mode does not show: their news is of use to programs only. */
const SILENT: ReadonlySet<unknown> = new Set([
  "typing",
  "draft",
  "seen",
  "ping",
]);

function notificationLines(
  { message, metadata }: Envelope,
): string | undefined {
  if (metadata.code === "error") {
    return `! ${String(metadata.error)}: ${safeText(message)}`;
  }
  if (SILENT.has(metadata.code) || message === "") return undefined;
  if (metadata.code === "stored") return safeOffline(message, metadata);
  return message.split("\n").map((line) => `* ${safeText(line)}`).join("\n");
}

/** The reply to a direct message: shown only where the receiver is away. */
function safeOffline(
  message: string,
  metadata: Envelope["metadata"],
): string | undefined {
  if (metadata.offline !== true) return undefined;
  const [first = "", ...hints] = message.split("\n");
  return [safeText(first), ...hints.map((hint) => `* ${safeText(hint)}`)].join(
    "\n",
  );
}
