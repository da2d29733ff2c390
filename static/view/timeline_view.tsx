/** What was said, as rows. */

import { useRef } from "preact/hooks";
import type { Conversation } from "../state/conversations.ts";
import type { Entry } from "../state/entry.ts";
import { isSameUser } from "../state/keys.ts";
import type { Timeline } from "../state/timeline.ts";
import { useChat } from "./chat_context.ts";
import { Icon } from "./icon.tsx";
import { MessageView } from "./message_view.tsx";
import { useReading } from "./reading.ts";
import { dayName, dayOf } from "./time.ts";

/** Messages of one sender within this time of the first stand together. */
const GROUP_WITHIN_MS = 5 * 60_000;

export function TimelineView({ conversation }: { conversation: Conversation }) {
  const chat = useChat();
  const timeline = chat.timeline(conversation.name);
  const entries = timeline.entries.value;
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const { isAtEnd, behind, firstUnread, onScroll, toLatest } = useReading(conversation, scroller, list);
  return (
    <div class="timeline">
      <div
        class="timeline-scroller"
        ref={scroller}
        tabIndex={0}
        role="log"
        aria-label={`Messages in ${conversation.name}`}
        aria-busy={timeline.loading.value}
        onScroll={onScroll}
      >
        <div class="timeline-list" ref={list}>
          <Beginning conversation={conversation} timeline={timeline} isEmpty={entries.length === 0} />
          {rows(entries, firstUnread)}
        </div>
      </div>
      {(!isAtEnd || !timeline.attached.value) && (
        <button type="button" class="jump" onClick={toLatest}>
          <Icon name="down" />
          {timeline.attached.value && behind > 0 ? `${behind} new, jump to latest` : "Jump to latest"}
        </button>
      )}
    </div>
  );
}

function Beginning(
  { conversation, timeline, isEmpty }: { conversation: Conversation; timeline: Timeline; isEmpty: boolean },
) {
  const me = useChat().me.value;
  if (timeline.loading.value && isEmpty) return <Skeleton />;
  if (timeline.hasOlder) return <p class="beginning quiet">{timeline.loading.value ? "Loading …" : ""}</p>;
  return (
    <div class="beginning">
      <h2>
        <bdi>{conversation.name}</bdi>
      </h2>
      <p class="quiet">{beginningWords(conversation, me)}</p>
    </div>
  );
}

function beginningWords({ name, kind }: Conversation, me: string): string {
  if (kind === "room") return "This is where the room begins.";
  if (isSameUser(name, me)) return "Only you can read it: notes to yourself.";
  return "This is where your conversation begins. Only the two of you can read it.";
}

function Skeleton() {
  return (
    <div class="skeleton" aria-label="Loading messages">
      {[1, 2, 3, 4, 5].map((line) => <div class="skeleton-row" key={line} />)}
    </div>
  );
}

function rows(entries: readonly Entry[], firstUnread: number | undefined) {
  const result = [];
  let isMarked = false;
  let previous: Entry | undefined;
  let first: Entry | undefined;
  let isInStored = false;
  for (const entry of entries) {
    if (!previous || dayOf(previous.time) !== dayOf(entry.time)) {
      result.push(<p class="divider" key={`day-${entry.key}`}>{dayName(entry.time)}</p>);
      previous = undefined;
    }
    const isFirstUnread = !isMarked && firstUnread !== undefined && (entry.seq ?? 0) > firstUnread &&
      entry.kind !== "own";
    if (isFirstUnread) {
      isMarked = true;
      result.push(<p class="divider divider-new" key="first-unread">New</p>);
      previous = undefined;
    }
    const isGrouped = first !== undefined && previous !== undefined && belongsTo(first, previous, entry);
    if (!isGrouped) first = entry;
    result.push(
      <MessageView
        entry={entry}
        key={entry.key}
        isGrouped={isGrouped}
        isFirstStored={entry.stored && !isInStored}
      />,
    );
    isInStored = entry.stored;
    previous = entry;
  }
  return result;
}

/** Whether an entry belongs to the group that began with `first` and ends with `previous`. */
function belongsTo(first: Entry, previous: Entry, entry: Entry): boolean {
  return previous.sender === entry.sender && previous.kind === entry.kind && entry.sender !== "" &&
    previous.stored === entry.stored && previous.state === entry.state &&
    Date.parse(entry.time) - Date.parse(first.time) < GROUP_WITHIN_MS;
}
