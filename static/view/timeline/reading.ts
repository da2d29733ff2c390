/**
 * How a conversation is read: it opens at the first unread message, follows the end while the reader is there, loads
 * what is near, and tells how far was read.
 */

import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Chat } from "../../state/chat.ts";
import { type Conversation, readSeqOf, unreadIn } from "../../state/conversations.ts";
import type { Entry } from "../../state/reading/entry.ts";
import { lowerBound } from "../../state/reading/entry_list.ts";
import { latest } from "../../state/surfaces.ts";
import type { Timeline } from "../../state/reading/timeline.ts";
import { useChat } from "../chat_context.ts";
import { type Span, VirtualRows } from "./virtual_rows.ts";

/** More is fetched when fewer pixels than this are left above or below. */
const LOAD_WITHIN_PX = 1_200;
/** Where in the view a row stands that was gone to: a part of its height. */
const UPPER = 0.2;

interface ElementRef {
  readonly current: HTMLElement | null;
}

export interface Reading {
  readonly entries: readonly Entry[];
  readonly spans: readonly Span[];
  /** The height of the rows after the last span. */
  readonly below: number;
  /** The place of the first unread message, before which a line stands; -1 where there is none. */
  readonly firstUnread: number;
  readonly isAtEnd: boolean;
  /** Much comes at once: what can be left out of the rows is. */
  readonly isHurried: boolean;
  readonly isFirstUnreadAbove: boolean;
  readonly onScroll: () => void;
  readonly toLatest: () => void;
  readonly toFirstUnread: () => void;
}

export function useReading(conversation: Conversation, scroller: ElementRef, list: ElementRef): Reading {
  const chat = useChat();
  const { name } = conversation;
  const timeline = chat.timeline(name);
  const entries = timeline.entries.value;
  const redraws = useSignal(0);
  const rows = useRows(redraws, scroller, list);
  const newAfter = useNewAfter(chat, conversation);
  const firstUnread = firstUnreadAt(timeline, entries, newAfter.value);
  const isAtEnd = useSignal(true);
  const isAbove = useSignal(false);
  const wasSeen = useRef<number | undefined>(undefined);
  const isOpen = useOpening(chat, timeline, rows, newAfter.value, firstUnread);

  const look = () => {
    if (!scroller.current) return;
    isAtEnd.value = rows.isAtEnd;
    if (firstUnread >= 0 && rows.firstVisible <= firstUnread) wasSeen.current = newAfter.value;
    isAbove.value = firstUnread > 0 && rows.firstVisible > firstUnread && wasSeen.current !== newAfter.value;
    loadWhatIsNear(chat, conversation, timeline, scroller.current);
    if (isOpen) tellRead(chat, name, timeline, rows);
    chat.readMarkers.follow(isOpen && rows.isAtEnd && timeline.attached.value ? name : undefined);
  };
  useEffect(() => () => chat.readMarkers.follow(undefined), []);
  redraws.value;
  const { spans, below } = rows.plan(entries);
  useLayoutEffect(() => {
    rows.settle();
    look();
    if (rows.isAtEnd && timeline.attached.value && !list.current?.contains(document.activeElement)) {
      timeline.trim();
    }
  });
  useVisible(look);
  const toLatest = () => {
    chat.returnToPresent(name);
    rows.toEnd();
  };
  useEffect(() => {
    latest.go = toLatest;
    return () => {
      if (latest.go === toLatest) latest.go = undefined;
    };
  }, []);

  return {
    entries,
    spans,
    below,
    firstUnread,
    isAtEnd: isAtEnd.value,
    isHurried: rows.isHurried,
    isFirstUnreadAbove: isAbove.value,
    onScroll: () => {
      rows.scrolled();
      look();
    },
    toLatest,
    toFirstUnread: () => {
      const entry = entries[firstUnread];
      if (!entry) return;
      rows.toRow(entry, rows.view * UPPER);
      redraws.value += 1;
    },
  };
}

function useRows(redraws: Signal<number>, scroller: ElementRef, list: ElementRef): VirtualRows {
  const kept = useRef<VirtualRows | null>(null);
  const rows = kept.current ??= new VirtualRows(() => redraws.value += 1);
  useLayoutEffect(() => {
    rows.attach(scroller.current!, list.current!);
    return () => rows.close();
  }, []);
  return rows;
}

/**
 * The seq after which messages are new to the reader: taken when the conversation is opened, since reading moves the
 * marker, and again whenever something comes while they do not look, or was missed without a connection.
 */
function useNewAfter(chat: Chat, conversation: Conversation): Signal<number | undefined> {
  const unread = unreadIn(conversation);
  const newAfter = useSignal<number | undefined>(unread > 0 ? readSeqOf(conversation) : undefined);
  const before = useRef(unread);
  useLayoutEffect(() => {
    const isSeen = isWatched() && chat.status.peek().state === "online";
    if (before.current === 0 && unread > 0 && !isSeen) newAfter.value = readSeqOf(conversation);
    before.current = unread;
  }, [unread]);
  return newAfter;
}

/** Where the line stands; nowhere while it is not known what came before it. */
function firstUnreadAt(timeline: Timeline, entries: readonly Entry[], newAfter: number | undefined): number {
  if (newAfter === undefined) return -1;
  const from = lowerBound(entries, newAfter + 1);
  if (from === 0 && timeline.hasOlder) return -1;
  for (let at = from; at < entries.length; at++) {
    const { kind, seq } = entries[at]!;
    if (kind !== "own" && seq !== undefined) return at;
  }
  return -1;
}

/** Goes to what was jumped to, or else, once, to the first unread message. Returns whether it is there. */
function useOpening(
  chat: Chat,
  timeline: Timeline,
  rows: VirtualRows,
  newAfter: number | undefined,
  firstUnread: number,
): boolean {
  const entries = timeline.entries.value;
  const target = chat.target.value;
  const gone = useRef<{ target: number | undefined; isOpen: boolean }>({ target: undefined, isOpen: false });
  if (target === undefined) gone.current.target = undefined;
  else if (gone.current.target !== target) {
    const entry = entries[lowerBound(entries, target)];
    if (entry?.seq !== target) return false;
    gone.current = { target, isOpen: true };
    rows.toRow(entry, rows.view / 3);
  }
  if (gone.current.isOpen) return true;
  if (entries.length === 0 || timeline.loading.value) return false;
  gone.current.isOpen = true;
  if (newAfter !== undefined && firstUnread >= 0) rows.toRow(entries[firstUnread]!, rows.view * UPPER);
  return true;
}

function loadWhatIsNear(
  chat: Chat,
  conversation: Conversation,
  timeline: Timeline,
  scroller: HTMLElement,
): void {
  if (timeline.loading.value || chat.status.value.state !== "online") return;
  const { name } = conversation;
  const below = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
  if (below < LOAD_WITHIN_PX && !timeline.attached.value) {
    void chat.timelines.loadNewer(name, name);
  } else if (scroller.scrollTop < LOAD_WITHIN_PX && timeline.hasOlder) void chat.timelines.loadOlder(name);
}

/** What the reader had before their eyes is read, up to there. */
function tellRead(chat: Chat, name: string, timeline: Timeline, rows: VirtualRows): void {
  if (!isWatched()) return;
  if (rows.isAtEnd && timeline.attached.value) chat.readMarkers.readAll(name);
  else chat.readMarkers.readTo(name, rows.lastSeenSeq, timeline.entries.value);
}

function isWatched(): boolean {
  return document.visibilityState === "visible";
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
