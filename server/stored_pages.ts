/**
 * Stored messages for those who catch up. When many come back at once they ask for the same: what is asked for while a read is
 * under way is read together, each message once, and who asked for the same shares the bytes.
 */

import { LIMITS } from "../protocol/message.ts";
import { Page } from "./chunk.ts";
import { messageJson, messageText } from "./encode.ts";
import type { Format } from "./live.ts";
import type { Seq, Store, StoredMessage } from "./store.ts";

/** Messages that are read at once, unless one alone asks for more: other reads wait for so long. */
const READ_MESSAGES = 400;

interface Wanted extends PromiseWithResolvers<StoredRun> {
  readonly seqs: readonly Seq[];
}

export class StoredPages {
  readonly #store: Pick<Store, "messagesBySeq">;
  /** What the next reads bring, by the seqs. */
  readonly #wanted = new Map<string, Wanted>();
  #isReading = false;

  constructor(store: Pick<Store, "messagesBySeq">) {
    this.#store = store;
  }

  /** Resolves with messages as they are now or later; what does not exist is left out. Rejects as the store does. */
  read(seqs: readonly Seq[]): Promise<StoredRun> {
    const key = seqs.join();
    const wanted = this.#wanted.get(key) ?? { seqs, ...Promise.withResolvers<StoredRun>() };
    this.#wanted.set(key, wanted);
    if (!this.#isReading) void this.#readAll();
    return wanted.promise;
  }

  async #readAll(): Promise<void> {
    this.#isReading = true;
    while (this.#wanted.size > 0) await this.#readNext(this.#takeNext());
    this.#isReading = false;
  }

  #takeNext(): Wanted[] {
    const taken: Wanted[] = [];
    const distinct = new Set<Seq>();
    for (const [key, wanted] of this.#wanted) {
      for (const seq of wanted.seqs) distinct.add(seq);
      if (taken.length > 0 && distinct.size > READ_MESSAGES) break;
      taken.push(wanted);
      this.#wanted.delete(key);
    }
    return taken;
  }

  async #readNext(taken: readonly Wanted[]): Promise<void> {
    try {
      const seqs = new Set(taken.flatMap(({ seqs }) => seqs));
      const messages = await this.#store.messagesBySeq([...seqs]);
      const bySeq = new Map(messages.map((message) => [message.seq, message]));
      for (const { seqs, resolve } of taken) {
        resolve(new StoredRun(seqs.flatMap((seq) => bySeq.get(seq) ?? [])));
      }
    } catch (error) {
      for (const { reject } of taken) reject(error);
    }
  }
}

/** Messages in the order in which they were asked for. */
export class StoredRun {
  readonly #messages: readonly StoredMessage[];
  #json: readonly Page[] | undefined;

  constructor(messages: readonly StoredMessage[]) {
    this.#messages = messages;
  }

  get length(): number {
    return this.#messages.length;
  }

  /** Pages of about as much as a reply may be. @param viewer of text mode */
  pages(format: Format, viewer: string): readonly Page[] {
    if (format === "json") return this.#json ??= this.#pagesOf((message) => messageJson(message, STORED));
    return this.#pagesOf((message) => messageText(message, viewer, true));
  }

  #pagesOf(lineOf: (message: StoredMessage) => string): Page[] {
    const pages: Page[] = [];
    let lines: string[] = [];
    let size = 0;
    this.#messages.forEach((message, i) => {
      const line = lineOf(message);
      lines.push(line);
      size += line.length;
      if (size < LIMITS.replyBytes && i < this.#messages.length - 1) return;
      pages.push(new Page(lines, message.seq));
      lines = [];
      size = 0;
    });
    return pages;
  }
}

const STORED = { stored: true };
