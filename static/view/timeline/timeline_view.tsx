/** What was said, as rows. */

import { useRef } from "preact/hooks";
import { LIMITS } from "../../../protocol/message.ts";
import { type Conversation, unreadIn } from "../../state/conversations.ts";
import { isSameUser } from "../../state/keys.ts";
import { isAiBotName } from "../../state/services/ai_bots.ts";
import type { Timeline } from "../../state/reading/timeline.ts";
import { Avatar } from "../controls/avatar.tsx";
import { useChat } from "../chat_context.ts";
import { Icon } from "../controls/icon.tsx";
import { copyLink } from "./message_actions.tsx";
import { MessageView } from "./message_view.tsx";
import { useMessageKeys } from "./message_keys.ts";
import { beginsDay, isGrouped } from "./message_groups.ts";
import { type Reading, useReading } from "./reading.ts";
import { dayName } from "../text/time.ts";
import type { Span } from "./virtual_rows.ts";
import { visible } from "../text/visible_text.ts";

/** Beyond this the server does not count. */
const MOST_COUNTED = LIMITS.unreadMax;
/** As many as fill a high screen; the rest is cut off. */
const SKELETON_ROWS = 10;

export function TimelineView({ conversation }: { conversation: Conversation }) {
  const timeline = useChat().timeline(conversation.name);
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const reading = useReading(conversation, scroller, list);
  const after = useRef<HTMLDivElement>(null);
  const keys = useMessageKeys(scroller, after);
  const { entries, spans, below } = reading;
  return (
    <div class="timeline">
      <div
        class="timeline-scroller"
        ref={scroller}
        tabIndex={0}
        role="region"
        aria-label={`Messages in ${conversation.name}`}
        aria-busy={timeline.loading.value}
        onScroll={reading.onScroll}
        onKeyDown={keys.onKeyDown}
        onFocusIn={keys.onFocusIn}
      >
        <div class="timeline-list" ref={list}>
          <Beginning conversation={conversation} timeline={timeline} isEmpty={entries.length === 0} />
          {spans.flatMap((span) => [
            <Spacer height={span.above} from={span.from} key={`space-${span.from === spans[0]!.from}`} />,
            ...rows(reading, span),
          ])}
          <Spacer height={below} from={entries.length} key="space-below" />
        </div>
      </div>
      <div ref={after} tabIndex={-1} />
      {reading.isFirstUnreadAbove && (
        <button type="button" class="jump jump-up" onClick={reading.toFirstUnread}>
          <Icon name="down" />Jump to first unread
        </button>
      )}
      {(!reading.isAtEnd || !timeline.attached.value) && (
        <button type="button" class="jump" onClick={reading.toLatest}>
          <Icon name="down" />
          <JumpWords unread={unreadIn(conversation)} />
        </button>
      )}
    </div>
  );
}

/** Rows that are not drawn, before the row `from`. */
function Spacer({ height, from }: { height: number; from: number }) {
  return <div class="timeline-space" data-from={from} style={{ height: `${height}px` }} />;
}

/** On narrow screens all but the number is only heard: it lies over what is read. */
function JumpWords({ unread }: { unread: number }) {
  if (unread === 0) return <span class="jump-words">Jump to latest</span>;
  const count = `${unread}${unread >= MOST_COUNTED ? "+" : ""} new`;
  return (
    <span>
      {count}
      <span class="jump-words">, jump to latest</span>
    </span>
  );
}

function Beginning(
  { conversation, timeline, isEmpty }: { conversation: Conversation; timeline: Timeline; isEmpty: boolean },
) {
  const { me: { value: me }, presence } = useChat();
  if (timeline.loading.value && isEmpty) return <Skeleton />;
  if (timeline.hasOlder) return <p class="beginning quiet">{timeline.loading.value ? "Loading …" : ""}</p>;
  return (
    <div class={`beginning ${isEmpty ? "beginning-empty" : ""}`}>
      <BeginningSign conversation={conversation} />
      <h2>
        <bdi>{visible(conversation.name)}</bdi>
      </h2>
      <p class="quiet">
        {presence.isBot(conversation.name)
          ? botWords(conversation.name)
          : beginningWords(conversation, me, isEmpty)}
      </p>
      {conversation.kind === "room" && isEmpty && (
        <button
          type="button"
          class="button button-primary"
          onClick={() => void copyLink(conversation.name)}
        >
          <Icon name="link" /> Copy invite link
        </button>
      )}
    </div>
  );
}

function BeginningSign({ conversation: { name, kind } }: { conversation: Conversation }) {
  const isBot = useChat().presence.isBot(name);
  if (kind === "direct") return <Avatar name={name} bot={isBot} />;
  return <span class="avatar room-sign" aria-hidden="true">#</span>;
}

function botWords(name: string): string {
  return isAiBotName(name)
    ? "Ask it anything. Only you can read what it answers here."
    : "What you tell it and what it answers stands here. Only you can read it.";
}

function beginningWords({ name, kind }: Conversation, me: string, isEmpty: boolean): string {
  if (kind === "room") {
    return isEmpty
      ? "Nobody has said anything here yet. Say the first word, or let others know of the room."
      : "This is where the room begins.";
  }
  if (isSameUser(name, me)) return "Only you can read it: notes to yourself.";
  return "This is where your conversation begins. Only the two of you can read it.";
}

function Skeleton() {
  return (
    <div class="skeleton" aria-hidden="true">
      {Array.from({ length: SKELETON_ROWS }, (_, row) => (
        <div class="skeleton-row" key={row}>
          <i />
          <i />
          <i />
        </div>
      ))}
    </div>
  );
}

/** Each row ends with the entry itself; lines that belong to it stand before. */
function rows({ entries, firstUnread, isHurried }: Reading, { from, to }: Span) {
  const result = [];
  for (let at = from; at < to; at++) {
    const entry = entries[at]!;
    if (beginsDay(entries, at)) {
      result.push(<p class="divider" key={`day-${entry.key}`}>{dayName(entry.time)}</p>);
    }
    if (at === firstUnread) {
      result.push(
        <p class="divider divider-new" key="first-unread">
          <span>New</span>
        </p>,
      );
    }
    result.push(
      <MessageView
        entry={entry}
        key={entry.key}
        isGrouped={at !== firstUnread && isGrouped(entries, at)}
        isFirstStored={entry.stored && !entries[at - 1]?.stored}
        hasDetails={!isHurried}
      />,
    );
  }
  return result;
}
