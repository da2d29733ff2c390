/** How a conversation is read: it follows the end while the reader is there, and loads older messages as they scroll up. */

import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Chat } from "../state/chat.ts";
import { type Conversation, unreadIn } from "../state/conversations.ts";
import type { Entry } from "../state/entry.ts";
import type { Timeline } from "../state/timeline.ts";
import { useChat } from "./chat_context.ts";
import { ScrollKeeper } from "./scroll_keeper.ts";

/** Older messages are fetched when fewer pixels than this are left above. */
const LOAD_WITHIN_PX = 800;

interface ElementRef {
  readonly current: HTMLElement | null;
}

export interface Reading {
  readonly isAtEnd: boolean;
  /** How many messages of others came since the reader left the end. */
  readonly behind: number;
  /** Up to where the user had read when the conversation was opened; undefined where nothing was unread. */
  readonly firstUnread: number | undefined;
  readonly onScroll: () => void;
  readonly toLatest: () => void;
}

export function useReading(conversation: Conversation, scroller: ElementRef, list: ElementRef): Reading {
  const chat = useChat();
  const timeline = chat.timeline(conversation.name);
  const entries = timeline.entries.value;
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

  return {
    isAtEnd: isAtEnd.value,
    behind: entries.filter(({ seq = 0, kind }) => seq > lastAtEnd.current && kind !== "own").length,
    firstUnread,
    onScroll: () => {
      keeper.current?.scrolled();
      look();
    },
    toLatest: () => {
      chat.returnToPresent(conversation.name);
      keeper.current?.toEnd();
    },
  };
}

function loadWhatIsNear(
  chat: Chat,
  { name }: Conversation,
  timeline: Timeline,
  scroller: HTMLElement,
): void {
  if (timeline.loading.value || chat.status.value.state !== "online") return;
  const below = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
  if (scroller.scrollTop < LOAD_WITHIN_PX && timeline.hasOlder) void chat.timelines.loadOlder(name);
  else if (below < LOAD_WITHIN_PX && !timeline.attached.value) {
    void chat.timelines.loadNewer(name, name);
  }
}

function useKeeper(scroller: ElementRef, list: ElementRef) {
  const keeper = useRef<ScrollKeeper | null>(null);
  useLayoutEffect(() => {
    keeper.current = new ScrollKeeper(scroller.current!, list.current!);
    return () => keeper.current?.close();
  }, []);
  return keeper;
}

/** Taken when the conversation is opened: reading it moves the marker. */
function useFirstUnread(conversation: Conversation): number | undefined {
  const read = useRef<number | undefined>(undefined);
  const isTaken = useRef(false);
  if (!isTaken.current) {
    isTaken.current = true;
    const unread = conversation.markers.filter((marker) => marker.unread > 0);
    if (unread.length > 0) read.current = Math.min(...unread.map((marker) => marker.readSeq));
  }
  return read.current;
}

/** Brings the message that was jumped to into view, once it is there. */
function useTarget(
  chat: Chat,
  keeper: { current: ScrollKeeper | null },
  list: ElementRef,
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
