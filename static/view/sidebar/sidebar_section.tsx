/** A part of the list, which can be folded: then only what is unread or open shows. */

import type { ComponentChildren } from "preact";
import { useComputed } from "@preact/signals";
import { useId } from "preact/hooks";
import type { Chat } from "../../state/chat.ts";
import { mentionsIn, unreadIn } from "../../state/conversations.ts";
import { conversationKey, isRoom } from "../../state/keys.ts";
import { preference } from "../../state/storage/preferences.ts";
import { isListOpen } from "../../state/surfaces.ts";
import { LiveValue } from "../services/live_value.tsx";
import { useChat } from "../chat_context.ts";
import { Icon } from "../controls/icon.tsx";
import { NameText } from "../text/name_text.tsx";
import { PersonSign } from "./person_sign.tsx";
import { UnreadBadge } from "./unread_badge.tsx";

const FOLDED = {
  "Rooms": preference("list.rooms", ["open", "folded"]),
  "Direct messages": preference("list.direct", ["open", "folded"]),
  "Services": preference("list.services", ["open", "folded"]),
  "People": preference("list.people", ["open", "folded"]),
};

interface SectionProps {
  title: keyof typeof FOLDED;
  names: readonly string[];
  action?: { readonly label: string; readonly run: () => void };
  /** How many are not shown, if positive. */
  more?: number;
  onMore?: () => void;
}

export function Section({ title, names, action, more = 0, onMore }: SectionProps) {
  const chat = useChat();
  const id = useId();
  const folded = FOLDED[title];
  const isFolded = folded.value.value === "folded";
  const shown = isFolded ? names.filter((name) => matters(chat, name)) : names;
  if (names.length === 0 && !action) return null;
  return (
    <section class="section" aria-labelledby={id}>
      <div class="section-head">
        <h2 id={id}>
          <button
            type="button"
            class="section-fold"
            aria-expanded={!isFolded}
            onClick={() => folded.set(isFolded ? "open" : "folded")}
          >
            <Icon name="chevron" /> {title}
          </button>
        </h2>
        {action && (
          <button
            type="button"
            class="icon-button icon-button-small"
            aria-label={action.label}
            title={action.label}
            onClick={action.run}
          >
            <Icon name="plus" />
          </button>
        )}
      </div>
      <ul>
        {shown.map((name) => <Item name={name} key={conversationKey(name)} />)}
        {more > 0 && !isFolded && (
          <Row>
            <button type="button" class="item item-more" onClick={onMore}>
              <span class="item-sign" aria-hidden="true">…</span>
              <span>{more} more</span>
            </button>
          </Row>
        )}
      </ul>
    </section>
  );
}

function Row({ children }: { children: ComponentChildren }) {
  return <li>{children}</li>;
}

/** What shows although its section is folded. */
function matters(chat: Chat, name: string): boolean {
  const conversation = chat.conversations.find(name);
  return conversation !== undefined && (unreadIn(conversation) > 0 || isCurrent(chat, name));
}

function isCurrent({ conversations, navigation }: Chat, name: string): boolean {
  return conversations.current.value?.key === conversationKey(name) && !navigation.obstacle.value;
}

function Item({ name }: { name: string }) {
  const chat = useChat();
  const conversation = chat.conversations.find(name);
  const unread = conversation ? unreadIn(conversation) : 0;
  const isCurrentNow = isCurrent(chat, name);
  // With every key typed anywhere this is asked; the row is drawn again only where the answer changes.
  const isDraft = useComputed(() => chat.typed.of(name).trim() !== "").value && !isCurrentNow;
  const open = () => {
    chat.open(name);
    isListOpen.value = false;
  };
  return (
    <Row>
      <button
        type="button"
        class={`item ${unread > 0 ? "item-unread" : ""}`}
        aria-current={isCurrentNow ? "page" : undefined}
        onClick={open}
      >
        {isRoom(name) ? <span class="item-sign">#</span> : <PersonSign name={name} />}
        <NameText name={name.replace(/^#/, "")} class="item-name" title={name} />
        {isDraft && (
          <span class="item-draft">
            <Icon name="pen" />
            <span class="for-ears">draft</span>
          </span>
        )}
        {!name.startsWith("#") && <LiveValue service={name} />}
        {conversation && <UnreadBadge name={name} unread={unread} mentions={mentionsIn(conversation)} />}
      </button>
    </Row>
  );
}
