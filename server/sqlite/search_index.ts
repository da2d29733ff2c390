/**
 * search.db: the full-text index, filled a moment after the commit. It holds words and no texts, and can be made
 * again at any time from the log; so where anything is wrong with it, it is.
 */

import { DatabaseSync } from "node:sqlite";
import type { Seq } from "../store.ts";
import type { LogText } from "./log_texts.ts";
import { isDamage } from "./sqlite_errors.ts";
import { Statements } from "./statements.ts";

/** How the texts are split into words, here and wherever a text is compared in the same way. */
export const TOKENIZER = `tokenize = "unicode61 remove_diacritics 2"`;

/** Raised when the tables or what is written into them change. */
const VERSION = 2;

/**
 * Texts in one transaction: FTS5 writes a segment for each, and merges segments later; with 250 it cost twice as much. A
 * crash loses at most so many, which are then added again.
 */
const COMMITTED_TEXTS = 5000;

/**
 * `scope` holds the conversation and the sender as words, so that the index itself leaves out what the searcher may
 * not read. Without the sizes of columns, which only a ranking needs.
 */
const TABLES = `
  CREATE VIRTUAL TABLE texts USING fts5 (text, scope, content = '', columnsize = 0, ${TOKENIZER});
  CREATE TABLE progress (epoch TEXT NOT NULL, indexed_seq INTEGER NOT NULL) STRICT;
  PRAGMA user_version = ${VERSION};`;

export interface IndexQuery {
  readonly match: string;
  readonly conversationIds: readonly number[];
  readonly senderId?: number;
  readonly before: Seq;
  readonly limit: number;
}

export class SearchIndex {
  readonly #path: string;
  readonly #epoch: string;
  #sql: Statements;
  #indexedSeq = 0;
  /** Of the transaction that is open. */
  #uncommitted = 0;

  /**
   * Opens the index, or makes it where it is missing, damaged, of another log, or ahead of the log.
   * @throws Error where it cannot be made either
   */
  constructor(folder: string, { epoch, head }: { epoch: string; head: Seq }) {
    this.#path = `${folder}/search.db`;
    this.#epoch = epoch;
    this.#sql = this.#open(head) ?? this.#make();
  }

  /** Every message up to this one can be found here. */
  get indexedSeq(): Seq {
    return this.#indexedSeq;
  }

  /**
   * Takes in the texts that follow `indexedSeq`, ascending and with none left out; they can be found at once, and are
   * kept after the next `commit`. Where the index is found damaged it is empty afterwards.
   * @throws Error of SQLite; what was not committed is to be added again then
   */
  add(texts: readonly LogText[]): void {
    this.#remakingIfDamaged(() => {
      if (this.#uncommitted === 0) this.#sql.run("BEGIN IMMEDIATE");
      this.#uncommitted += texts.length;
      const insert = this.#sql.prepare("INSERT INTO texts (rowid, text, scope) VALUES (?, ?, ?)");
      for (const { seq, text, conversation_id, sender_id } of texts) {
        insert.run(seq, text, `c${conversation_id} s${sender_id}`);
      }
      this.#indexedSeq = texts.at(-1)!.seq;
      if (this.#uncommitted >= COMMITTED_TEXTS) this.#commit();
    });
  }

  /** Keeps what was added. */
  commit(): void {
    if (this.#uncommitted > 0) this.#remakingIfDamaged(() => this.#commit());
  }

  #commit(): void {
    this.#sql.run("UPDATE progress SET indexed_seq = ?", this.#indexedSeq);
    this.#sql.run("COMMIT");
    this.#uncommitted = 0;
  }

  /** Newest first. Null where the index was found damaged: it is empty now. */
  find({ match, conversationIds, senderId, before, limit }: IndexQuery): Seq[] | null {
    const scope = conversationIds.map((id) => `c${id}`).join(" OR ");
    const sender = senderId === undefined ? "" : ` AND scope : s${senderId}`;
    return this.#remakingIfDamaged(() =>
      this.#sql.all<{ seq: Seq }>(
        "SELECT rowid AS seq FROM texts WHERE texts MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?",
        `text : (${match}) AND scope : (${scope})${sender}`,
        before,
        limit,
      ).map(({ seq }) => seq)
    );
  }

  close(): void {
    try {
      this.commit();
    } catch {
      // A full disk: it is added again after the next start.
    }
    if (this.#sql.db.isOpen) this.#sql.db.close();
  }

  /** Null where what is there cannot be used. */
  #open(head: Seq): Statements | null {
    let db: DatabaseSync | undefined;
    try {
      db = new DatabaseSync(this.#path, { timeout: 5000 });
      const sql = configured(db);
      const { user_version } = sql.get<{ user_version: number }>("PRAGMA user_version")!;
      if (user_version === VERSION && this.#readProgress(sql, head)) return sql;
    } catch {
      // Damaged, or no database: made again, whatever the reason.
    }
    db?.close();
    return null;
  }

  #readProgress(sql: Statements, head: Seq): boolean {
    const progress = sql.get<{ epoch: string; indexed_seq: Seq }>("SELECT epoch, indexed_seq FROM progress");
    if (progress?.epoch !== this.#epoch || progress.indexed_seq > head) return false;
    this.#indexedSeq = progress.indexed_seq;
    return true;
  }

  #make(): Statements {
    for (const suffix of ["", "-wal", "-shm", "-journal"]) removeFile(this.#path + suffix);
    const sql = configured(new DatabaseSync(this.#path, { timeout: 5000 }));
    sql.db.exec(TABLES);
    sql.run("INSERT INTO progress VALUES (?, 0)", this.#epoch);
    this.#indexedSeq = 0;
    return sql;
  }

  #remakingIfDamaged<T>(work: () => T): T | null {
    try {
      return work();
    } catch (error) {
      // Closed: it was damaged, and could not be made again at once.
      const isLost = isDamage(error) || !this.#sql.db.isOpen;
      if (isLost) this.#remake();
      else this.#rollBack();
      if (!isLost) throw error;
      return null;
    }
  }

  #remake(): void {
    this.#uncommitted = 0;
    this.#indexedSeq = 0;
    if (this.#sql.db.isOpen) this.#sql.db.close();
    this.#sql = this.#make();
  }

  #rollBack(): void {
    if (this.#uncommitted === 0) return;
    this.#uncommitted = 0;
    if (this.#sql.db.isTransaction) this.#sql.run("ROLLBACK");
    this.#indexedSeq = this.#sql.get<{ indexed_seq: Seq }>("SELECT indexed_seq FROM progress")!.indexed_seq;
  }
}

/** NORMAL: a power cut may undo the last additions, which are then added again. */
function configured(db: DatabaseSync): Statements {
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384");
  return new Statements(db);
}

function removeFile(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
