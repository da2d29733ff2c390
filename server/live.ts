/** Who is here: the users with a connection, their conversations, and what reaches whom. The store has all the rest. */

import { roomKey, userKey } from "../protocol/names.ts";
import type { Chunk } from "./chunk.ts";
import type { ConversationId, ConversationRecord, Seq, UserId, UserRecord } from "./store.ts";

/** How a connection wants what it is sent. */
export type Format = "json" | "text";

/** One logged-in connection, as the router sees it. */
export interface Receiver {
  readonly format: Format;
  readonly user: LiveUser;
  /** From here on it gets what is said; before, it still catches up from the store. */
  readonly isLive: boolean;
  /** Adds to the outbox; `flush` sends it. */
  push(chunk: Chunk): void;
  flush(): Promise<void> | null;
  /** It could not be given what is its: it is to end, so that it gets that when it comes again. */
  failed(error: unknown): void;
}

/** A user with at least one connection. */
export class LiveUser {
  readonly id: UserId;
  readonly isBot: boolean;
  readonly isGuest: boolean;
  name: string;
  passwordHash: string | null;
  deliveredSeq: Seq;
  /** What of it the store knows. */
  savedSeq: Seq;
  readonly receivers = new Set<Receiver>();
  readonly conversations = new Set<LiveConversation>();
  /** Settles when `conversations` holds what the store knows. */
  arrival: Promise<void> | null = null;

  constructor(record: UserRecord) {
    this.id = record.id;
    this.isBot = record.isBot;
    this.isGuest = record.isGuest;
    this.name = record.name;
    this.passwordHash = record.passwordHash;
    this.deliveredSeq = this.savedSeq = record.deliveredSeq;
  }
}

/** A conversation of somebody who is here. */
export class LiveConversation {
  readonly users = new Set<LiveUser>();
  /** Participants, here or away; null until somebody asked the store. */
  memberCount: number | null = null;

  constructor(readonly record: ConversationRecord) {}

  get id(): ConversationId {
    return this.record.id;
  }
}

/** The indexes: users by id and name, conversations by id, room name, pair and publisher. */
export class Live {
  readonly users = new Map<UserId, LiveUser>();
  readonly #usersByKey = new Map<string, LiveUser>();
  readonly #conversations = new Map<ConversationId, LiveConversation>();
  readonly #byName = new Map<string, LiveConversation>();

  userNamed(name: string): LiveUser | undefined {
    return this.#usersByKey.get(userKey(name));
  }

  room(name: string): LiveConversation | undefined {
    return this.#byName.get(roomKey(name));
  }

  direct(a: UserId, b: UserId): LiveConversation | undefined {
    return this.#byName.get(pairKey(a, b));
  }

  feed(publisher: UserId): LiveConversation | undefined {
    return this.#byName.get(feedKey(publisher));
  }

  conversation(id: ConversationId): LiveConversation | undefined {
    return this.#conversations.get(id);
  }

  addUser(user: LiveUser): void {
    this.users.set(user.id, user);
    this.#usersByKey.set(userKey(user.name), user);
  }

  removeUser(user: LiveUser): void {
    this.users.delete(user.id);
    this.#usersByKey.delete(userKey(user.name));
    for (const conversation of user.conversations) this.#drop(conversation, user);
    user.conversations.clear();
  }

  renameUser(user: LiveUser, name: string): void {
    this.#usersByKey.delete(userKey(user.name));
    user.name = name;
    this.#usersByKey.set(userKey(name), user);
  }

  /** Adds the users among its participants who are here. Does nothing for those it has already. */
  attach(record: ConversationRecord, ...users: (LiveUser | undefined)[]): LiveConversation {
    const conversation = this.#conversations.get(record.id) ?? new LiveConversation(record);
    for (const user of users) {
      if (!user) continue;
      conversation.users.add(user);
      user.conversations.add(conversation);
    }
    if (conversation.users.size > 0) {
      this.#conversations.set(record.id, conversation);
      this.#byName.set(nameKey(record), conversation);
    }
    return conversation;
  }

  detach(conversation: LiveConversation, user: LiveUser): void {
    user.conversations.delete(conversation);
    this.#drop(conversation, user);
  }

  #drop(conversation: LiveConversation, user: LiveUser): void {
    conversation.users.delete(user);
    if (conversation.users.size > 0) return;
    this.#conversations.delete(conversation.id);
    this.#byName.delete(nameKey(conversation.record));
  }
}

function nameKey(record: ConversationRecord): string {
  const [a = 0, b = 0] = record.userIds;
  switch (record.kind) {
    case "room":
      return roomKey(record.name);
    case "direct":
      return pairKey(a, b);
    case "feed":
      return feedKey(a);
    default:
      return record.kind satisfies never;
  }
}

function pairKey(a: UserId, b: UserId): string {
  return a < b ? `${a}:${b}` : `${b}:${a}`;
}

function feedKey(publisher: UserId): string {
  return `${publisher}/feed`;
}
