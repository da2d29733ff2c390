/** What this browser keeps of the user's conversations, so that the page opens with them before there is a connection. */

import { effect } from "@preact/signals";
import type { Envelope } from "../../../protocol/message.ts";
import { userKey } from "../../../protocol/names.ts";
import type { Chat } from "../chat.ts";
import { database } from "./database.ts";
import type { KeptPage, Overview } from "./kept_records.ts";
import { conversationKey, isFeed, sourceOf } from "../keys.ts";
import { overviewOf, watchOverview } from "./overview.ts";
import type { Page } from "../reading/timeline.ts";

/** So much later what has changed is kept. */
const KEEP_AFTER_MS = 1_000;
/** So many sources of conversations are kept, those that were opened last, and so many messages of each. */
const PAGES = 16;
const MESSAGES = 50;

export interface Restored {
  readonly overview: Overview;
  readonly pages: readonly KeptPage[];
}

export class OfflineCopy {
  readonly #chat: Chat;
  readonly #pages = new Map<string, KeptPage>();
  readonly #changed = new Set<string>();
  readonly #closing = new AbortController();
  #user = "";
  #epoch = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopWatching: (() => void) | undefined;

  constructor(chat: Chat) {
    this.#chat = chat;
  }

  /** What was kept for this user; undefined where that is not enough to open with. */
  async restore(user: string): Promise<Restored | undefined> {
    const key = userKey(user);
    const [overview, kept] = await Promise.all([database.overviewOf(key), database.pagesOf(key)]);
    if (!overview) return undefined;
    const newestFirst = kept.filter(({ epoch }) => epoch === overview.epoch)
      .sort((a, b) => b.openedAt - a.openedAt);
    const pages = newestFirst.slice(0, PAGES);
    const old = kept.filter((page) => !pages.includes(page));
    if (old.length > 0) void database.forgetPages(key, old.map(({ source }) => source));
    this.setLog(user, overview.epoch);
    for (const page of pages) this.#pages.set(page.source, page);
    return { overview, pages };
  }

  /** Whose copy it is, and of which log; what was kept of another log is void. */
  setLog(user: string, epoch: string): void {
    const isOther = this.#epoch !== "" && this.#epoch !== epoch;
    const isRenamed = this.#user !== "" && this.#user !== userKey(user);
    this.#user = userKey(user);
    if (isRenamed) { for (const source of this.#pages.keys()) this.#changed.add(source); }
    this.#epoch = epoch;
    if (!isOther) return;
    this.clear();
    void database.forgetPages(this.#user);
  }

  /** Keeps up with the page from now on. */
  begin(): void {
    this.#stopWatching ??= effect(() => {
      watchOverview(this.#chat);
      this.#keepSoon();
    });
    const { signal } = this.#closing;
    addEventListener("pagehide", () => this.#keep(), { signal });
    document.addEventListener("visibilitychange", () => document.hidden && this.#keep(), { signal });
  }

  /** The newest messages of a source of a conversation, as they were just loaded. */
  takeNewest(source: string, { messages, more }: Page): void {
    const page = { user: this.#user, epoch: this.#epoch, messages, more, openedAt: Date.now() };
    this.#put({ ...page, source: sourceKey(source) });
  }

  /** A message that came, or that the user said. */
  receive(message: Envelope, me: string): void {
    const page = this.#pages.get(sourceKey(sourceOf(message, me)));
    const last = page?.messages.at(-1)?.seq ?? 0;
    if (page && (message.seq ?? 0) > last) this.#put({ ...page, messages: [...page.messages, message] });
  }

  /** Forgets what was loaded: there is a hole after it. */
  clear(): void {
    this.#pages.clear();
    this.#changed.clear();
  }

  /** Keeps nothing any more. */
  close(): void {
    this.#closing.abort();
    this.#stopWatching?.();
    clearTimeout(this.#timer);
    this.#user = "";
  }

  #put(page: KeptPage): void {
    const messages = page.messages.slice(-MESSAGES);
    const more = page.more || messages.length < page.messages.length;
    this.#pages.set(page.source, { ...page, messages, more });
    this.#changed.add(page.source);
    this.#keepSoon();
  }

  #keepSoon(): void {
    this.#timer ??= setTimeout(() => this.#keep(), KEEP_AFTER_MS);
  }

  #keep(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#user === "" || this.#epoch === "") return;
    const changed = [...this.#changed].flatMap((source) => this.#pages.get(source) ?? []);
    this.#changed.clear();
    void database.keepOverview(
      { ...overviewOf(this.#chat), user: this.#user, epoch: this.#epoch },
      changed.map((page) => ({ ...page, user: this.#user })),
    );
  }
}

/** The feed of a user's is another source than the conversation with them. */
function sourceKey(source: string): string {
  return conversationKey(source) + (isFeed(source) ? "/feed" : "");
}
