/** What one conversation shows, in order: what is stored, what is being sent, what a bot is writing, and notices. */

import { batch, signal } from "@preact/signals";
import type { Envelope } from "../../../protocol/message.ts";
import { draftEntry, draftKey, type Entry, entryOf, noticeEntry, pendingEntry } from "./entry.ts";
import { EntryList, lowerBound } from "./entry_list.ts";
import { conversationKey, isRoom, isSameUser, sourceOf } from "../keys.ts";

/** How far back a part of the conversation (its messages, its readings) has been loaded. */
interface Source {
  readonly oldest: number;
  /** There is more before `oldest`. */
  readonly more: boolean;
}

/** What was added to an answer that is being written. */
interface DraftPart {
  readonly draft: string;
  readonly delta: string;
  /** The seq of the question, where the bot says it. */
  readonly question: number | undefined;
}

export interface Page {
  readonly messages: readonly Envelope[];
  readonly more: boolean;
}

/** Past this many entries the oldest are let go while the reader is at the end; they can be loaded again. */
const AT_END = { most: 600, kept: 300 };
/** Past this many, those that are furthest from where the reader loads more are let go. */
const ELSEWHERE = { most: 3_000, kept: 2_000 };

/** Among so many of the newest entries a draft's answer is looked for. */
const RECENT = 100;

export class Timeline {
  readonly #list = new EntryList();
  /** Counts the changes of the list, which is changed in place. */
  readonly #version = signal(0);
  readonly #sources = signal<ReadonlyMap<string, Source>>(new Map());
  readonly #me: () => string;
  /** Sources of which only what this browser had kept is here, and its last seq. */
  readonly #restored = new Map<string, number>();
  #notices = 0;

  /** Whether the end of `entries` is the end of the conversation; false after a jump into the past. */
  readonly attached = signal(true);
  readonly loading = signal(false);

  /**
   * The entries that can be shown without a hole: where one source reaches back further than another, what lies
   * before the other's oldest is held back until that is loaded too. Mostly the same array each time, grown in place:
   * whoever reads `value` is told of every change, and compares `version`, not the array.
   */
  readonly entries = valueOf(() => {
    this.#version.value;
    const floor = this.#floor();
    return floor === 0 ? this.#list.all : this.#list.all.slice(lowerBound(this.#list.all, floor));
  });

  constructor(me: () => string) {
    this.#me = me;
  }

  get version(): number {
    return this.#version.value;
  }

  get lastSeq(): number {
    return this.#list.lastSeq;
  }

  /** Whether `source` was loaded at least once. */
  has(source: string): boolean {
    const key = conversationKeyOfSource(source);
    return this.#sources.value.has(key) && !this.#restored.has(key);
  }

  /** Shows what this browser had kept of a source until its newest messages are loaded. */
  restore(source: string, page: Page): void {
    this.#restored.set(conversationKeyOfSource(source), page.messages.at(-1)?.seq ?? 0);
    this.addPage(source, page);
  }

  /** Takes the newest messages of a source: what was restored of it and is not followed by them is let go. */
  addNewest(source: string, page: Page): void {
    batch(() => {
      this.#replaceRestored(conversationKeyOfSource(source), page.messages[0]?.seq ?? Infinity);
      this.addPage(source, page);
    });
  }

  /** The source that has to be loaded next to show more of the past, and the seq before which; undefined at the beginning. */
  nextOlder(): { source: string; before: number } | undefined {
    const waiting = [...this.#sources.value].filter(([, source]) => source.more);
    const [next] = waiting.sort((a, b) => b[1].oldest - a[1].oldest);
    return next && { source: next[0], before: next[1].oldest };
  }

  get hasOlder(): boolean {
    return [...this.#sources.value.values()].some((source) => source.more);
  }

  /** Takes a page of history before what is here. */
  addOlder(source: string, page: Page): void {
    batch(() => {
      this.addPage(source, page);
      this.#letNewestGo();
    });
  }

  /** Takes a page of history that ends where the entries begin, or at the newest message. */
  addPage(source: string, page: Page): void {
    batch(() => {
      this.#mergePage(page);
      const key = conversationKeyOfSource(source);
      const first = page.messages[0]?.seq ?? Infinity;
      const known = this.#sources.value.get(key)?.oldest ?? this.#oldestOf(key);
      const oldest = Math.min(first, known);
      // A page that lies inside what is known already says nothing about what is before that.
      const more = first <= known ? page.more : this.#sources.value.get(key)?.more ?? page.more;
      this.#sources.value = new Map(this.#sources.value).set(key, { oldest, more });
    });
  }

  /** Takes a page that begins where the entries end. */
  appendPage(page: Page): void {
    batch(() => {
      this.#mergePage(page);
      if (!page.more) this.attached.value = true;
      this.#letOldestGo(ELSEWHERE);
    });
  }

  /** Shows this page alone, from somewhere in the past; what is being sent stays. */
  showPage(source: string, page: Page): void {
    batch(() => {
      this.clear();
      this.attached.value = false;
      this.addPage(source, page);
    });
  }

  /** Forgets all that is stored, as where it can be loaded again or belongs to another log. */
  clear(): void {
    this.#keep((entry) => entry.state === "sending" || entry.state === "failed");
    this.#sources.value = new Map();
    this.#restored.clear();
    this.attached.value = true;
  }

  /** A message that came, live or stored. */
  receive(message: Envelope): void {
    this.#merge([message]);
  }

  /** The text of an answer grows. */
  grow(sender: string, destination: string, { draft, delta, question }: DraftPart): void {
    const key = draftKey(sender, draft);
    const known = this.#list.findUnplaced((entry) => entry.key === key);
    if (known) this.#replace(known, { ...known, text: known.text + delta });
    else if (!this.#wasAnswered(key)) {
      const canStop = !isRoom(destination) || this.#hasAsked(question);
      this.#insert({ ...draftEntry(sender, destination, draft, delta), canStop });
    }
  }

  /** Drafts whose answer will not come any more. */
  dropDrafts(sender?: string): void {
    this.#keep((entry) =>
      entry.state !== "writing" || sender !== undefined && !isSameUser(entry.sender, sender)
    );
  }

  /** Something the user just said, before the server has it. */
  addPending(id: string, destination: string, text: string, time?: string): void {
    this.#insert(pendingEntry(this.#me(), id, destination, text, time));
  }

  /** The server has stored it: it takes its place in the order. */
  confirm(id: string, seq: number, time: string): void {
    const pending = this.#list.findUnplaced((entry) => entry.id === id && entry.kind === "own");
    if (!pending) return;
    const { problem: _, ...rest } = pending;
    if (this.#list.indexOfSeq(seq) >= 0) this.#keep((entry) => entry.seq !== seq);
    this.#replace(pending, { ...rest, state: "done", order: seq, seq, time });
  }

  fail(id: string, problem: string): void {
    this.#update(id, (entry) => ({ ...entry, state: "failed", problem }));
  }

  retry(id: string): void {
    this.#update(id, ({ problem: _, ...entry }) => ({ ...entry, state: "sending" }));
  }

  discard(id: string): void {
    this.#keep((entry) => entry.id !== id || entry.seq !== undefined);
  }

  /** Words of the server's or the page's, for this reader only. */
  addNotice(text: string, kind: "notice" | "error" = "notice"): void {
    this.#notices += 1;
    this.#insert(noticeEntry(`notice-${this.#notices}`, kind, this.lastSeq, text));
  }

  /** A user is called otherwise from now on, in what was said before too. */
  rename(old: string, name: string): void {
    const fix = (value: string) => isSameUser(value, old) ? name : value;
    this.#reset(
      this.#list.all.map((entry) => ({
        ...entry,
        sender: fix(entry.sender),
        destination: fix(entry.destination),
      })),
    );
  }

  /** Lets the oldest go where there are too many. */
  trim(): void {
    this.#letOldestGo(AT_END);
  }

  #letOldestGo({ most, kept: count }: typeof AT_END): void {
    const { all } = this.#list;
    if (all.length <= most) return;
    const kept = all.slice(-count);
    const oldest = kept.find((entry) => entry.seq !== undefined)?.seq;
    if (oldest === undefined) return;
    batch(() => {
      this.#reset(kept);
      this.#sources.value = new Map(
        [...this.#sources.value].map(([key, source]) => [key, {
          // What was empty when it was loaded has no oldest, and what came since is let go too.
          oldest: source.oldest < oldest || source.oldest === Infinity ? oldest : source.oldest,
          more: source.more || source.oldest < oldest || source.oldest === Infinity,
        }]),
      );
    });
  }

  /**
   * What was said last is loaded again on the way back, as after a jump. That cannot be done of more than one source, nor while
   * something is about to get its place at the end.
   */
  #letNewestGo(): void {
    const { all } = this.#list;
    const isOnTheWay = all.at(-1)?.order === Infinity;
    if (all.length <= ELSEWHERE.most || isOnTheWay || this.#sources.value.size > 1) return;
    this.#reset(all.slice(0, ELSEWHERE.kept));
    this.attached.value = false;
  }

  /** Restored messages from `first` on come again; those before it belong here only where they reach up to it. */
  #replaceRestored(key: string, first: number): void {
    const last = this.#restored.get(key);
    if (!this.#restored.delete(key) || last === undefined) return;
    const isLinked = first <= last;
    const me = this.#me();
    const goes = (entry: Entry) =>
      entry.seq !== undefined && entry.seq <= last && (!isLinked || entry.seq >= first) &&
      conversationKeyOfSource(sourceOf(asMessage(entry), me)) === key;
    this.#keep((entry) => !goes(entry));
    if (isLinked) return;
    const sources = new Map(this.#sources.value);
    sources.delete(key);
    this.#sources.value = sources;
  }

  #floor(): number {
    const open = [...this.#sources.value.values()].filter((source) => source.more);
    // With one source there is nothing to wait for.
    return this.#sources.value.size < 2 ? 0 : Math.max(0, ...open.map((source) => source.oldest));
  }

  #oldestOf(key: string): number {
    const me = this.#me();
    const first = this.#list.all.find((entry) =>
      entry.seq !== undefined && conversationKeyOfSource(sourceOf(asMessage(entry), me)) === key
    );
    return first?.seq ?? Infinity;
  }

  /** What is loaded after a notice was given can have been said before it. */
  #mergePage({ messages }: Page): void {
    this.#merge(messages);
    if (!this.#list.all.some(isNotice)) return;
    const lastBefore = (time: string) =>
      messages.findLast(({ timestamp }) => Date.parse(timestamp) <= Date.parse(time))?.seq ?? 0;
    this.#reset(
      this.#list.all.map((entry) =>
        isNotice(entry) ? { ...entry, order: Math.max(entry.order, lastBefore(entry.time) + 0.5) } : entry
      ),
    );
  }

  #merge(messages: readonly Envelope[]): void {
    const fresh: Entry[] = [];
    for (const message of messages) {
      if (message.seq !== undefined && this.#list.indexOfSeq(message.seq) >= 0) continue;
      const entry = entryOf(message, this.#me());
      const known = this.#list.findUnplaced((each) => isSamePlace(each, entry, message));
      if (known) this.#list.replace(known, { ...entry, key: known.key });
      else fresh.push(entry);
    }
    this.#list.insertAll(fresh);
    this.#changed();
  }

  #insert(entry: Entry): void {
    this.#list.insert(entry);
    this.#changed();
  }

  #replace(known: Entry, entry: Entry): void {
    this.#list.replace(known, entry);
    this.#changed();
  }

  #update(id: string, change: (entry: Entry) => Entry): void {
    const known = this.#list.findUnplaced((entry) => entry.id === id);
    if (known) this.#replace(known, change(known));
  }

  #keep(test: (entry: Entry) => boolean): void {
    if (!this.#list.all.every(test)) this.#reset(this.#list.all.filter(test));
  }

  #reset(entries: Entry[]): void {
    this.#list.reset(entries);
    this.#changed();
  }

  #changed(): void {
    this.#version.value = this.#version.peek() + 1;
  }

  /** In a room answers to others are seen too. */
  #hasAsked(question: number | undefined): boolean {
    return question !== undefined &&
      this.#list.all.some(({ seq, kind }) => seq === question && kind === "own");
  }

  /** A piece of an answer can come after the answer itself, which keeps the draft's key. */
  #wasAnswered(key: string): boolean {
    return this.#list.all.slice(-RECENT).some((entry) => entry.key === key);
  }
}

/** Reads like a signal's value, without keeping it. */
function valueOf<Value>(read: () => Value): { readonly value: Value } {
  return {
    get value() {
      return read();
    },
  };
}

/** A source's key keeps its `/feed`: the two sources of one conversation differ in nothing else. */
function conversationKeyOfSource(source: string): string {
  return source.endsWith("/feed") ? conversationKey(source) + "/feed" : conversationKey(source);
}

function asMessage(entry: Entry): Pick<Envelope, "type" | "sender" | "destination"> {
  return { ...entry, type: entry.isReading ? "subscription" : "chat" };
}

function isNotice({ kind }: Entry): boolean {
  return kind === "notice" || kind === "error";
}

/** Whether a stored message is the one that stands here as being sent, or as a draft. */
function isSamePlace(known: Entry, entry: Entry, message: Envelope): boolean {
  if (known.seq !== undefined) return false;
  if (entry.kind === "own" && entry.id !== undefined && known.id === entry.id) return true;
  const { draft } = message.metadata;
  return typeof draft === "string" && known.key === draftKey(entry.sender, draft);
}
