/** A user's picture with a dot that says whether they are there. */

import { Avatar } from "./avatar.tsx";
import { useChat } from "./chat_context.ts";

export function PersonSign({ name }: { name: string }) {
  const { presence } = useChat();
  const isOnline = presence.isOnline(name);
  return (
    <span class="person-sign">
      <Avatar name={name} bot={presence.isBot(name)} small />
      <span class={`presence ${isOnline ? "presence-on" : ""}`} />
      <span class="for-ears">{isOnline ? "online" : "away"}</span>
    </span>
  );
}
