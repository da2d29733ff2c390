/** Which conversation a destination or a message belongs to. */

import type { Envelope } from "../../protocol/message.ts";
import { roomKey, userKey } from "../../protocol/names.ts";

const FEED = "/feed";

export function isRoom(destination: string): boolean {
  return destination.startsWith("#");
}

export function isSameUser(one: string, other: string): boolean {
  return userKey(one) === userKey(other);
}

/** How `/history` and `/seen` name what a service published. */
export function feedOf(user: string): string {
  return user.endsWith(FEED) ? user : user + FEED;
}

export function isFeed(destination: string): boolean {
  return destination.endsWith(FEED);
}

/** The name under which a conversation is shown: a user's feed is shown in the conversation with that user. */
export function conversationName(destination: string): string {
  return isFeed(destination) ? destination.slice(0, -FEED.length) : destination;
}

/** What all spellings of a conversation's name have in common. */
export function conversationKey(destination: string): string {
  return isRoom(destination) ? roomKey(destination) : userKey(conversationName(destination));
}

export function isSameConversation(one: string, other: string): boolean {
  return conversationKey(one) === conversationKey(other);
}

/** The name of the conversation in which the user `me` sees this message. */
export function conversationOf(
  message: Pick<Envelope, "type" | "sender" | "destination">,
  me: string,
): string {
  if (message.type === "subscription") return message.sender;
  if (isRoom(message.destination) || isSameUser(message.sender, me)) return message.destination;
  return message.sender;
}

/** The part of a conversation that holds this message, as `/history` names it. */
export function sourceOf(message: Pick<Envelope, "type" | "sender" | "destination">, me: string): string {
  const name = conversationOf(message, me);
  return message.type === "subscription" ? feedOf(name) : name;
}

/** Only guests can have such names (docs/protocol.md, section 7). */
export function isGuest(user: string): boolean {
  return user.toLowerCase().startsWith("guest-");
}
