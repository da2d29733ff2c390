/** The reply to a request, in words and as data, and how each kind of connection shows it. */

import { type Envelope, LIMITS, type Metadata, utf8Length } from "../protocol/message.ts";
import { formatText } from "../protocol/text.ts";
import { messageEnvelope } from "./encode.ts";
import type { Found, Page, StoredMessage } from "./store.ts";

export interface Reply {
  readonly code: string;
  /** In words; each line stands for itself in text mode. */
  readonly message: string;
  readonly metadata: Metadata;
}

/** How many of a room's newest messages text mode shows to whoever joins. */
const JOINED_LINES = 20;

/** What a reply holds beside its messages or entries: members, words, the envelope itself. */
const RESERVE_BYTES = 32 * 1024;

/**
 * A page as the `messages` and `more` of a reply, in its order, as much of it as fits into 256 KiB.
 * @param keep which end stays where not all fits: the end where the reader goes on
 */
export function pageMetadata(
  page: Page,
  keep: "first" | "last" = "last",
): { messages: Envelope[]; more: boolean } {
  const kept: Envelope[] = [];
  let bytes = 0;
  for (const message of keep === "first" ? page.messages : page.messages.toReversed()) {
    const envelope = messageEnvelope(message, extraOf(message));
    bytes += utf8Length(JSON.stringify(envelope));
    if (bytes > LIMITS.replyBytes - RESERVE_BYTES && kept.length > 0) break;
    kept.push(envelope);
  }
  const more = page.more || kept.length < page.messages.length;
  return { messages: keep === "first" ? kept : kept.reverse(), more };
}

function extraOf(message: StoredMessage | Found): Metadata {
  return "snippet" in message ? { snippet: message.snippet } : {};
}

/**
 * As many entries as fit into a reply, from the front.
 * @param words how the reply's words speak of an entry, where they do
 */
export function fit<T>(
  entries: readonly T[],
  words: (entry: T) => string = () => "",
): { entries: T[]; lines: string[]; more: boolean } {
  let size = 0;
  const fitting: T[] = [];
  const lines: string[] = [];
  for (const entry of entries) {
    const line = words(entry);
    size += utf8Length(JSON.stringify(entry)) + utf8Length(JSON.stringify(line)) + 1;
    if (size > LIMITS.replyBytes - RESERVE_BYTES) return { entries: fitting, lines, more: true };
    fitting.push(entry);
    lines.push(line);
  }
  return { entries: fitting, lines, more: false };
}

/** As in `1 member`, `2 members`. */
export function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? "" : "s"}`;
}

/** A reply as the lines of text mode; undefined where it shows nothing. */
export function replyText(envelope: Envelope, viewer: string): string | undefined {
  const words = formatText(envelope, viewer);
  const messages = (envelope.metadata.messages ?? []) as Envelope[];
  const shown = envelope.metadata.code === "joined" ? messages.slice(-JOINED_LINES) : messages;
  const lines = shown.map((message) => formatText(message, viewer) ?? "");
  const parts = envelope.metadata.code === "joined" ? [words, ...lines] : [...lines, words];
  const text = parts.filter((part) => part !== undefined && part !== "").join("\n");
  return text === "" ? undefined : text;
}
