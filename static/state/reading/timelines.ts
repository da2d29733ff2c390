/** The timelines of all conversations: takes what comes, and loads what was said before. */

import type { Envelope } from "../../../protocol/message.ts";
import type { ChatClient } from "../../../client/chat_client.ts";
import { ChatError } from "../../../protocol/errors.ts";
import { ConnectionLost } from "../../../client/connection_lost.ts";
import { conversationKey, conversationOf, isSameUser } from "../keys.ts";
import { type Page, Timeline } from "./timeline.ts";
import { words } from "../words.ts";

const PAGE_SIZE = 50;
/** A draft that has not grown for so long will not become an answer: its bot is gone. */
const DRAFT_TIMEOUT_MS = 60_000;
/** What was said so far between the user and somebody who was never here. */
const NOTHING: Page = { messages: [], more: false };

export interface TimelinesOptions {
  readonly client: ChatClient;
  /** Whose timelines these are. */
  readonly me: () => string;
  /** Hears of what history holds, page by page. */
  readonly onLoaded: (messages: readonly Envelope[]) => void;
  /** Hears of the newest messages of a source, when they were loaded. */
  readonly onNewest: (source: string, page: Page) => void;
}

export class Timelines {
  readonly #options: TimelinesOptions;
  readonly #timelines = new Map<string, Timeline>();
  readonly #draftTimers = new Map<string, ReturnType<typeof setTimeout>>();
  /** Messages that came while the page after a past one was being loaded: whether they belong is known only then. */
  readonly #held = new Map<Timeline, Envelope[]>();

  constructor(options: TimelinesOptions) {
    this.#options = options;
  }

  of(name: string): Timeline {
    const key = conversationKey(name);
    const known = this.#timelines.get(key);
    if (known) return known;
    const timeline = new Timeline(this.#options.me);
    this.#timelines.set(key, timeline);
    return timeline;
  }

  receive(message: Envelope): void {
    const timeline = this.of(conversationOf(message, this.#options.me()));
    if (timeline.attached.value) timeline.receive(message);
    else this.#held.get(timeline)?.push(message);
  }

  receiveDraft({ destination, metadata }: Envelope): void {
    const { user, draft, delta, answer_to: question } = metadata;
    if (typeof user !== "string" || typeof draft !== "string" || typeof delta !== "string") return;
    const place = typeof metadata.destination === "string" ? metadata.destination : destination;
    const timeline = this.of(
      conversationOf({ type: "chat", sender: user, destination: place }, this.#options.me()),
    );
    timeline.grow(user, place, {
      draft,
      delta,
      question: typeof question === "number" ? question : undefined,
    });
    this.#expireDraft(timeline, user, draft);
  }

  /** Loads the newest messages of a source of this conversation. */
  async loadNewest(name: string, source: string): Promise<void> {
    await this.#load(this.of(name), source, "", (page) => this.takeNewest(name, source, page));
  }

  takeNewest(name: string, source: string, page: Page): void {
    this.of(name).addNewest(source, page);
    this.#options.onNewest(source, page);
  }

  async loadOlder(name: string): Promise<void> {
    const timeline = this.of(name);
    const next = timeline.nextOlder();
    if (!next || timeline.loading.value) return;
    await this.#load(
      timeline,
      next.source,
      ` before=${next.before}`,
      (page) => timeline.addOlder(next.source, page),
    );
  }

  /** After a jump into the past: what comes next, until the present is reached. */
  async loadNewer(name: string, source: string): Promise<void> {
    const timeline = this.of(name);
    if (timeline.attached.value || timeline.loading.value) return;
    this.#held.set(timeline, []);
    await this.#load(timeline, source, ` after=${timeline.lastSeq}`, (page) => timeline.appendPage(page));
    const held = this.#held.get(timeline) ?? [];
    this.#held.delete(timeline);
    if (timeline.attached.value) held.forEach((message) => timeline.receive(message));
  }

  /** Shows the message `seq` among those around it. */
  async loadAround(name: string, source: string, seq: number): Promise<void> {
    const timeline = this.of(name);
    if (timeline.entries.value.some((entry) => entry.seq === seq)) return;
    await this.#load(timeline, source, ` around=${seq}`, (page) => timeline.showPage(source, page));
  }

  /** Forgets everything stored, as after a gap or where the server has another log. */
  clear(): void {
    for (const timeline of this.#timelines.values()) timeline.clear();
  }

  /** What bots were writing when the connection was lost: the rest of it did not come. */
  dropDrafts(): void {
    for (const timeline of this.#timelines.values()) timeline.dropDrafts();
  }

  rename(old: string, name: string): void {
    const timeline = this.#timelines.get(conversationKey(old));
    if (timeline && !isSameUser(old, name)) {
      this.#timelines.delete(conversationKey(old));
      this.#timelines.set(conversationKey(name), timeline);
    }
    for (const each of this.#timelines.values()) each.rename(old, name);
  }

  close(): void {
    for (const timer of this.#draftTimers.values()) clearTimeout(timer);
  }

  async #load(timeline: Timeline, source: string, range: string, take: (page: Page) => void): Promise<void> {
    timeline.loading.value = true;
    try {
      const { metadata } = await this.#options.client.command(`/history ${source} ${PAGE_SIZE}${range}`);
      const messages = metadata.messages as Envelope[];
      this.#options.onLoaded(messages);
      take({ messages, more: metadata.more === true });
    } catch (error) {
      if (error instanceof ChatError && error.code === "no_such_user") return take(NOTHING);
      // A lost connection is shown by the banner, and what is open is loaded again after it.
      if (!(error instanceof ConnectionLost)) timeline.addNotice(words(error), "error");
    } finally {
      timeline.loading.value = false;
    }
  }

  #expireDraft(timeline: Timeline, user: string, draft: string): void {
    const key = `${user} ${draft}`;
    clearTimeout(this.#draftTimers.get(key));
    const timer = setTimeout(() => {
      this.#draftTimers.delete(key);
      timeline.dropDrafts(user);
    }, DRAFT_TIMEOUT_MS);
    this.#draftTimers.set(key, timer);
  }
}
