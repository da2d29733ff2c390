/** Who is there: online or away, person or bot, and who is typing where. */

import { computed, signal } from "@preact/signals";
import type { Envelope } from "../../protocol/message.ts";
import { userKey } from "../../protocol/names.ts";
import { isAiBotName } from "./services/ai_bots.ts";
import { conversationKey, conversationOf, isSameUser } from "./keys.ts";

export interface Person {
  readonly user: string;
  readonly online: boolean;
  readonly bot: boolean;
}

/** For how long a `typing` notification holds. */
const TYPING_MS = 5_000;

export class Presence {
  readonly #people = signal<ReadonlyMap<string, Person>>(new Map());
  /** Conversation and user to the timer that ends it. */
  readonly #typing = signal<ReadonlyMap<string, { place: string; user: string }>>(new Map());
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  /** Everyone known, by name. */
  readonly people = computed(() =>
    [...this.#people.value.values()].sort((a, b) => userKey(a.user) < userKey(b.user) ? -1 : 1)
  );

  find(user: string): Person | undefined {
    return this.#people.value.get(userKey(user));
  }

  isOnline(user: string): boolean {
    return this.find(user)?.online ?? false;
  }

  /** Also of accounts that are away: what was once known of them holds. */
  isBot(user: string): boolean {
    return this.find(user)?.bot ?? isAiBotName(user);
  }

  /** The `users` reply without a room: these are online, and nobody else is. */
  setOnline(online: readonly Person[]): void {
    const people = new Map(
      [...this.#people.value].map(([key, person]) => [key, { ...person, online: false }]),
    );
    for (const person of online) people.set(userKey(person.user), { ...person, online: true });
    this.#people.value = people;
  }

  /** People that a reply tells about, beside those that are known. */
  add(people: readonly Person[]): void {
    const all = new Map(this.#people.value);
    for (const person of people) all.set(userKey(person.user), person);
    this.#people.value = all;
  }

  setUserOnline(user: string, online: boolean): void {
    this.add([{ user, online, bot: this.isBot(user) }]);
  }

  /** Learns from messages, old or new, which of their senders are bots. */
  noteBots(messages: readonly Envelope[]): void {
    const bots = messages.filter(({ sender, metadata }) => metadata.bot === true && !this.find(sender)?.bot);
    if (bots.length === 0) return;
    this.add(bots.map(({ sender: user }) => ({ user, online: this.isOnline(user), bot: true })));
  }

  /** The sender of a live message is there. */
  noteSender(message: Envelope): void {
    this.noteBots([message]);
    this.#endTyping(typingKey(conversationKey(message.destination), message.sender));
    this.#endTyping(typingKey(conversationKey(message.sender), message.sender));
  }

  /** What a bot is writing is seen as it grows: nobody need be told that it types. */
  noteDraft({ metadata, destination }: Envelope, me: string): void {
    const sender = String(metadata.user);
    const place = conversationOf(
      { type: "chat", sender, destination: String(metadata.destination ?? destination) },
      me,
    );
    this.#endTyping(typingKey(conversationKey(place), sender));
  }

  rename(old: string, name: string): void {
    const people = new Map(this.#people.value);
    const person = people.get(userKey(old));
    people.delete(userKey(old));
    people.set(userKey(name), { online: true, bot: false, ...person, user: name });
    this.#people.value = people;
  }

  receiveTyping({ metadata, destination }: Envelope, me: string): void {
    const user = String(metadata.user);
    if (isSameUser(user, me)) return;
    const place = conversationOf(
      { type: "chat", sender: user, destination: String(metadata.destination ?? destination) },
      me,
    );
    const key = typingKey(conversationKey(place), user);
    this.#typing.value = new Map(this.#typing.value).set(key, { place: conversationKey(place), user });
    clearTimeout(this.#timers.get(key));
    this.#timers.set(key, setTimeout(() => this.#endTyping(key), TYPING_MS));
  }

  typingIn(name: string): readonly string[] {
    const place = conversationKey(name);
    return [...this.#typing.value.values()].filter((each) => each.place === place).map((each) => each.user);
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #endTyping(key: string): void {
    if (!this.#typing.value.has(key)) return;
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    const left = new Map(this.#typing.value);
    left.delete(key);
    this.#typing.value = left;
  }
}

function typingKey(place: string, user: string): string {
  return `${place} ${userKey(user)}`;
}
