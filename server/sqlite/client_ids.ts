/**
 * Which message a sender gave an id to before. An index that takes in ids as they come would write a page of its own
 * for nearly every message, since ids are random. So it lags behind: the ids of the newest messages are kept in memory
 * and, sorted, merged into the table `client_ids` by the tens of thousands, a piece with each batch; neighbours then share their
 * pages. `client_ids_seq` in `meta` says how far the table is, and the log itself has the rest: nothing is lost with the memory.
 * Nearly every id is new, and a filter says so without the table. It is filled a part at a time; what it cannot tell yet, the table is asked.
 */

import type { Seq, UserId } from "../store.ts";
import { ClientIdHash } from "./client_id_hash.ts";
import { HashFilter } from "./hash_filter.ts";
import { HashTable } from "./hash_table.ts";
import type { Statements } from "./statements.ts";

/** How many messages are merged in one go. Two such parts are in memory at most: 2 MiB each. */
const PART_MESSAGES = 65_536;

/** Most servers hear a few messages an hour. */
const FIRST_CAPACITY = 1024;

/** So a part is merged before the next one is full. */
const MERGED_PER_MESSAGE = 2;
const MERGED_AT_LEAST = 64;

/** Goes into one statement: half the cost of one statement each. There is one prepared statement for each number up to it. */
const ENTRIES_AT_ONCE = 32;

/** What `isAnyInTable` takes. */
export const HASHES_AT_ONCE = 16;

const IS_ANY_IN_TABLE = `SELECT 1 FROM client_ids WHERE hash IN (${Array(HASHES_AT_ONCE).fill("?")}) LIMIT 1`;

/** What goes from the table into the filter in one go: a millisecond. */
const FILTERED_AT_ONCE = 8192;

/** As JSON: a third of the time that so many rows take. */
const NEXT_HASHES = `SELECT json_group_array(hash) AS hashes FROM
  (SELECT hash FROM client_ids WHERE hash > ? ORDER BY hash LIMIT ${FILTERED_AT_ONCE})`;

/** So catching up takes 100 MB, however long the log. */
const CAUGHT_UP_AT_ONCE = 1_000_000;

/** Rows of the table that are compared with the log on start. */
const SAMPLES = 10;

const IS_KEY = /^[0-9a-f]{16}$/;
const IS_SEQ = /^[0-9]{1,15}$/;

/** A part of the log whose ids are on their way into the table. */
interface Part {
  readonly seqs: HashTable;
  /** Ascending. */
  readonly hashes: Float64Array;
  merged: number;
  readonly lastSeq: Seq;
}

export class ClientIds {
  readonly #sql: Statements;
  #hash: ClientIdHash | undefined;
  #isLoaded = false;
  #dataVersion = 0;
  #part: Part | null = null;
  /** What follows the part, hash to seq. */
  #recent = new HashTable(FIRST_CAPACITY);
  /** What is older is in the part or in the table. */
  #recentAfter: Seq = 0;
  /** Of the hashes in the table up to `#filteredTo`, and of all that were put into it since. Those beyond are looked for in the table. */
  #filter = new HashFilter(0);
  #filteredTo = -Infinity;
  /** What `isAnyInTable` asks the table for, used again each time. */
  readonly #sought = new Float64Array(HASHES_AT_ONCE);

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  /**
   * Brings the table near the head of the log, where it is far behind (after a migration) or does not fit the log. 5 s for a
   * million messages; a piece of it that was committed is not done again.
   */
  catchUp(messagesAtOnce = CAUGHT_UP_AT_ONCE): void {
    this.#sql.transaction("BEGIN IMMEDIATE", () => {
      if (!this.#isSound()) this.#startAnew();
    });
    while (this.#head() - this.#mergedSeq() > 2 * PART_MESSAGES) {
      this.#sql.transaction("BEGIN IMMEDIATE", () => this.#mergeLog(messagesAtOnce));
    }
  }

  /** Whether the key and the position can be what the table was made with. A wrong key would find no id again. */
  #isSound(): boolean {
    if (!IS_KEY.test(this.#meta("client_ids_key")) || !IS_SEQ.test(this.#meta("client_ids_seq"))) {
      return false;
    }
    const hash = this.#readHash();
    const samples = this.#sql.all<{ hash: number; sender_id: UserId; client_id: string }>(
      `SELECT c.hash, m.sender_id, m.client_id
      FROM (SELECT hash, seq FROM client_ids LIMIT ${SAMPLES}) c CROSS JOIN messages m USING (seq)`,
    );
    return samples.every((row) => row.hash === hash.of(row.sender_id, row.client_id));
  }

  #startAnew(): void {
    this.#sql.run("DELETE FROM client_ids");
    this.#sql.run(
      "INSERT OR REPLACE INTO meta VALUES ('client_ids_key', lower(hex(randomblob(8)))), ('client_ids_seq', '0')",
    );
  }

  /** To be called first in a transaction: another process may have stored messages since the last one. */
  begin(): void {
    this.#noteOthers();
    if (this.#filter.isFull) this.#startFilter();
    if (!this.#isLoaded) this.#load();
  }

  #noteOthers(): void {
    const { data_version } = this.#sql.get<{ data_version: number }>("PRAGMA data_version")!;
    if (data_version === this.#dataVersion) return;
    this.#dataVersion = data_version;
    this.forget();
    this.#startFilter();
  }

  /** To be called where anything was rolled back: it is read again then. */
  forget(): void {
    this.#isLoaded = false;
  }

  hashOf(senderId: UserId, clientId: string): number {
    if (!this.#isLoaded) this.#load();
    return this.#hash!.of(senderId, clientId);
  }

  /** Messages that may have an id of that hash, beside those in the table `client_ids`. */
  recentWith(hash: number): Seq[] {
    const seqs = [this.#part?.seqs.get(hash), this.#recent.get(hash)];
    return seqs.filter((seq) => seq !== undefined);
  }

  isRecent(hash: number): boolean {
    return this.#recent.has(hash) || this.#part !== null && this.#part.seqs.has(hash);
  }

  /** @param hashes as many as HASHES_AT_ONCE; NaN, which SQLite takes as NULL, is in no table */
  isAnyInTable(hashes: Float64Array): boolean {
    let isSought = false;
    for (let at = 0; at < hashes.length; at++) {
      const may = this.#mayBeInTable(hashes[at]!);
      this.#sought[at] = may ? hashes[at]! : NaN;
      isSought ||= may;
    }
    return isSought && this.#sql.get(IS_ANY_IN_TABLE, ...this.#sought) !== undefined;
  }

  #mayBeInTable(hash: number): boolean {
    return hash > this.#filteredTo || !Number.isNaN(hash) && this.#filter.mayHave(hash);
  }

  #startFilter(): void {
    this.#filter = new HashFilter(Math.max(this.#filter.size, this.#mergedSeq()));
    this.#filteredTo = -Infinity;
  }

  /** Whether a part of the table is not in the filter yet. */
  get isFilterBehind(): boolean {
    return this.#filteredTo < Infinity;
  }

  /** Takes the next part of the table into the filter, outside of a transaction. */
  fillFilter(): void {
    this.#noteOthers();
    const { hashes } = this.#sql.get<{ hashes: string }>(NEXT_HASHES, this.#filteredTo)!;
    const next = JSON.parse(hashes) as number[];
    for (const hash of next) this.#filter.add(hash);
    this.#filteredTo = next.length < FILTERED_AT_ONCE ? Infinity : Math.max(...next);
  }

  add(hash: number, seq: Seq): void {
    // Two ids with one hash: the table holds any number of them.
    if (this.#recent.has(hash)) this.#insert([[hash, seq]]);
    else this.#recent.add(hash, seq);
  }

  /** To be called last in a transaction that appended so many messages. */
  end(messages: number): void {
    if (messages === 0 || !this.#isLoaded) return;
    if (this.#part) return this.#merge(this.#part, Math.max(MERGED_AT_LEAST, messages * MERGED_PER_MESSAGE));
    const head = this.#head();
    if (head - this.#recentAfter >= PART_MESSAGES) this.#startPart(head);
  }

  #startPart(lastSeq: Seq): void {
    this.#part = { seqs: this.#recent, hashes: this.#recent.sorted(), merged: 0, lastSeq };
    this.#recent = new HashTable(FIRST_CAPACITY);
    this.#recentAfter = lastSeq;
  }

  #merge(part: Part, count: number): void {
    const end = Math.min(part.merged + count, part.hashes.length);
    const entries = Array.from(
      part.hashes.subarray(part.merged, end),
      (hash) => [hash, part.seqs.get(hash)!],
    );
    for (let at = 0; at < entries.length; at += ENTRIES_AT_ONCE) {
      this.#insert(entries.slice(at, at + ENTRIES_AT_ONCE));
    }
    part.merged = end;
    if (end < part.hashes.length) return;
    this.#saveMergedSeq(part.lastSeq);
    this.#part = null;
  }

  /** The next messages that the log has and the table has not, sorted by SQLite in memory. */
  #mergeLog(messages: number): void {
    const hash = this.#readHash();
    this.#sql.db.function("client_id_hash", (sender, id) => hash.of(Number(sender), String(id)));
    const [after, head] = [this.#mergedSeq(), this.#head()];
    const last = Math.min(after + messages, head);
    this.#sql.run(
      `INSERT OR IGNORE INTO client_ids SELECT client_id_hash(sender_id, client_id) AS hash, seq FROM messages
      WHERE client_id IS NOT NULL AND seq > ? AND seq <= ? ORDER BY hash, seq`,
      after,
      last,
    );
    this.#saveMergedSeq(last);
  }

  #load(): void {
    this.#hash = this.#readHash();
    this.#part = null;
    this.#recent = new HashTable(FIRST_CAPACITY);
    this.#recentAfter = this.#mergedSeq();
    this.#isLoaded = true;
    for (const { seq, sender_id, client_id } of this.#unmerged()) {
      this.add(this.#hash.of(sender_id, client_id), seq);
    }
  }

  #unmerged() {
    return this.#sql.all<{ seq: Seq; sender_id: UserId; client_id: string }>(
      "SELECT seq, sender_id, client_id FROM messages WHERE seq > ? AND client_id IS NOT NULL ORDER BY seq",
      this.#recentAfter,
    );
  }

  /** They may be there already: a merge that was broken off begins again. */
  #insert(entries: readonly number[][]): void {
    for (const [hash] of entries) this.#filter.add(hash!);
    const values = entries.map(() => "(?, ?)").join();
    this.#sql.run(`INSERT OR IGNORE INTO client_ids (hash, seq) VALUES ${values}`, ...entries.flat());
  }

  #readHash(): ClientIdHash {
    return new ClientIdHash(this.#meta("client_ids_key"));
  }

  #mergedSeq(): Seq {
    return Number(this.#meta("client_ids_seq"));
  }

  #saveMergedSeq(seq: Seq): void {
    this.#sql.run("UPDATE meta SET value = ? WHERE key = 'client_ids_seq'", String(seq));
  }

  #meta(key: string): string {
    return this.#sql.get<{ value: string }>("SELECT value FROM meta WHERE key = ?", key)?.value ?? "";
  }

  #head(): Seq {
    return this.#sql.get<{ head: Seq }>("SELECT coalesce(max(seq), 0) AS head FROM messages")!.head;
  }
}
