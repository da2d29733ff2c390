/** What came while the user was away, in numbers. */

import type { Envelope } from "../protocol/message.ts";
import { userKey } from "../protocol/names.ts";
import { safeText } from "../protocol/text.ts";
import { count } from "./terminal_replies.ts";

export class MissedCounter {
  readonly #counts = new Map<string, number>();
  readonly #first = new Map<string, number>();

  /** Counts a stored message. Returns whether it is the first of these. */
  add({ type, sender, destination, seq = 0 }: Envelope, user: string): boolean {
    const isRoom = type === "chat" && destination.startsWith("#");
    const isOwn = userKey(sender) === userKey(user);
    const where = isRoom ? destination : isOwn ? `to ${destination}` : `from ${sender}`;
    const isFirst = this.#counts.size === 0;
    this.#counts.set(where, (this.#counts.get(where) ?? 0) + 1);
    if (!this.#first.has(where)) this.#first.set(where, seq);
    return isFirst;
  }

  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  /** The first that was missed in a room; undefined where there was none. */
  firstIn(room: string): number | undefined {
    return this.#first.get(room);
  }

  /** Says how many there were and where, and starts again; undefined where there were none. */
  take(): string | undefined {
    if (this.#counts.size === 0) return undefined;
    const places = [...this.#counts].sort(([, a], [, b]) => b - a);
    const total = places.reduce((sum, [, number]) => sum + number, 0);
    const shown = places.slice(0, 5).map(([where, number]) =>
      `${number} ${where.startsWith("#") ? "in " : ""}${safeText(where)}`
    );
    const more = places.length > 5 ? `, and ${places.length - 5} more conversations` : "";
    this.#counts.clear();
    this.#first.clear();
    return `${count(total, "message")} while you were away: ${shown.join(", ")}${more}`;
  }
}
