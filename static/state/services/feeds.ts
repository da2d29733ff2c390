/** What services publish: kept for each service, live and loaded from its feed. Readings are no messages of the conversation. */

import { batch, signal } from "@preact/signals";
import type { ChatClient } from "../../../client/chat_client.ts";
import { ConnectionLost } from "../../../client/connection_lost.ts";
import { ChatError } from "../../../protocol/errors.ts";
import type { Envelope } from "../../../protocol/message.ts";
import { conversationKey, feedOf } from "../keys.ts";
import { type Reading, readingOf } from "./reading_values.ts";
import type { Page } from "../reading/timeline.ts";
import { words } from "../words.ts";

/** As many as the server gives at once. */
const PAGE_SIZE = 200;
/** Of one wish for older readings at most so many pages are loaded: 2,000 readings draw as well as more. */
const PAGES_AT_ONCE = 10;
const MOST_READINGS = 20_000;
const TRIM_TO = 15_000;

type OnNewest = (source: string, page: Page) => void;

export class Feed {
  /** Oldest first. */
  readonly readings = signal<readonly Reading[]>([]);
  /** There are readings before those that are loaded. */
  readonly hasOlder = signal(false);
  readonly isLoaded = signal(false);
  readonly isLoading = signal(false);
  readonly problem = signal("");
  /** The one that somebody came for, as from the search. */
  readonly target = signal<number | undefined>(undefined);
  /** Counts how often all was forgotten, after which it has to be loaded again. */
  readonly cleared = signal(0);
  readonly #client: ChatClient;
  readonly #onNewest: OnNewest;

  /** @param name of the service, as it is called now */
  constructor(client: ChatClient, onNewest: OnNewest, public name: string) {
    this.#client = client;
    this.#onNewest = onNewest;
  }

  receive(message: Envelope): void {
    const reading = readingOf(message);
    const all = this.readings.value;
    const last = all.at(-1);
    if (Number.isNaN(reading.at) || last && reading.seq <= last.seq) return;
    this.readings.value = [...all, reading];
    if (all.length < MOST_READINGS) return;
    this.readings.value = this.readings.value.slice(-TRIM_TO);
    this.hasOlder.value = true;
  }

  /** What this browser kept, until there is a connection. */
  restore({ messages, more }: Page): void {
    this.readings.value = readingsOf(messages);
    this.hasOlder.value = more;
  }

  /** Loads the newest readings, beside those that came already. */
  async refresh(): Promise<void> {
    await this.#load("", (page, more, messages) => {
      this.#onNewest(feedOf(this.name), { messages, more });
      const known = this.readings.value;
      const first = page[0]?.seq ?? Infinity;
      const hasHole = more && (known.at(-1)?.seq ?? Infinity) < first;
      this.#put(hasHole ? page : merged(known, page));
      if (hasHole || !this.isLoaded.value) this.hasOlder.value = more;
      this.isLoaded.value = true;
    });
  }

  /** Loads older readings until they go back to `at` (milliseconds since 1970), as far as there are any. */
  async loadSince(at: number): Promise<void> {
    for (let page = 0; page < PAGES_AT_ONCE; page++) {
      const first = this.readings.value[0];
      if (!this.hasOlder.value || !first || first.at <= at || this.problem.value !== "") return;
      await this.loadOlder();
    }
  }

  /** Shows a reading that is known, as one that was found; far back only among the first of those that come with it. */
  async goTo({ seq, timestamp }: Envelope): Promise<void> {
    this.target.value = seq;
    if (!this.isLoaded.value) await this.refresh();
    await this.loadSince(Date.parse(timestamp) - 1);
  }

  async loadOlder(): Promise<void> {
    const before = this.readings.value[0]?.seq;
    if (before === undefined || this.isLoading.value) return;
    await this.#load(` before=${before}`, (page, more) => {
      this.#put(merged(page, this.readings.value));
      this.hasOlder.value = more && this.readings.value.length < MOST_READINGS;
    });
  }

  clear(): void {
    batch(() => {
      this.readings.value = [];
      this.hasOlder.value = false;
      this.isLoaded.value = false;
      this.cleared.value += 1;
    });
  }

  #put(readings: readonly Reading[]): void {
    this.readings.value = readings;
  }

  async #load(
    range: string,
    take: (page: Reading[], more: boolean, messages: Envelope[]) => void,
  ): Promise<void> {
    this.isLoading.value = true;
    this.problem.value = "";
    try {
      const { metadata } = await this.#client.command(
        `/history ${feedOf(this.name)} ${PAGE_SIZE}${range}`,
      );
      const messages = metadata.messages as Envelope[];
      batch(() => take(readingsOf(messages), metadata.more === true, messages));
    } catch (error) {
      // A lost connection is shown by the banner; somebody unknown has published nothing.
      const isUnknown = error instanceof ChatError && error.code === "no_such_user";
      if (isUnknown) this.isLoaded.value = true;
      else if (!(error instanceof ConnectionLost)) this.problem.value = words(error);
    } finally {
      this.isLoading.value = false;
    }
  }
}

export class Feeds {
  readonly #client: ChatClient;
  readonly #onNewest: OnNewest;
  readonly #feeds = new Map<string, Feed>();

  /** @param onNewest hears of the newest page of a feed, as it was loaded */
  constructor(client: ChatClient, onNewest: OnNewest) {
    this.#client = client;
    this.#onNewest = onNewest;
  }

  of(service: string): Feed {
    const key = conversationKey(service);
    const known = this.#feeds.get(key);
    if (known) return known;
    const feed = new Feed(this.#client, this.#onNewest, service);
    this.#feeds.set(key, feed);
    return feed;
  }

  receive(message: Envelope): void {
    this.of(message.sender).receive(message);
  }

  /** After a gap, or where the server has another log. */
  clear(): void {
    for (const feed of this.#feeds.values()) feed.clear();
  }

  rename(old: string, name: string): void {
    const feed = this.#feeds.get(conversationKey(old));
    if (!feed) return;
    this.#feeds.delete(conversationKey(old));
    feed.name = name;
    this.#feeds.set(conversationKey(name), feed);
  }
}

function readingsOf(messages: readonly Envelope[]): Reading[] {
  return messages.map(readingOf).filter(({ at }) => !Number.isNaN(at));
}

/** Two lists that may overlap, in the order of seq. */
function merged(older: readonly Reading[], newer: readonly Reading[]): readonly Reading[] {
  const bySeq = new Map([...older, ...newer].map((reading) => [reading.seq, reading]));
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}
