/** What the server lists: the user's conversations, who is online, who is in which room; fetched again when it may have changed. */

import { signal } from "@preact/signals";
import type { ChatClient } from "../../client/chat_client.ts";
import type { Envelope } from "../../protocol/message.ts";
import { Conversations, type Row } from "./conversations.ts";
import { conversationKey } from "./keys.ts";
import { findMissedMentions } from "./reading/missed_mentions.ts";
import { type Person, Presence } from "./presence.ts";

/** Many changes at once, as after a restart, cost one request. */
const GATHER_MS = 1_000;

export class Directory {
  readonly conversations = new Conversations();
  readonly presence = new Presence();
  /** Members of the rooms that were looked at, by the room's key. */
  readonly members = signal<ReadonlyMap<string, readonly Person[]>>(new Map());
  readonly #client: ChatClient;
  readonly #onListed: (messages: readonly Envelope[]) => void;
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  /** `onListed` hears of the last message of each conversation. */
  constructor(client: ChatClient, onListed: (messages: readonly Envelope[]) => void) {
    this.#client = client;
    this.#onListed = onListed;
  }

  /** @throws ConnectionLost (rejects), ChatError */
  async refresh(): Promise<void> {
    await Promise.all([this.refreshConversations(), this.#refreshPeople()]);
  }

  async refreshConversations(): Promise<void> {
    const { metadata } = await this.#client.command("/conversations");
    const rows = metadata.conversations as Row[];
    this.#onListed(rows.flatMap(({ last }) => last ? [last] : []));
    this.conversations.replace(rows);
    // What the badges show; without an answer there will be another time.
    findMissedMentions(this.#client, this.conversations).catch(() => {});
  }

  async refreshMembers(room: string): Promise<void> {
    const { metadata } = await this.#client.command(`/users ${room}`);
    this.setMembers(room, metadata.users as Person[]);
  }

  setMembers(room: string, members: readonly Person[]): void {
    this.members.value = new Map(this.members.value).set(conversationKey(room), members);
    this.presence.add(members);
  }

  /** Somebody came or went. */
  presenceChanged(user: string, online: boolean): void {
    const isNew = !this.presence.find(user);
    this.presence.setUserOnline(user, online);
    // Whether somebody new is a bot stands in the list only.
    if (isNew) this.#gather("people", () => this.#refreshPeople());
  }

  conversationsChanged(): void {
    this.#gather("conversations", () => this.refreshConversations());
  }

  membersChanged(room: string): void {
    const key = conversationKey(room);
    if (this.members.value.has(key)) this.#gather(key, () => this.refreshMembers(room));
  }

  close(): void {
    this.presence.close();
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  async #refreshPeople(): Promise<void> {
    const { metadata } = await this.#client.command("/users");
    this.presence.setOnline(metadata.users as Person[]);
  }

  #gather(what: string, refresh: () => Promise<void>): void {
    if (this.#timers.has(what)) return;
    const run = () => {
      this.#timers.delete(what);
      // Where the connection is gone, everything is fetched when it is back.
      refresh().catch(() => {});
    };
    this.#timers.set(what, setTimeout(run, GATHER_MS));
  }
}
