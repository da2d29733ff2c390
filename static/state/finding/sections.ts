/** The list of conversations as it is shown: rooms, direct messages, services, and the people one could write to. */

import { userKey } from "../../../protocol/names.ts";
import { type Conversation, lastSeqOf, unreadIn } from "../conversations.ts";
import type { Chat } from "../chat.ts";
import { conversationKey, isGuest, isSameUser } from "../keys.ts";
import type { Person } from "../presence.ts";

export interface Sections {
  /** By name. */
  readonly rooms: readonly Conversation[];
  /** The one in which something was said last is the first. */
  readonly direct: readonly Conversation[];
  /** Bots that one talks to or that are there, by name. */
  readonly services: readonly string[];
  /** Whom one has no conversation with; who is online comes first. */
  readonly people: readonly Person[];
}

const byName = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" }).compare;

export function sectionsOf({ conversations, presence, directory, me }: Chat): Sections {
  const all = conversations.all.value;
  const isService = ({ kind, name }: Conversation) => kind === "direct" && presence.isBot(name);
  const known = new Set(all.map(({ key }) => key));
  const others = presence.people.value.filter(({ user }) => !known.has(conversationKey(user)));
  const met = new Set([...directory.members.value.values()].flat().map(({ user }) => userKey(user)));
  // A guest who is in none of one's rooms came to ask the AI, and reads no messages.
  const isMet = (user: string) => met.has(userKey(user));
  return {
    rooms: all.filter(({ kind }) => kind === "room").sort((a, b) => byName(a.name, b.name)),
    direct: all.filter((each) => each.kind === "direct" && !isService(each))
      .sort((a, b) => lastSeqOf(b) - lastSeqOf(a)),
    services: [
      ...all.filter(isService).map(({ name }) => name),
      ...others.filter(({ bot, online }) => bot && online).map(({ user }) => user),
    ].sort(byName),
    people: others.filter(({ user, bot }) =>
      !bot && !isSameUser(user, me.value) && (!isGuest(user) || isMet(user))
    )
      .sort((a, b) => Number(b.online) - Number(a.online) || byName(a.user, b.user)),
  };
}

/** The conversations in the order in which the list shows them. */
export function listed(chat: Chat): readonly string[] {
  const { rooms, direct, services } = sectionsOf(chat);
  return [...rooms.map(({ name }) => name), ...direct.map(({ name }) => name), ...services];
}

/** The next conversation in the list, or the one before, that is (where asked for) unread; the list is a ring. */
export function neighbour(chat: Chat, step: 1 | -1, wants: "any" | "unread"): string | undefined {
  const names = listed(chat);
  const here = names.findIndex((name) => conversationKey(name) === chat.conversations.current.value?.key);
  const start = here < 0 && step < 0 ? names.length : here;
  for (let i = 1; i <= names.length; i++) {
    const name = names[(start + step * i + names.length * 2) % names.length]!;
    const conversation = chat.conversations.find(name);
    const fits = wants === "any" || conversation !== undefined && unreadIn(conversation) > 0;
    if (fits && conversationKey(name) !== chat.conversations.current.value?.key) return name;
  }
  return undefined;
}
