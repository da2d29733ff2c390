/** Tells the server how far the user has read. */

import type { ChatClient } from "../../../client/chat_client.ts";
import { LIMITS } from "../../../protocol/message.ts";
import type { Conversations } from "../conversations.ts";
import type { Entry } from "./entry.ts";
import { lowerBound } from "./entry_list.ts";
import { isFeed } from "../keys.ts";

/** The first move is told at once; in a busy room the marker then moves once in this time, not with each message. */
const MOVE_EVERY_MS = 1_500;

export class ReadMarkers {
  readonly #client: ChatClient;
  readonly #conversations: Conversations;
  readonly #onUncounted: () => void;
  /** Source to the seq that the server is to be told of. */
  readonly #due = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #followed: string | undefined;

  /** @param onUncounted called where only the server can tell how much is left unread */
  constructor(client: ChatClient, conversations: Conversations, onUncounted: () => void) {
    this.#client = client;
    this.#conversations = conversations;
    this.#onUncounted = onUncounted;
  }

  /** The user has read all of this conversation. */
  readAll(name: string): void {
    for (const { source, lastSeq, unread } of this.#conversations.find(name)?.markers ?? []) {
      if (unread > 0) this.#move(source, lastSeq, 0);
    }
  }

  /** The end of this conversation is before the reader's eyes, and stays there whatever comes; undefined where it is not. */
  follow(name: string | undefined): void {
    this.#followed = name;
  }

  /** What just came is read as it comes, and was never unread. */
  readFollowed(): void {
    if (this.#followed !== undefined && document.visibilityState === "visible") this.readAll(this.#followed);
  }

  /** The user has read this conversation up to `seq`; `entries` are those that are loaded. */
  readTo(name: string, seq: number, entries: readonly Entry[]): void {
    for (const { source, lastSeq, readSeq, unread } of this.#conversations.find(name)?.markers ?? []) {
      const to = Math.min(seq, lastSeq);
      if (unread === 0 || to <= readSeq) continue;
      const from = lowerBound(entries, readSeq + 1);
      const passed = countOthers(entries, from, to, isFeed(source));
      this.#move(source, to, to === lastSeq ? 0 : Math.max(1, unread - passed));
      if (unread >= LIMITS.unreadMax || from === 0) this.#onUncounted();
    }
  }

  /** The user has seen the last reading of a service. */
  readFeed(service: string): void {
    const feed = this.#conversations.find(service)?.markers.find(({ source }) => isFeed(source));
    if (feed && feed.unread > 0) this.#move(feed.source, feed.lastSeq, 0);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #move(source: string, seq: number, unread: number): void {
    this.#conversations.markRead(source, seq, unread);
    this.#due.set(source, seq);
    if (this.#timer === undefined) this.#tell();
  }

  #tell(): void {
    const due = [...this.#due];
    this.#due.clear();
    this.#timer = due.length === 0 ? undefined : setTimeout(() => this.#tell(), MOVE_EVERY_MS);
    for (const [source, seq] of due) {
      // What fails is told again with the next message that is read.
      this.#client.command(`/seen ${source} ${seq}`).catch(() => {});
    }
  }
}

function countOthers(entries: readonly Entry[], from: number, to: number, readings: boolean): number {
  let count = 0;
  for (let at = from; at < entries.length && entries[at]!.order <= to; at++) {
    const { seq, kind, isReading } = entries[at]!;
    if (seq !== undefined && kind !== "own" && isReading === readings) count += 1;
  }
  return count;
}
