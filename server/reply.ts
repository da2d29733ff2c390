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

/** A page as the `messages` and `more` of a reply, oldest first where the page is; at most 256 KiB of it. */
export function pageMetadata(page: Page, newestFirst = false): { messages: Envelope[]; more: boolean } {
  const messages: Envelope[] = [];
  let size = 0;
  const fromNewest = newestFirst ? page.messages : page.messages.toReversed();
  for (const message of fromNewest) {
    const envelope = messageEnvelope(message, extraOf(message));
    size += utf8Length(JSON.stringify(envelope));
    if (size > LIMITS.replyBytes - 4096 && messages.length > 0) {
      return { messages: newestFirst ? messages : messages.reverse(), more: true };
    }
    messages.push(envelope);
  }
  return { messages: newestFirst ? messages : messages.reverse(), more: page.more };
}

function extraOf(message: StoredMessage | Found): Metadata {
  return "snippet" in message ? { snippet: message.snippet } : {};
}

/** As many entries as fit into a reply, from the front. */
export function fit<T>(entries: readonly T[]): { entries: T[]; more: boolean } {
  let size = 0;
  const fitting: T[] = [];
  for (const entry of entries) {
    size += utf8Length(JSON.stringify(entry));
    if (size > LIMITS.replyBytes - 4096) return { entries: fitting, more: true };
    fitting.push(entry);
  }
  return { entries: fitting, more: false };
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
