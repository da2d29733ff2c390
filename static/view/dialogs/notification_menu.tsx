/** The bell of a conversation: of which of its messages one is told, and whether at all on this device. */

import { useId, useRef } from "preact/hooks";
import type { Conversation } from "../../state/conversations.ts";
import type { Level } from "../../state/notifying/notification_levels.ts";
import {
  notificationState,
  turnOffNotifications,
  turnOnNotifications,
} from "../../state/notifying/notification_permission.ts";
import { useChat } from "../chat_context.ts";
import { Icon } from "../controls/icon.tsx";

export function NotificationMenu({ conversation }: { conversation: Conversation }) {
  const { levels } = useChat().notifications;
  const details = useRef<HTMLDetailsElement>(null);
  const summary = useRef<HTMLElement>(null);
  const level = levels.of(conversation.name);
  const isOn = notificationState.value === "on";
  const close = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !details.current?.open) return;
    event.stopPropagation();
    details.current.open = false;
    summary.current?.focus();
  };
  const leave = ({ currentTarget, relatedTarget }: FocusEvent & { currentTarget: HTMLDetailsElement }) => {
    if (!currentTarget.contains(relatedTarget as Node | null)) currentTarget.open = false;
  };
  return (
    <details class="bell" ref={details} onKeyDown={close} onFocusOut={leave}>
      <summary
        ref={summary}
        class="icon-button"
        aria-label={`Notifications: ${isOn ? shortWords(level, conversation.kind) : "off"}`}
        title="Notifications"
      >
        <Icon name={isOn && level !== "none" ? "bell" : "bellOff"} />
      </summary>
      <div class="bell-menu">
        <Device />
        <Levels name={conversation.name} kind={conversation.kind} level={level} />
      </div>
    </details>
  );
}

/** What counts for all conversations on this device. */
export function Device() {
  switch (notificationState.value) {
    case "on":
      return (
        <button type="button" class="button" onClick={turnOffNotifications}>Turn off on this device</button>
      );
    case "off":
      return (
        <button type="button" class="button button-primary" onClick={() => void turnOnNotifications()}>
          Turn on notifications
        </button>
      );
    case "blocked":
      return (
        <p class="quiet">
          This browser blocks them. Allow notifications for this page in its settings.
        </p>
      );
    case "unsupported":
      return <p class="quiet">This browser shows them only over HTTPS, or not at all.</p>;
  }
}

function Levels({ name, kind, level }: { name: string; kind: Conversation["kind"]; level: Level }) {
  const { levels } = useChat().notifications;
  const group = useId();
  const words = WORDS[kind];
  return (
    <fieldset class="bell-levels" disabled={notificationState.value !== "on"}>
      <legend>
        Tell me of, in <bdi>{name}</bdi>
      </legend>
      {(Object.keys(words) as Level[]).map((each) => (
        <label key={each}>
          <input type="radio" name={group} checked={each === level} onChange={() => levels.set(name, each)} />
          {words[each]}
        </label>
      ))}
    </fieldset>
  );
}

const WORDS: Readonly<Record<Conversation["kind"], Readonly<Record<Level, string>>>> = {
  room: { all: "All messages", mentions: "Mentions of me", none: "Nothing" },
  direct: { all: "Messages and readings", mentions: "Messages", none: "Nothing" },
};

function shortWords(level: Level, kind: Conversation["kind"]): string {
  return WORDS[kind][level].toLowerCase();
}
