/** What was said: follows the end while the reader is there, loads older messages as they scroll up. */

import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Chat } from "../state/chat.ts";
import { type Conversation, sourcesOf, unreadIn } from "../state/conversations.ts";
import type { Entry } from "../state/entry.ts";
import type { Timeline } from "../state/timeline.ts";
import { useChat } from "./chat_context.ts";
import { Icon } from "./icon.tsx";
import { MessageView } from "./message_view.tsx";
import { ScrollKeeper } from "./scroll_keeper.ts";
import { dayName, dayOf } from "./time.ts";

/** Older messages are fetched when fewer pixels than this are left above. */
const LOAD_WITHIN_PX = 800;
/** Messages of one sender within this time stand together. */
const GROUP_WITHIN_MS = 5 * 60_000;

export function TimelineView({ conversation }: { conversation: Conversation }) {
  const chat = useChat();
  const timeline = chat.timeline(conversation.name);
  const entries = timeline.entries.value;
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const keeper = useKeeper(scroller, list);
  const firstUnread = useFirstUnread(conversation);
  const isAtEnd = useSignal(true);
  const lastAtEnd = useRef(0);

  const look = () => {
    if (!scroller.current || !keeper.current) return;
    isAtEnd.value = keeper.current.isAtEnd;
    loadWhatIsNear(chat, conversation, timeline, scroller.current);
    if (!keeper.current.isAtEnd || !timeline.attached.value) return;
    lastAtEnd.current = timeline.lastSeq;
    if (document.visibilityState === "visible") chat.readMarkers.readAll(conversation.name);
  };
  useLayoutEffect(() => {
    keeper.current?.settle();
    look();
    if (keeper.current?.isAtEnd && timeline.attached.value) timeline.trim();
  }, [entries, timeline.loading.value, unreadIn(conversation)]);
  useTarget(chat, keeper, list, entries);
  useVisible(look);

  const behind = entries.filter(({ seq = 0, kind }) => seq > lastAtEnd.current && kind !== "own").length;
  const toLatest = () => {
    chat.returnToPresent(conversation.name);
    keeper.current?.toEnd();
  };
  return (
    <div class="timeline">
      <div
        class="timeline-scroller"
        ref={scroller}
        tabIndex={0}
        role="log"
        aria-label={`Messages in ${conversation.name}`}
        aria-busy={timeline.loading.value}
        onScroll={() => {
          keeper.current?.scrolled();
          look();
        }}
      >
        <div class="timeline-list" ref={list}>
          <Beginning conversation={conversation} timeline={timeline} isEmpty={entries.length === 0} />
          {rows(entries, firstUnread.current)}
        </div>
      </div>
      {(!isAtEnd.value || !timeline.attached.value) && (
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
  if (timeline.loading.value && isEmpty) return <Skeleton />;
  if (timeline.hasOlder) return <p class="beginning quiet">{timeline.loading.value ? "Loading …" : ""}</p>;
  const { name, kind } = conversation;
  return (
    <div class="beginning">
      <h2>
        <bdi>{name}</bdi>
      </h2>
      <p class="quiet">
        {kind === "room"
          ? "This is where the room begins."
          : "This is where your conversation begins. Only the two of you can read it."}
      </p>
    </div>
  );
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
    result.push(
      <MessageView
        entry={entry}
        key={entry.key}
        isGrouped={previous !== undefined && isGrouped(previous, entry)}
      />,
    );
    previous = entry;
  }
  return result;
}

function isGrouped(previous: Entry, entry: Entry): boolean {
  return previous.sender === entry.sender && previous.kind === entry.kind && entry.sender !== "" &&
    previous.stored === entry.stored && previous.state === entry.state &&
    Date.parse(entry.time) - Date.parse(previous.time) < GROUP_WITHIN_MS;
}

function loadWhatIsNear(
  chat: Chat,
  { name, ...conversation }: Conversation,
  timeline: Timeline,
  scroller: HTMLElement,
): void {
  if (timeline.loading.value || chat.status.value.state !== "online") return;
  const below = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
  if (scroller.scrollTop < LOAD_WITHIN_PX && timeline.hasOlder) void chat.timelines.loadOlder(name);
  else if (below < LOAD_WITHIN_PX && !timeline.attached.value) {
    void chat.timelines.loadNewer(name, sourcesOf({ name, ...conversation })[0]!);
  }
}

function useKeeper(
  scroller: { current: HTMLElement | null },
  list: { current: HTMLElement | null },
) {
  const keeper = useRef<ScrollKeeper | null>(null);
  useLayoutEffect(() => {
    keeper.current = new ScrollKeeper(scroller.current!, list.current!);
    return () => keeper.current?.close();
  }, []);
  return keeper;
}

/** Where the user had read to when the conversation was opened; undefined where nothing was unread. */
function useFirstUnread(conversation: Conversation) {
  const read = useRef<number | undefined>(undefined);
  const isTaken = useRef(false);
  if (!isTaken.current) {
    isTaken.current = true;
    const unread = conversation.markers.filter((marker) => marker.unread > 0);
    if (unread.length > 0) read.current = Math.min(...unread.map((marker) => marker.readSeq));
  }
  return read;
}

/** Brings the message that was jumped to into view, once it is there. */
function useTarget(
  chat: Chat,
  keeper: { current: ScrollKeeper | null },
  list: { current: HTMLElement | null },
  entries: readonly Entry[],
): void {
  const target = chat.target.value;
  const done = useRef<number | undefined>(undefined);
  useLayoutEffect(() => {
    if (target === undefined) done.current = undefined;
    if (target === undefined || done.current === target) return;
    const row = list.current?.querySelector(`[data-seq="${target}"]`);
    if (!row) return;
    done.current = target;
    keeper.current?.toRow(row);
  }, [target, entries]);
}

function useVisible(look: () => void): void {
  const latest = useRef(look);
  latest.current = look;
  useEffect(() => {
    const onChange = () => latest.current();
    document.addEventListener("visibilitychange", onChange);
    return () => document.removeEventListener("visibilitychange", onChange);
  }, []);
}
