/** Full-text search in all that the user may read. */

import { signal } from "@preact/signals";
import type { ChatClient } from "../../../client/chat_client.ts";
import type { Envelope } from "../../../protocol/message.ts";
import { isRoom } from "../keys.ts";
import { words } from "../words.ts";

/** What is looked for; a filter that is empty does not narrow. */
export interface Query {
  readonly words: string;
  /** `#room` or a user's name: the conversation. */
  readonly place: string;
  /** Who said it. */
  readonly sender: string;
}

/** Filters can also be typed among the words: `in:#tea from:bob`, or with `=` as the server has it. */
const FILTER = /^(in|from)[:=](\S+)$/i;

export class Search {
  readonly isOpen = signal(false);
  /** Goes up each time that the field is to have the focus. */
  readonly calls = signal(0);
  readonly query = signal("");
  readonly place = signal("");
  readonly sender = signal("");
  readonly results = signal<readonly Envelope[]>([]);
  /** What `results` belong to; undefined before the first search. */
  readonly searched = signal<Query | undefined>(undefined);
  /** The `seq` of the result that was gone to last. */
  readonly opened = signal<number | undefined>(undefined);
  readonly more = signal(false);
  readonly busy = signal(false);
  readonly problem = signal("");
  readonly #client: ChatClient;
  #runs = 0;

  constructor(client: ChatClient) {
    this.#client = client;
  }

  /** Shows what was found last, or what is looked for now. */
  open(query = this.query.value): void {
    this.query.value = query;
    this.isOpen.value = true;
    this.calls.value += 1;
  }

  /** Looks in one conversation only. */
  openIn(place: string): void {
    this.place.value = place;
    this.open();
  }

  close(): void {
    this.isOpen.value = false;
  }

  async run(): Promise<void> {
    this.#takeFilters();
    const query = {
      words: this.query.value,
      place: this.place.value.trim(),
      sender: this.sender.value.trim(),
    };
    this.results.value = [];
    this.searched.value = undefined;
    this.opened.value = undefined;
    this.more.value = false;
    if (query.words === "") this.problem.value = "Write a word to look for.";
    else await this.#find(query, "");
  }

  /** The next results, further back. */
  async runOlder(): Promise<void> {
    const last = this.results.value.at(-1)?.seq;
    if (last !== undefined && this.searched.value) await this.#find(this.searched.value, ` before=${last}`);
  }

  /** Filters that were typed among the words go to their fields. */
  #takeFilters(): void {
    const left = this.query.value.split(/\s+/).filter((word) => {
      const [, key, value] = FILTER.exec(word) ?? [];
      if (key?.toLowerCase() === "in") this.place.value = value!;
      else if (key?.toLowerCase() === "from") this.sender.value = value!;
      return key === undefined;
    });
    this.query.value = left.join(" ").trim();
  }

  async #find(query: Query, range: string): Promise<void> {
    this.#runs += 1;
    const run = this.#runs;
    this.busy.value = true;
    this.problem.value = "";
    try {
      const { metadata } = await this.#client.command(`/find ${query.words}${filtersOf(query)}${range}`);
      // Something else may be looked for by now.
      if (run !== this.#runs) return;
      this.results.value = [...this.results.value, ...metadata.messages as Envelope[]];
      this.more.value = metadata.more === true;
      this.searched.value = query;
    } catch (error) {
      if (run === this.#runs) this.problem.value = words(error);
    } finally {
      if (run === this.#runs) this.busy.value = false;
    }
  }
}

function filtersOf({ place, sender }: Query): string {
  const from = sender.replace(/^@/, "");
  const where = isRoom(place) ? place : place.replace(/^@/, "");
  return (where === "" ? "" : ` in=${where}`) + (from === "" ? "" : ` from=${from}`);
}
