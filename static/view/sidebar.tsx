/** The list of conversations: rooms, direct, services, and who else is online. */

import type { ComponentChildren } from "preact";
import { type Conversation, lastSeqOf, unreadIn } from "../state/conversations.ts";
import { conversationKey, isSameUser } from "../state/keys.ts";
import type { Chat } from "../state/chat.ts";
import { isListOpen, openDialog } from "../state/surfaces.ts";
import { AccountMenu } from "./account_menu.tsx";
import { Avatar } from "./avatar.tsx";
import { useChat } from "./chat_context.ts";
import { Icon } from "./icon.tsx";
import { NameText } from "./name_text.tsx";
import { Sign } from "./sign.tsx";

export function Sidebar() {
  const chat = useChat();
  const onClose = () => isListOpen.value = false;
  const openSearch = () => {
    onClose();
    chat.search.open();
  };
  const { rooms, direct, services, people } = sections(chat);
  return (
    <nav class="sidebar" aria-label="Conversations">
      <header class="sidebar-head">
        <Sign />
        <span class="brand">Parley</span>
        <button type="button" class="icon-button" aria-label="Search" onClick={openSearch}>
          <Icon name="search" />
        </button>
        <button type="button" class="icon-button only-narrow" aria-label="Close the list" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div class="sidebar-lists">
        <Section
          title="Rooms"
          action={
            <button
              type="button"
              class="icon-button icon-button-small"
              aria-label="Join or create a room"
              onClick={() => openDialog("rooms")}
            >
              <Icon name="plus" />
            </button>
          }
        >
          {rooms.map((room) => <Item name={room.name} conversation={room} key={room.key} onOpen={onClose} />)}
        </Section>
        <Section title="Direct messages">
          {direct.map((each) => (
            <Item
              name={each.name}
              conversation={each}
              key={each.key}
              onOpen={onClose}
            />
          ))}
        </Section>
        <Section title="Services">
          {services.map((name) => (
            <Item
              name={name}
              conversation={chat.conversations.find(name)}
              key={conversationKey(name)}
              onOpen={onClose}
            />
          ))}
        </Section>
        <Section title="People online">
          {people.map((name) => <Item name={name} key={conversationKey(name)} onOpen={onClose} />)}
        </Section>
      </div>
      <AccountMenu onDialog={openDialog} onClose={onClose} />
    </nav>
  );
}

function Section({ title, action, children }: {
  title: string;
  action?: ComponentChildren;
  children: readonly ComponentChildren[];
}) {
  if (children.length === 0 && !action) return null;
  return (
    <section class="section">
      <div class="section-head">
        <h2>{title}</h2>
        {action}
      </div>
      <ul>{children}</ul>
    </section>
  );
}

function Item(
  { name, conversation, onOpen }: {
    name: string;
    conversation?: Conversation | undefined;
    onOpen: () => void;
  },
) {
  const chat = useChat();
  const unread = conversation ? unreadIn(conversation) : 0;
  const isCurrent = chat.conversations.current.value?.key === conversationKey(name) &&
    !chat.navigation.obstacle.value;
  const open = () => {
    chat.open(name);
    onOpen();
  };
  return (
    <li>
      <button
        type="button"
        class={`item ${unread > 0 ? "item-unread" : ""}`}
        aria-current={isCurrent ? "page" : undefined}
        onClick={open}
      >
        {name.startsWith("#") ? <span class="item-sign">#</span> : <PersonSign name={name} />}
        <NameText name={name.replace(/^#/, "")} class="item-name" />
        {chat.presence.isBot(name) && <span class="tag">bot</span>}
        {unread > 0 && (
          <span class="badge">
            {unread > 99 ? "99+" : unread}
            <span class="for-ears">unread</span>
          </span>
        )}
      </button>
    </li>
  );
}

function PersonSign({ name }: { name: string }) {
  const { presence } = useChat();
  return (
    <span class="person-sign">
      <Avatar name={name} bot={presence.isBot(name)} small />
      <span class={`presence ${presence.isOnline(name) ? "presence-on" : ""}`} />
      <span class="for-ears">{presence.isOnline(name) ? "online" : "away"}</span>
    </span>
  );
}

interface Sections {
  readonly rooms: readonly Conversation[];
  readonly direct: readonly Conversation[];
  readonly services: readonly string[];
  readonly people: readonly string[];
}

function sections({ conversations, presence, me }: Chat): Sections {
  const all = conversations.all.value;
  const direct = all.filter(({ kind, name }) => kind === "direct" && !presence.isBot(name));
  const known = new Set(direct.map(({ key }) => key));
  const people = presence.people.value;
  return {
    rooms: all.filter(({ kind }) => kind === "room").sort((a, b) => a.key < b.key ? -1 : 1),
    direct: direct.sort((a, b) => lastSeqOf(b) - lastSeqOf(a)),
    services: [
      ...all.filter(({ kind, name }) => kind === "direct" && presence.isBot(name)).map(({ name }) => name),
      ...people
        .filter(({ user, bot, online }) => bot && online && !conversations.find(user))
        .map(({ user }) => user),
    ].sort(),
    people: people
      .filter(({ user, bot, online }) =>
        online && !bot && !isSameUser(user, me.value) && !known.has(conversationKey(user))
      )
      .map(({ user }) => user),
  };
}
