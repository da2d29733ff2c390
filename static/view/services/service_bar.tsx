/** What a service offers, above the conversation with it: a device's card; an AI bot has a panel of its own. */

import { type Conversation, isSubscribed } from "../../state/conversations.ts";
import { isAiBotName } from "../../state/services/ai_bots.ts";
import type { Chat } from "../../state/chat.ts";
import { DeviceCard } from "../later_parts.tsx";

/** Whether somebody publishes, or is a device that may. */
export function isPublisher({ presence, feeds }: Chat, conversation: Conversation): boolean {
  const { name, kind } = conversation;
  if (kind !== "direct" || isAiBotName(name)) return false;
  return presence.isBot(name) || isSubscribed(conversation) || feeds.of(name).readings.value.length > 0;
}

export function ServiceBar({ conversation }: { conversation: Conversation }) {
  return <DeviceCard conversation={conversation} key={conversation.key} />;
}
