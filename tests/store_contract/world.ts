/** What the tests of the Store contract share. */

import assert from "node:assert/strict";
import type { Appended, ConversationRecord, NewMessage, Seq, Store, UserRecord } from "../../server/store.ts";
import { FakeClock } from "../fake_clock.ts";

export const NOW = Date.parse("2026-11-21T10:00:00.000Z");
export const DAY_MS = 24 * 60 * 60 * 1000;

/** A store and short ways to put something in it. */
export class World {
  constructor(readonly store: Store, readonly clock: FakeClock) {}

  async user(name: string, options: { isBot?: boolean; isGuest?: boolean } = {}): Promise<UserRecord> {
    const user = await this.store.createUser({
      name,
      passwordHash: null,
      isBot: options.isBot ?? false,
      isGuest: options.isGuest ?? false,
    });
    assert.ok(user, `${name} is taken`);
    return user;
  }

  /** A room that these users joined. */
  async room(name: string, ...members: UserRecord[]): Promise<ConversationRecord> {
    const room = await this.store.findOrMakeRoom(name, NOW);
    for (const { id } of members) await this.store.join(room.id, id, NOW);
    return room;
  }

  message(
    sender: UserRecord,
    conversation: ConversationRecord,
    text: string,
    more: Partial<NewMessage> = {},
  ): NewMessage {
    return {
      conversationId: conversation.id,
      senderId: sender.id,
      type: "chat",
      text,
      metadata: "{}",
      clientId: null,
      createdAt: NOW,
      ...more,
    };
  }

  /** Stores one message and returns where. */
  async say(
    sender: UserRecord,
    conversation: ConversationRecord,
    text: string,
    more: Partial<NewMessage> = {},
  ): Promise<Seq> {
    const [outcome] = await this.store.append([this.message(sender, conversation, text, more)]);
    return seqOf(outcome!);
  }

  /** Stores so many, and returns the seqs. */
  async sayMany(sender: UserRecord, conversation: ConversationRecord, count: number): Promise<Seq[]> {
    const messages = Array.from(
      { length: count },
      (_, index) => this.message(sender, conversation, `line ${index}`),
    );
    return (await this.store.append(messages)).map(seqOf);
  }

  async found(user: UserRecord, words: string): Promise<string[]> {
    const { messages } = await this.store.search({ userId: user.id, words, limit: 50 });
    return messages.map(({ text }) => text);
  }
}

export function seqOf(outcome: Appended): Seq {
  if (outcome.status !== "stored") assert.fail(`It was not stored: ${outcome.status}`);
  return outcome.seq;
}

/** Registers one test. */
export type Test = (behaviour: string, body: (world: World) => Promise<void>) => void;
