/** Tells the server how far the user has read. */

import type { ChatClient } from "../../client/chat_client.ts";
import type { Conversations } from "./conversations.ts";
import { isFeed } from "./keys.ts";

/** In a busy room the marker moves once in this time, not with each message. */
const MOVE_EVERY_MS = 1_500;

export class ReadMarkers {
  readonly #client: ChatClient;
  readonly #conversations: Conversations;
  /** Source to the seq that the server is to be told of. */
  readonly #due = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: ChatClient, conversations: Conversations) {
    this.#client = client;
    this.#conversations = conversations;
  }

  /** The user has read all of this conversation. */
  readAll(name: string): void {
    for (const { source, lastSeq, unread } of this.#conversations.find(name)?.markers ?? []) {
      if (unread === 0) continue;
      this.#conversations.markRead(source, lastSeq);
      this.#due.set(source, lastSeq);
      this.#timer ??= setTimeout(() => this.#tell(), MOVE_EVERY_MS);
    }
  }

  /** The user has seen the last reading of a service. */
  readFeed(service: string): void {
    const feed = this.#conversations.find(service)?.markers.find(({ source }) => isFeed(source));
    if (!feed || feed.unread === 0) return;
    this.#conversations.markRead(feed.source, feed.lastSeq);
    this.#due.set(feed.source, feed.lastSeq);
    this.#timer ??= setTimeout(() => this.#tell(), MOVE_EVERY_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #tell(): void {
    this.#timer = undefined;
    const due = [...this.#due];
    this.#due.clear();
    for (const [source, seq] of due) {
      // What fails is told again with the next message that is read.
      this.#client.command(`/seen ${source} ${seq}`).catch(() => {});
    }
  }
}
