/** Who is in a room. */

import { conversationKey } from "../state/keys.ts";
import type { Person } from "../state/presence.ts";
import { Avatar } from "./avatar.tsx";
import { useChat } from "./chat_context.ts";
import { Icon } from "./icon.tsx";

export function MembersPanel({ room, onClose }: { room: string; onClose: () => void }) {
  const chat = useChat();
  const members = chat.directory.members.value.get(conversationKey(room)) ?? [];
  const online = members.filter(({ user }) => chat.presence.isOnline(user));
  const away = members.filter(({ user }) => !chat.presence.isOnline(user));
  return (
    <aside class="panel" aria-label="Members">
      <header class="panel-head">
        <h2>Members</h2>
        <button type="button" class="icon-button" aria-label="Close the members" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div class="panel-body">
        <Group title="Online" members={online} />
        <Group title="Away" members={away} />
      </div>
    </aside>
  );
}

function Group({ title, members }: { title: string; members: readonly Person[] }) {
  const chat = useChat();
  if (members.length === 0) return null;
  return (
    <section class="section">
      <div class="section-head">
        <h3>{title}, {members.length}</h3>
      </div>
      <ul>
        {members.map(({ user, bot }) => (
          <li key={conversationKey(user)}>
            <button type="button" class="item" onClick={() => chat.open(user)}>
              <span class="person-sign">
                <Avatar name={user} bot={bot} small />
                <span class={`presence ${title === "Online" ? "presence-on" : ""}`} />
              </span>
              <bdi class="item-name">{user}</bdi>
              {bot && <span class="tag">bot</span>}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
