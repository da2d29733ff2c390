/** A user's picture with a dot that says whether they are there; without a connection nobody knows. */

import { Avatar } from "../controls/avatar.tsx";
import { useChat } from "../chat_context.ts";

export function PersonSign({ name }: { name: string }) {
  const { presence, status } = useChat();
  const isKnown = status.value.state === "online";
  const isOnline = isKnown && presence.isOnline(name);
  return (
    <span class="person-sign">
      <Avatar name={name} bot={presence.isBot(name)} small />
      {isKnown && <span class={`presence ${isOnline ? "presence-on" : ""}`} />}
      {isKnown && <span class="for-ears">{isOnline ? "online" : "away"}</span>}
    </span>
  );
}
