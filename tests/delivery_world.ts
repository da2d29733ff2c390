/** Rooms, users and receivers around a Deliverer, without a server. */

import type { Envelope, Metadata } from "../protocol/message.ts";
import type { Chunk } from "../server/chunk.ts";
import { Deliverer, type Delivery } from "../server/delivery.ts";
import { type Format, LiveConversation, LiveUser, type Receiver } from "../server/live.ts";
import type { ConversationKind } from "../server/store.ts";
import { FakeClock } from "./fake_clock.ts";

export const GATE_MS = 5;

/** A connection that keeps what it is given. Its writes end at once, or when the test says so. */
export class FakeReceiver implements Receiver {
  isLive = true;
  readonly pushed: Chunk[] = [];
  /** What each write took. */
  readonly writes: string[][] = [];
  #waiting: string[] = [];
  #write: PromiseWithResolvers<void> | null = null;

  constructor(readonly user: LiveUser, readonly format: Format, readonly isSlow: boolean) {
    user.receivers.add(this);
  }

  failed(error: unknown): void {
    throw error;
  }

  push(chunk: Chunk): void {
    this.pushed.push(chunk);
    this.#waiting.push(...chunk.lines);
  }

  flush(): Promise<void> | null {
    if (this.#write || this.#waiting.length === 0) return null;
    this.writes.push(this.#waiting);
    this.#waiting = [];
    if (!this.isSlow) return Promise.resolve();
    this.#write = Promise.withResolvers();
    return this.#write.promise;
  }

  /** The slow write under way has ended. */
  endWrite(): void {
    this.#write!.resolve();
    this.#write = null;
    this.flush();
  }

  get lines(): string[] {
    return this.pushed.flatMap(({ lines }) => lines);
  }

  get envelopes(): Envelope[] {
    return this.lines.map((line) => JSON.parse(line));
  }

  /** In short: `7` for message 7, `stored 7` for the reply to it. */
  get heard(): string[] {
    return this.envelopes.map(({ seq, metadata }) =>
      metadata.code === undefined ? String(seq) : `${metadata.code} ${metadata.seq}`
    );
  }
}

interface Said {
  readonly by: FakeReceiver | null;
  readonly alsoTo?: LiveUser;
  readonly id?: string;
  readonly text?: string;
  readonly destination?: string;
  readonly reply?: { message: string; metadata: Metadata } | null;
}

export class World {
  readonly clock = new FakeClock();
  readonly deliverer = new Deliverer(this.clock);
  /** The seqs for which `delivered` was called. */
  readonly delivered: number[] = [];
  #ids = 0;
  #seq = 0;

  user(name: string, { isBot = false } = {}): LiveUser {
    return new LiveUser({
      id: ++this.#ids,
      name,
      isBot,
      isGuest: false,
      passwordHash: null,
      isPlaceholder: false,
      isUnseen: false,
      deliveredSeq: 0,
      lastSeenAt: 0,
    });
  }

  /** A user with one connection. */
  receiver(name: string, { format = "json" as Format, isSlow = false } = {}): FakeReceiver {
    return new FakeReceiver(this.user(name), format, isSlow);
  }

  conversation(kind: ConversationKind, name: string, ...members: Receiver[]): LiveConversation {
    const userIds = kind === "room" ? [] : members.map(({ user }) => user.id);
    const conversation = new LiveConversation({ id: ++this.#ids, kind, name, userIds });
    for (const { user } of members) join(conversation, user);
    return conversation;
  }

  room(name: string, ...members: Receiver[]): LiveConversation {
    return this.conversation("room", name, ...members);
  }

  /** The next message of the log. */
  said(conversation: LiveConversation, said: Said): Delivery {
    const seq = ++this.#seq;
    return {
      seq,
      conversation,
      senderName: said.by?.user.name ?? "away",
      destination: said.destination ?? conversation.record.name,
      type: conversation.record.kind === "feed" ? "subscription" : "chat",
      text: said.text ?? `text ${seq}`,
      metadata: "{}",
      clientId: said.id ?? null,
      createdAt: this.clock.now(),
      origin: said.by,
      alsoTo: said.alsoTo ?? null,
      reply: () => said.reply === undefined ? { message: "Stored.", metadata: {} } : said.reply,
      delivered: () => this.delivered.push(seq),
    };
  }
}

export function join(conversation: LiveConversation, user: LiveUser): void {
  conversation.users.add(user);
  user.conversations.add(conversation);
}

export function leave(conversation: LiveConversation, user: LiveUser): void {
  conversation.users.delete(user);
  user.conversations.delete(conversation);
}

/** Lets all reactions to promises run that are due. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
