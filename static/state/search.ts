/** Full-text search in all that the user may read. */

import { signal } from "@preact/signals";
import type { ChatClient } from "../../client/chat_client.ts";
import type { Envelope } from "../../protocol/message.ts";
import { words } from "./words.ts";

export class Search {
  readonly isOpen = signal(false);
  readonly query = signal("");
  readonly results = signal<readonly Envelope[]>([]);
  /** The query that `results` belong to; empty before the first. */
  readonly searched = signal("");
  readonly more = signal(false);
  readonly busy = signal(false);
  readonly problem = signal("");
  readonly #client: ChatClient;

  constructor(client: ChatClient) {
    this.#client = client;
  }

  open(query = this.query.value): void {
    this.query.value = query;
    this.isOpen.value = true;
  }

  close(): void {
    this.isOpen.value = false;
  }

  async run(): Promise<void> {
    const query = this.query.value.trim();
    if (query === "") return;
    this.results.value = [];
    await this.#find(query, "");
  }

  /** The next results, further back. */
  async runOlder(): Promise<void> {
    const last = this.results.value.at(-1)?.seq;
    if (last !== undefined) await this.#find(this.searched.value, ` before=${last}`);
  }

  async #find(query: string, range: string): Promise<void> {
    this.busy.value = true;
    this.problem.value = "";
    try {
      const { metadata } = await this.#client.command(`/find ${query}${range}`);
      this.results.value = [...this.results.value, ...metadata.messages as Envelope[]];
      this.more.value = metadata.more === true;
      this.searched.value = query;
    } catch (error) {
      this.problem.value = words(error);
    } finally {
      this.busy.value = false;
    }
  }
}
