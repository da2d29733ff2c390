/** The worker that reads: read-only on parley.db, and the owner of the full-text index. */

import type { Found, Page, SearchQuery, Seq } from "../store.ts";
import { textsAfter } from "./log_texts.ts";
import { openForReading } from "./open_database.ts";
import { ReadOperations } from "./read_operations.ts";
import { Search } from "./search.ts";
import { SearchIndex } from "./search_index.ts";
import { Statements } from "./statements.ts";
import { serve } from "./worker_rpc.ts";

export type ReadMethod = Exclude<keyof ReadOperations, "sql">;

export interface ReaderOptions {
  readonly folder: string;
  readonly epoch: string;
  /** False where another process owns the full-text index. */
  readonly ownsIndex: boolean;
}

/** How much is indexed at once: few enough that other reads wait for milliseconds only. */
const INDEX_ROWS = 250;

export class Reader {
  #operations!: ReadOperations;
  #index: SearchIndex | null = null;
  #search!: Search;

  open({ folder, epoch, ownsIndex }: ReaderOptions): void {
    this.#operations = new ReadOperations(new Statements(openForReading(folder)));
    if (ownsIndex) this.#index = new SearchIndex(folder, { epoch, head: this.#operations.head() });
    this.#search = new Search(this.#operations.sql, this.#index);
  }

  /** All statements of one read see the same moment of the log. */
  read(method: ReadMethod, ...args: unknown[]): unknown {
    const operation = this.#operations[method] as (...args: unknown[]) => unknown;
    return this.#operations.sql.transaction("BEGIN", () => operation.apply(this.#operations, args));
  }

  search(query: SearchQuery): Promise<Page<Found>> {
    return this.#search.find(query);
  }

  /**
   * Takes the next messages into the index, after a pause in which other calls are answered.
   * @returns the seq up to which all is indexed now
   */
  async fillIndex(pauseMs: number): Promise<Seq> {
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const index = this.#index!;
    const texts = textsAfter(this.#operations.sql, index.indexedSeq, INDEX_ROWS);
    if (texts.length > 0) index.add(texts);
    else index.commit();
    return index.indexedSeq;
  }

  close(): void {
    this.#search.close();
    this.#operations.sql.db.close();
  }
}

serve<Reader>(new Reader());
