/** Coming into rooms and feeds, and out of them. Each of these throws the ChatError with which it was refused. */

import type { Envelope } from "../../protocol/message.ts";
import { requireRoomName } from "../../protocol/names.ts";
import type { Chat } from "./chat.ts";
import { isSameConversation } from "./keys.ts";
import type { Person } from "./presence.ts";

/** Joins a room, making it if there is none, and shows it. */
export async function join(chat: Chat, room: string): Promise<void> {
  const { metadata } = await chat.client.command(`/join ${requireRoomName(room)}`);
  const name = String(metadata.room);
  const messages = metadata.messages as Envelope[];
  chat.conversations.add(name);
  chat.presence.noteBots(messages);
  chat.timelines.takeNewest(name, name, { messages, more: metadata.more === true });
  chat.directory.setMembers(name, metadata.members as Person[]);
  await chat.directory.refreshConversations();
  chat.open(name);
}

/** Leaves a room; where it was open, another one is shown. */
export async function leave(chat: Chat, room: string): Promise<void> {
  const { metadata } = await chat.client.command(`/leave ${room}`);
  const name = String(metadata.room);
  const wasOpen = isSameConversation(name, chat.conversations.currentName.value);
  chat.conversations.remove(name);
  chat.timeline(name).clear();
  const next = chat.conversations.all.value.find(({ kind }) => kind === "room");
  if (wasOpen && next) chat.open(next.name);
}

export async function subscribe(chat: Chat, user: string): Promise<void> {
  const { message } = await chat.client.command(`/subscribe ${user}`);
  chat.conversations.setSubscribed(user, true);
  chat.notice(message, user);
}

export async function unsubscribe(chat: Chat, user: string): Promise<void> {
  const { message } = await chat.client.command(`/unsubscribe ${user}`);
  chat.conversations.setSubscribed(user, false);
  chat.notice(message, user);
}
