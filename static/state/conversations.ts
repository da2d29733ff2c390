/** The user's rooms, direct conversations and subscriptions: which there are, which is open, what is unread in each. */

import { computed, signal } from "@preact/signals";
import { type Envelope, LIMITS } from "../../protocol/message.ts";
import {
  conversationKey,
  conversationName,
  conversationOf,
  feedOf,
  isFeed,
  isRoom,
  isSameUser,
  sourceOf,
} from "./keys.ts";
import { isMention } from "./reading/mentions.ts";

/** How far one source of a conversation goes, and how far it was read. */
export interface Marker {
  /** As `/history` and `/seen` name it: `#room`, a user, or a user's feed. */
  readonly source: string;
  readonly lastSeq: number;
  readonly readSeq: number;
  readonly unread: number;
}

export interface Conversation {
  readonly key: string;
  readonly name: string;
  readonly kind: "room" | "direct";
  /** The messages, and where the user subscribed to what the other publishes, its feed. */
  readonly markers: readonly Marker[];
  /** The unread messages of a room that call the user by name, by their seqs. */
  readonly mentions: readonly number[];
}

/** One row of the `conversations` reply. */
export interface Row {
  destination: string;
  kind: "room" | "direct" | "feed";
  last_seq: number;
  read_seq: number;
  unread: number;
  /** The last message, where there is one. */
  last?: Envelope | null;
}

export class Conversations {
  readonly #all = signal<ReadonlyMap<string, Conversation>>(new Map());
  readonly #currentKey = signal("");

  readonly all = computed(() => [...this.#all.value.values()]);
  readonly current = computed(() => this.#all.value.get(this.#currentKey.value));
  /** The name of the open conversation; empty where none is. */
  readonly currentName = computed(() => this.current.value?.name ?? "");
  readonly unread = computed(() => this.all.value.reduce((sum, each) => sum + unreadIn(each), 0));
  readonly mentions = computed(() => this.all.value.reduce((sum, each) => sum + mentionsIn(each), 0));

  find(name: string): Conversation | undefined {
    return this.#all.value.get(conversationKey(name));
  }

  /** Takes the `conversations` reply: it says all there is, but for conversations that were only opened yet. */
  replace(rows: readonly Row[]): void {
    const all = new Map<string, Conversation>();
    for (const row of rows) {
      const source = row.kind === "feed" ? feedOf(row.destination) : row.destination;
      const key = conversationKey(source);
      const conversation = all.get(key) ??
        { ...blank(source), mentions: this.#all.value.get(key)?.mentions ?? [] };
      const marker = this.#newer(this.#all.value.get(key), markerOf(row, source));
      all.set(key, withMarker(conversation, marker));
    }
    for (const [key, known] of this.#all.value) {
      if (!all.has(key) && known.kind === "direct") {
        all.set(key, { ...known, markers: known.markers.filter(({ source }) => !isFeed(source)) });
      }
    }
    this.#all.value = all;
  }

  /** Makes sure that there is a conversation of that name, and shows it. */
  open(name: string): Conversation {
    const key = conversationKey(name);
    const known = this.#all.value.get(key) ?? blank(name);
    this.#put(known);
    this.#currentKey.value = key;
    return known;
  }

  /** Another log counts otherwise: what was read and what is unread is not known until the server lists it. */
  forgetPositions(): void {
    this.#all.value = new Map(
      [...this.#all.value].map(([key, conversation]) => [key, { ...conversation, markers: [] }]),
    );
  }

  add(name: string): void {
    if (!this.find(name)) this.#put(blank(name));
  }

  remove(name: string): void {
    const all = new Map(this.#all.value);
    all.delete(conversationKey(name));
    this.#all.value = all;
  }

  /** The user gets what `user` publishes, or does not any more. */
  setSubscribed(user: string, subscribed: boolean): void {
    const known = this.find(user) ?? blank(user);
    const others = known.markers.filter(({ source }) => !isFeed(source));
    const feed = known.markers.find(({ source }) => isFeed(source)) ??
      { source: feedOf(user), lastSeq: 0, readSeq: 0, unread: 0 };
    this.#put({ ...known, markers: subscribed ? [...others, feed] : others });
  }

  /** Counts a message that came. */
  receive(message: Envelope, me: string): void {
    const name = conversationOf(message, me);
    const source = sourceOf(message, me);
    const known = this.find(name) ?? blank(name);
    const marker = known.markers.find((each) => isSameSource(each.source, source)) ??
      { source, lastSeq: 0, readSeq: 0, unread: 0 };
    const seq = message.seq ?? 0;
    if (seq <= marker.lastSeq) return;
    const own = isSameUser(message.sender, me) && message.type === "chat";
    const unread = own ? marker.unread : Math.min(marker.unread + 1, LIMITS.unreadMax);
    this.#putMarker(known, { ...marker, lastSeq: seq, unread });
    this.noteMention(message, me);
  }

  /** Keeps in mind that a message calls the user, if it does and is unread. */
  noteMention(message: Envelope, me: string): void {
    const { seq = 0 } = message;
    const known = this.find(conversationOf(message, me));
    if (!known || !isMention(message, me) || known.mentions.includes(seq)) return;
    if (known.markers.every(({ readSeq }) => seq > readSeq)) {
      this.#put({ ...known, mentions: [...known.mentions, seq] });
    }
  }

  /** What the user said here is stored as `seq`: it is not unread, and the newest. */
  noteOwn(name: string, seq: number): void {
    const known = this.find(name);
    const marker = known?.markers.find(({ source }) => !isFeed(source));
    if (known && seq > (marker?.lastSeq ?? 0)) {
      this.#putMarker(known, {
        readSeq: 0,
        unread: 0,
        ...marker,
        source: marker?.source ?? name,
        lastSeq: seq,
      });
    }
  }

  /**
   * The user has read a source up to `seq`, here or elsewhere.
   * @param left how many messages are unread after it, where that is known
   * @returns whether messages after it are left to count
   */
  markRead(source: string, seq: number, left?: number): boolean {
    const known = this.find(source);
    const marker = known?.markers.find((each) => isSameSource(each.source, source));
    if (!known || !marker || seq <= marker.readSeq) return false;
    const isAll = seq >= marker.lastSeq;
    this.#putMarker(known, { ...marker, readSeq: seq, unread: isAll ? 0 : left ?? marker.unread });
    return !isAll && left === undefined;
  }

  rename(old: string, name: string): void {
    const known = this.find(old);
    if (!known || isRoom(old)) return;
    const key = conversationKey(name);
    const wasOpen = this.#currentKey.value === known.key;
    this.remove(old);
    const markers = known.markers.map((marker) => ({
      ...marker,
      source: isFeed(marker.source) ? feedOf(name) : name,
    }));
    this.#put({ ...known, key, name, markers });
    if (wasOpen) this.#currentKey.value = key;
  }

  /** What came or was read since the reply was made is known better here. */
  #newer(known: Conversation | undefined, marker: Marker): Marker {
    const here = known?.markers.find((each) => isSameSource(each.source, marker.source));
    return here && (here.lastSeq > marker.lastSeq || here.readSeq > marker.readSeq) ? here : marker;
  }

  #putMarker(conversation: Conversation, marker: Marker): void {
    this.#put(withMarker(conversation, marker));
  }

  #put(conversation: Conversation): void {
    this.#all.value = new Map(this.#all.value).set(conversation.key, conversation);
  }
}

/** How often the user is called: by name in a room, with every message in a direct conversation. */
export function mentionsIn({ kind, markers, mentions }: Conversation): number {
  if (kind === "room") return mentions.length;
  return markers.reduce((sum, { source, unread }) => sum + (isFeed(source) ? 0 : unread), 0);
}

/** Readings are looked at, not read one by one: they do not count. */
export function unreadIn(conversation: Conversation): number {
  return conversation.markers.reduce((sum, { source, unread }) => sum + (isFeed(source) ? 0 : unread), 0);
}

/** Up to where everything was read. */
export function readSeqOf(conversation: Conversation): number {
  const markers = conversation.markers.filter(({ source }) => !isFeed(source));
  return Math.min(...markers.map(({ readSeq }) => readSeq));
}

export function lastSeqOf(conversation: Conversation): number {
  return Math.max(0, ...conversation.markers.map((marker) => marker.lastSeq));
}

/** Whether the user gets what the other side of this conversation publishes. */
export function isSubscribed(conversation: Conversation): boolean {
  return conversation.markers.some(({ source }) => isFeed(source));
}

function blank(source: string): Conversation {
  const name = conversationName(source);
  return {
    key: conversationKey(name),
    name,
    kind: isRoom(name) ? "room" : "direct",
    markers: [],
    mentions: [],
  };
}

/** A marker that has moved takes the mentions before it along. */
function withMarker(conversation: Conversation, marker: Marker): Conversation {
  const others = conversation.markers.filter((each) => !isSameSource(each.source, marker.source));
  const { mentions } = conversation;
  const isRead = mentions.some((seq) => seq <= marker.readSeq);
  return {
    ...conversation,
    markers: [...others, marker],
    mentions: isRead ? mentions.filter((seq) => seq > marker.readSeq) : mentions,
  };
}

function markerOf(row: Row, source: string): Marker {
  return { source, lastSeq: row.last_seq, readSeq: row.read_seq, unread: row.unread };
}

function isSameSource(one: string, other: string): boolean {
  return isFeed(one) === isFeed(other) && conversationKey(one) === conversationKey(other);
}
