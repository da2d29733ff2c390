/** What the client tells: each message, notification and change of the connection goes to the parts that it concerns. */

import { batch } from "@preact/signals";
import type { ChatClientEvents, ClientStatus } from "../../client/chat_client.ts";
import type { Envelope } from "../../protocol/message.ts";
import type { Chat } from "./chat.ts";
import { Gathering } from "./reading/gathering.ts";
import { conversationKey, conversationOf, isSameUser } from "./keys.ts";

export interface Incoming {
  readonly events: ChatClientEvents;
  /** Takes what came and waits to be drawn. */
  takeWaiting(): void;
  close(): void;
}

export function incoming(chat: Chat): Incoming {
  const live = new Gathering<Envelope>((messages) => takeMessages(chat, messages));
  const afterMessages = <Args extends unknown[]>(action: (...args: Args) => void) => (...args: Args) => {
    live.flush();
    action(...args);
  };
  return {
    events: {
      message: (message) => live.add(message),
      notification: afterMessages((notification) =>
        TAKERS[String(notification.metadata.code)]?.(chat, notification)
      ),
      status: afterMessages((status) => takeStatus(chat, status)),
      held: (hold) => chat.hold.value = hold,
    },
    takeWaiting: () => live.flush(),
    close: () => live.close(),
  };
}

function takeMessages(chat: Chat, messages: readonly Envelope[]): void {
  batch(() => {
    for (const message of messages) takeMessage(chat, message);
    chat.readMarkers.readFollowed();
  });
}

function takeMessage(chat: Chat, message: Envelope): void {
  const me = chat.client.user;
  const name = conversationOf(message, me);
  const isOpen = chat.conversations.current.value?.key === conversationKey(name);
  batch(() => {
    chat.services.note([message]);
    if (message.type === "subscription") chat.feeds.receive(message);
    else chat.timelines.receive(message);
    chat.keep(message);
    if (!isOpen) chat.timeline(name).trim();
    chat.conversations.receive(message, me);
    chat.presence.noteSender(message);
  });
  chat.notifications.receive(message);
  if (isOpen && isNewToEars(message, me)) chat.announcements.message(message.sender, message.message);
}

/** What was kept while the user was away is history, and readings are looked up when they are wanted. */
function isNewToEars({ type, sender, metadata }: Envelope, me: string): boolean {
  return type === "chat" && metadata.stored !== true && !isSameUser(sender, me);
}

/** By `metadata.code`. What is not here is of no interest to the page. */
const TAKERS: Readonly<Record<string, (chat: Chat, notification: Envelope) => void>> = {
  draft: (chat, notification) => {
    chat.timelines.receiveDraft(notification);
    chat.presence.noteDraft(notification, chat.client.user);
  },
  typing: (chat, notification) => chat.presence.receiveTyping(notification, chat.client.user),
  online: (chat, { metadata }) => chat.directory.presenceChanged(String(metadata.user), true),
  offline: (chat, { metadata }) => chat.directory.presenceChanged(String(metadata.user), false),
  nick: (chat, { metadata }) => chat.userRenamed(String(metadata.old), String(metadata.new)),
  member_joined: takeMembership,
  member_left: takeMembership,
  seen: takeSeen,
  gap: (chat) => chat.missedTooMuch(),
  closing: (chat, { message }) => chat.notice(message),
  error: (chat, { message }) => chat.notice(message),
};

function takeMembership(chat: Chat, { metadata, message }: Envelope): void {
  const room = String(metadata.room);
  // The user joined or left on another device.
  if (isSameUser(String(metadata.user), chat.client.user)) chat.directory.conversationsChanged();
  if (chat.conversations.find(room)) chat.notice(message, room);
  chat.directory.membersChanged(room);
}

function takeSeen(chat: Chat, { metadata }: Envelope): void {
  const isPartly = chat.conversations.markRead(String(metadata.destination), Number(metadata.seq));
  if (isPartly) chat.directory.conversationsChanged();
}

function takeStatus(chat: Chat, status: ClientStatus): void {
  const wasOnline = chat.status.value.state === "online";
  chat.status.value = status;
  if (status.state !== "online") return;
  chat.welcomed(status.welcome.metadata);
  chat.timelines.dropDrafts();
  const name = chat.conversations.currentName.value;
  if (wasOnline || name === "") return;
  // A connection that came back: what was missed has come by itself; the lists and what was cleared are fetched.
  chat.directory.refresh().catch(() => {});
  chat.load(name);
}
