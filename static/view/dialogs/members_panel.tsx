/** Who is in a room: who is there comes first; each can be written to. */

import { useSignal } from "@preact/signals";
import { conversationKey, isSameUser } from "../../state/keys.ts";
import type { Person } from "../../state/presence.ts";
import { isPhone } from "../../state/screen.ts";
import { arrowKeys } from "../controls/arrow_keys.ts";
import { useChat } from "../chat_context.ts";
import { Field } from "../controls/field.tsx";
import { Icon } from "../controls/icon.tsx";
import { Panel } from "./panel.tsx";
import { copyLink } from "../timeline/message_actions.tsx";
import { PersonSign } from "../sidebar/person_sign.tsx";
import { leave } from "../../state/membership.ts";

/** Fewer are seen at a glance. */
const FILTER_FROM = 12;

export function MembersPanel({ room, onClose }: { room: string; onClose: () => void }) {
  const chat = useChat();
  const filter = useSignal("");
  const members = chat.directory.members.value.get(conversationKey(room));
  const wanted = filter.value.trim().toLowerCase();
  const matching = members?.filter(({ user }) => user.toLowerCase().includes(wanted)) ?? [];
  const isConnected = chat.status.value.state === "online";
  const write = (user: string) => {
    if (isPhone.value) onClose();
    chat.open(user);
  };
  const group = (title: string, online: boolean) => (
    <Group
      title={title}
      members={matching.filter(({ user }) => chat.presence.isOnline(user) === online)}
      isAway={!online}
      onWrite={write}
    />
  );
  return (
    <Panel title="Members" kind="panel-members" closeLabel="Close the members" onClose={onClose}>
      {(members?.length ?? 0) >= FILTER_FROM && (
        <div class="panel-filter">
          <Field label="Find a member" name="member" type="search" value={filter} />
        </div>
      )}
      <div class="panel-body" onKeyDown={arrowKeys("button.item")} aria-busy={!members}>
        {!members && <p class="quiet">Loading …</p>}
        {members && matching.length === 0 && <p class="quiet" role="status">Nobody here is called so.</p>}
        {isConnected
          ? [group("Online", true), group("Away", false)]
          : <Group title="Everybody" members={matching} onWrite={write} />}
      </div>
      <footer class="panel-foot">
        <button type="button" class="button" onClick={() => void copyLink(room)}>
          <Icon name="link" /> Copy invite link
        </button>
        <button
          type="button"
          class="button button-danger only-narrow"
          onClick={() => {
            onClose();
            void chat.attempt(() => leave(chat, room));
          }}
        >
          <Icon name="door" /> Leave this room
        </button>
      </footer>
    </Panel>
  );
}

function Group(
  { title, members, isAway = false, onWrite }: {
    title: string;
    members: readonly Person[];
    isAway?: boolean;
    onWrite: (user: string) => void;
  },
) {
  const { me } = useChat();
  if (members.length === 0) return null;
  return (
    <section class={`section ${isAway ? "members-away" : ""}`}>
      <div class="section-head">
        <h3>{title}, {members.length}</h3>
      </div>
      <ul>
        {members.map(({ user, bot }) => (
          <li key={conversationKey(user)}>
            <button
              type="button"
              class="item member"
              title={`Write to ${user}`}
              onClick={() => onWrite(user)}
            >
              <PersonSign name={user} />
              <bdi class="item-name">{user}</bdi>
              {isSameUser(user, me.value) && <span class="tag">you</span>}
              {bot && <span class="tag">bot</span>}
              <Icon name="pen" />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
