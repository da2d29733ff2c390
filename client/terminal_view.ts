/** What the terminal shows for an envelope: one or more lines, made harmless, in colour. */

import { stripVTControlCharacters } from "node:util";
import type { Envelope } from "../protocol/message.ts";
import { userKey } from "../protocol/names.ts";
import { formatText, safeText } from "../protocol/text.ts";
import { PLAIN_STYLE, type Style } from "./terminal_style.ts";
import { textWidth, wrapWords } from "./terminal_width.ts";

export interface View {
  readonly style: Style;
  /** A `chat` or `subscription`. */
  message(envelope: Envelope): string;
  /** A notification in words; undefined where there is nothing to say. */
  notification(envelope: Envelope): string | undefined;
  /** A line of the client's own. */
  notice(words: string): string;
  error(code: string, words: string): string;
  /** A heading or a closing line. */
  rule(words: string): string;
}

/** Which user reads, and what time it is, and how wide the terminal is: all may change. */
export interface Viewer {
  readonly user: string;
  now(): Date;
  /** Of the terminal; left out, lines are not broken. */
  readonly columns?: number;
}

/** For a terminal: short lines in colour, told apart by their signs too, since not everybody sees colours. */
export class ScreenView implements View {
  readonly style: Style;
  readonly #viewer: Viewer;

  constructor(style: Style, viewer: Viewer) {
    this.style = style;
    this.#viewer = viewer;
  }

  message(envelope: Envelope): string {
    const { paint } = this.style;
    const stored = envelope.metadata.stored === true ? paint("stored", "[Stored]") + " " : "";
    const time = paint("time", localTime(envelope.timestamp, this.#viewer.now()));
    const head = `${stored}${time} ${this.#from(envelope)}: `;
    const used = textWidth(stripVTControlCharacters(head));
    return head + this.#wrap(safeText(envelope.message), "    ", used);
  }

  notification(envelope: Envelope): string | undefined {
    const text = formatText(safeError(envelope), this.#viewer.user);
    if (text === undefined) return undefined;
    return this.style.paint(envelope.metadata.code === "error" ? "error" : "notice", this.#wrap(text));
  }

  notice(words: string): string {
    return this.style.paint("notice", this.#wrap(`* ${safeText(words)}`));
  }

  error(code: string, words: string): string {
    return this.style.paint("error", this.#wrap(`! ${safeText(code)}: ${safeText(words)}`));
  }

  rule(words: string): string {
    return this.style.paint("rule", this.#wrap(`── ${safeText(words)} ──`));
  }

  /** Who said it, and where: `#room name`, `name → you`, `you → name`, or `◆ name` for a reading. */
  #from({ type, sender, destination, metadata }: Envelope): string {
    const { paint } = this.style;
    if (type === "subscription") return paint("reading", `◆ ${safeText(sender)}`);
    const isOwn = this.#isViewer(sender);
    if (!destination.startsWith("#")) {
      const to = this.#isViewer(destination) ? "you" : safeText(destination);
      return paint("direct", isOwn ? `you → ${to}` : `${safeText(sender)} → ${to}`);
    }
    const room = paint("room", safeText(destination));
    if (isOwn) return `${room} ${paint("own", safeText(sender))}`;
    const name = safeText(sender);
    return `${room} ${metadata.bot === true ? paint("bot", name) : this.style.name(name)}`;
  }

  #wrap(text: string, indent = "  ", used = 0): string {
    const { columns } = this.#viewer;
    return columns === undefined ? text : wrapWords(text, columns, { indent, used });
  }

  #isViewer(name: string): boolean {
    return userKey(name) === userKey(this.#viewer.user);
  }
}

/** For a pipe: the lines of text mode, in local time. */
export class PipeView implements View {
  readonly style: Style;
  readonly #viewer: Viewer;

  constructor(viewer: Viewer, style: Style = PLAIN_STYLE) {
    this.#viewer = viewer;
    this.style = style;
  }

  message(envelope: Envelope): string {
    const local = {
      ...envelope,
      sender: safeText(envelope.sender),
      destination: safeText(envelope.destination),
      timestamp: localTimestamp(envelope.timestamp),
    };
    return this.#paint(envelope, formatText(local, this.#viewer.user) ?? "");
  }

  notification(envelope: Envelope): string | undefined {
    const text = formatText(safeError(envelope), this.#viewer.user);
    return text && this.#paint(envelope, text);
  }

  notice(words: string): string {
    return this.style.paint("notice", `* ${safeText(words)}`);
  }

  error(code: string, words: string): string {
    return this.style.paint("error", `! ${safeText(code)}: ${safeText(words)}`);
  }

  rule(words: string): string {
    return this.notice(words);
  }

  #paint({ type, destination, metadata }: Envelope, text: string): string {
    const { paint } = this.style;
    if (metadata.code === "error") return paint("error", text);
    if (type === "notification") return paint("notice", text);
    if (metadata.stored === true) return paint("stored", text);
    if (type === "subscription") return paint("reading", text);
    return destination.startsWith("#") ? text : paint("direct", text);
  }
}

/** `14:05` for today, `11-20 14:05` for another day of this year, `2025-11-20 14:05` for earlier ones; local time. */
export function localTime(timestamp: string, now: Date): string {
  const local = localTimestamp(timestamp);
  const today = localTimestamp(now.toISOString());
  if (local.slice(0, 10) === today.slice(0, 10)) return local.slice(11, 16);
  const date = local.slice(0, 4) === today.slice(0, 4) ? local.slice(5, 10) : local.slice(0, 10);
  return `${date} ${local.slice(11, 16)}`;
}

/** `2026-11-21T14:05:09`, local time; question marks where it is not a time. */
export function localTimestamp(timestamp: string): string {
  const date = new Date(timestamp);
  if (Number.isNaN(date.getTime())) return "????-??-??T??:??:??";
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}` +
    `T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** An error's code stands in the line as it came, and the server is not trusted with the terminal. */
function safeError(envelope: Envelope): Envelope {
  if (envelope.metadata.code !== "error") return envelope;
  return {
    ...envelope,
    metadata: { ...envelope.metadata, error: safeText(String(envelope.metadata.error)) },
  };
}
