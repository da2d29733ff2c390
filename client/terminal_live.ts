/**
 * What is in motion and not part of the log yet, shown between the log and the line that is being typed: messages that
 * wait for their acknowledgement, AI answers as they are written, who is typing, and the state of the connection.
 */

import type { Envelope } from "../protocol/message.ts";
import { safeText } from "../protocol/text.ts";
import type { ClientStatus } from "./chat_client.ts";
import type { Style } from "./terminal_style.ts";
import { cutToWidth, wrapToWidth } from "./terminal_width.ts";

/** The protocol shows somebody typing for this long. */
const TYPING_MS = 5_000;
/** A draft whose writer has gone silent for so long will not end any more. */
const DRAFT_MS = 120_000;
/** An answer that is longer than a screen shows its end. */
const DRAFT_TAIL = 4_000;
const MAX_PENDING_ROWS = 4;

interface Draft {
  readonly user: string;
  readonly destination: string;
  text: string;
  at: number;
}

export class LiveArea {
  readonly #style: Style;
  readonly #now: () => number;
  readonly #drafts = new Map<string, Draft>();
  readonly #typing = new Map<string, { user: string; destination: string; until: number }>();
  readonly #pending = new Map<symbol, { destination: string; text: string }>();
  #problem = "";
  #retryAt: number | undefined;
  #isOnline = false;
  #wasOnline = false;

  /** @param now milliseconds from some start */
  constructor(style: Style, now: () => number) {
    this.#style = style;
    this.#now = now;
  }

  /** Whether what it shows changes as time passes. */
  get isTicking(): boolean {
    return this.#retryAt !== undefined || this.#typing.size > 0 || this.#drafts.size > 0;
  }

  /** A message that was handed over to be sent. Returns what takes it away again. */
  addPending(destination: string, text: string): () => void {
    const key = Symbol();
    this.#pending.set(key, { destination, text });
    return () => this.#pending.delete(key);
  }

  setStatus(status: ClientStatus): void {
    this.#isOnline = status.state === "online";
    this.#wasOnline ||= this.#isOnline;
    this.#problem = status.state === "connecting" ? status.problem ?? "" : "";
    this.#retryAt = status.state === "connecting" && status.retryInMs !== undefined
      ? this.#now() + status.retryInMs
      : undefined;
    // What is missed of a draft during an outage does not come again.
    if (!this.#isOnline) {
      this.#drafts.clear();
      this.#typing.clear();
    }
  }

  /** Takes `draft` and `typing`; returns whether it was one of these. */
  takeNotification({ metadata }: Envelope): boolean {
    const user = String(metadata.user);
    const destination = String(metadata.destination);
    if (metadata.code === "typing") {
      this.#typing.set(user, { user, destination, until: this.#now() + TYPING_MS });
      return true;
    }
    if (metadata.code !== "draft") return false;
    const key = draftKey(user, metadata.draft);
    const text = (this.#drafts.get(key)?.text ?? "") + String(metadata.delta ?? "");
    this.#drafts.set(key, { user, destination, text: text.slice(-DRAFT_TAIL), at: this.#now() });
    return true;
  }

  /** Who says something has finished typing it, and the draft of it. */
  takeMessage({ sender, metadata }: Envelope): void {
    this.#typing.delete(sender);
    if (metadata.draft !== undefined) this.#drafts.delete(draftKey(sender, metadata.draft));
  }

  /** Its lines now, none wider than `columns`, at most `rows` of them. */
  lines(columns: number, rows: number): string[] {
    this.#dropExpired();
    const paint = (text: string) => this.#style.paint("waiting", text);
    const below = [...this.#typingLines(), ...this.#statusLines()].map((line) => cutToWidth(line, columns));
    const pending = this.#pendingLines().map((line) => cutToWidth(line, columns));
    const room = Math.max(0, rows - below.length - pending.length);
    const drafts = [...this.#drafts.values()].flatMap((draft) => this.#draftLines(draft, columns));
    return [...pending.map(paint), ...room > 0 ? drafts.slice(-room) : [], ...below.map(paint)].slice(-rows);
  }

  #dropExpired(): void {
    const now = this.#now();
    for (const [key, { until }] of this.#typing) if (until <= now) this.#typing.delete(key);
    for (const [key, { at }] of this.#drafts) if (at + DRAFT_MS <= now) this.#drafts.delete(key);
  }

  #pendingLines(): string[] {
    const all = [...this.#pending.values()];
    const how = this.#isOnline ? "sending" : "waiting to be sent";
    const shown = all.slice(-MAX_PENDING_ROWS).map(({ destination, text }) =>
      `… ${how} to ${oneLine(`${destination}: ${text}`)}`
    );
    const hidden = all.length - shown.length;
    return hidden > 0 ? [`… and ${hidden} more before these`, ...shown] : shown;
  }

  #draftLines({ user, destination, text }: Draft, columns: number): string[] {
    const where = destination.startsWith("#") ? ` in ${oneLine(destination)}` : "";
    const head = cutToWidth(`${oneLine(user)} is writing${where}:`, columns);
    const body = wrapToWidth(oneLine(text, "\n"), columns - 2);
    return [this.#style.paint("bot", head), ...body.map((row) => `  ${this.#style.paint("waiting", row)}`)];
  }

  #typingLines(): string[] {
    const names = [...this.#typing.values()].map(({ user }) => oneLine(user));
    if (names.length === 0) return [];
    if (names.length > 3) return ["several people are typing …"];
    return [`${names.join(", ")} ${names.length === 1 ? "is" : "are"} typing …`];
  }

  /** The part that changes stands first: the rest may be cut off. */
  #statusLines(): string[] {
    const reason = oneLine(this.#problem);
    if (reason === "") return [];
    const problem = this.#wasOnline ? "connection lost" : "not connected";
    if (this.#retryAt === undefined) return [`! ${problem}, connecting … ${reason}`];
    const seconds = Math.max(1, Math.ceil((this.#retryAt - this.#now()) / 1000));
    return [`! ${problem}, retrying in ${seconds} s (Enter: now). ${reason}`];
  }
}

function draftKey(user: string, draft: unknown): string {
  return `${user} ${String(draft)}`;
}

/** Harmless, and of a width that can be known. */
function oneLine(text: string, lineBreak = " ⏎ "): string {
  return safeText(text.replaceAll("\t", "  ").replaceAll("\r\n", "\n")).replaceAll("\n    ", lineBreak);
}
