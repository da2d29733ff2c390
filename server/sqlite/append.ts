/** Messages into the log. */

import type { StatementResultingChanges } from "node:sqlite";
import type { Appended, ConversationId, Millis, Seq } from "../store.ts";
import { type ClientIds, HASHES_AT_ONCE } from "./client_ids.ts";
import type { AppendedColumns, MessageColumns } from "./message_columns.ts";
import type { Statements } from "./statements.ts";

/** Go into one statement, which halves what a row costs. There is one prepared statement for each number up to it. */
const ROWS_AT_ONCE = HASHES_AT_ONCE;

interface EarlierRow {
  readonly seq: Seq;
  readonly conversation_id: ConversationId;
  readonly type: string;
  readonly has_same_text: number;
  readonly created_at: Millis;
}

/** `INSERTS[n]` stores n rows. */
const INSERTS = Array.from(
  { length: ROWS_AT_ONCE + 1 },
  (_, rows) =>
    `INSERT INTO messages (conversation_id, sender_id, type, text, metadata, client_id, created_at)
    VALUES ${Array(rows).fill("(?, ?, ?, ?, ?, ?, ?)").join()}`,
);

/** Stores the rows of one batch, in order. */
export class Appender {
  readonly result: AppendedColumns;
  readonly #sql: Statements;
  readonly #ids: ClientIds;
  readonly #columns: MessageColumns;
  /** Of the rows that go into one statement; NaN where a row has no id. */
  readonly #hashes = new Float64Array(ROWS_AT_ONCE);

  constructor(sql: Statements, ids: ClientIds, columns: MessageColumns) {
    this.#sql = sql;
    this.#ids = ids;
    this.#columns = columns;
    this.result = { seqs: new Float64Array(columns.texts.length), refused: new Map() };
  }

  /** Stores the rows from `first` up to, and without, `end`. */
  append(first: number, end: number): void {
    for (let row = first; row < end;) {
      const count = this.#gather(row, Math.min(end, row + ROWS_AT_ONCE));
      if (count > 0 && !this.#ids.isAnyInTable(this.#hashes)) this.#insertTogether(row, count);
      else for (let i = 0; i < Math.max(count, 1); i++) this.#appendOne(row + i);
      row += Math.max(count, 1);
    }
  }

  /** How many rows from here on are plain messages whose ids are not in memory, nor twice among them; their hashes. */
  #gather(first: number, end: number): number {
    this.#hashes.fill(NaN);
    let row = first;
    for (; row < end && this.#isPlain(row); row++) {
      const hash = this.#hashOf(row);
      if (!Number.isNaN(hash) && (this.#ids.isRecent(hash) || this.#hashes.includes(hash))) break;
      this.#hashes[row - first] = hash;
    }
    return row - first;
  }

  #isPlain(row: number): boolean {
    return !this.#columns.askedBotIds.has(row) && !this.#columns.answersSeqs.has(row);
  }

  #hashOf(row: number): number {
    const clientId = this.#columns.clientIds[row]!;
    return clientId === null ? NaN : this.#ids.hashOf(this.#columns.senderIds[row]!, clientId);
  }

  /** Numbers are given in ascending order, without a hole: there is no other writer within the transaction. */
  #insertTogether(first: number, count: number): void {
    const lastSeq = Number(this.#insertRows(first, count).lastInsertRowid);
    for (let i = 0; i < count; i++) this.#stored(first + i, this.#hashes[i]!, lastSeq - count + 1 + i);
  }

  #insertRows(first: number, count: number): StatementResultingChanges {
    const columns = this.#columns;
    const values = [];
    for (let row = first; row < first + count; row++) {
      values.push(
        columns.conversationIds[row]!,
        columns.senderIds[row]!,
        columns.types[row]!,
        columns.texts[row]!,
        columns.metadatas[row]!,
        columns.clientIds[row]!,
        columns.createdAts[row]!,
      );
    }
    return this.#sql.prepare(INSERTS[count]!).run(...values);
  }

  #stored(row: number, hash: number, seq: Seq): Seq {
    if (!Number.isNaN(hash)) this.#ids.add(hash, seq);
    return this.result.seqs[row] = seq;
  }

  #appendOne(row: number): void {
    const earlier = this.#earlier(row);
    const question = this.#columns.answersSeqs.get(row);
    if (earlier) this.result.refused.set(row, this.#repeated(row, earlier));
    else if (question !== undefined) this.#answer(row, question);
    else this.#ask(row, this.#insert(row));
  }

  #insert(row: number): Seq {
    return this.#stored(row, this.#hashOf(row), Number(this.#insertRows(row, 1).lastInsertRowid));
  }

  #ask(row: number, seq: Seq): void {
    const bot = this.#columns.askedBotIds.get(row);
    if (bot === undefined) return;
    this.#sql.run("INSERT INTO questions (seq, bot_id) VALUES (?, ?)", seq, bot);
  }

  #answer(row: number, question: Seq): void {
    if (this.#isOpen(row, question)) {
      this.#sql.run("UPDATE questions SET answer_seq = ? WHERE seq = ?", this.#insert(row), question);
    } else if (this.#isParticipant(row)) {
      this.#insert(row);
    } else {
      this.result.refused.set(row, { status: "not_asked" });
    }
  }

  #isParticipant(row: number): boolean {
    return this.#sql.get(
      "SELECT 1 FROM participants WHERE conversation_id = ? AND user_id = ?",
      this.#columns.conversationIds[row]!,
      this.#columns.senderIds[row]!,
    ) !== undefined;
  }

  #isOpen(row: number, question: Seq): boolean {
    return this.#sql.get(
      `SELECT 1 FROM questions q JOIN messages m ON m.seq = q.seq
      WHERE q.seq = ? AND q.bot_id = ? AND q.answer_seq IS NULL AND m.conversation_id = ?`,
      question,
      this.#columns.senderIds[row]!,
      this.#columns.conversationIds[row]!,
    ) !== undefined;
  }

  #earlier(row: number): EarlierRow | undefined {
    const clientId = this.#columns.clientIds[row]!;
    if (clientId === null) return undefined;
    const senderId = this.#columns.senderIds[row]!;
    const hash = this.#ids.hashOf(senderId, clientId);
    return this.#sql.get(
      `SELECT seq, conversation_id, type, text = ? AS has_same_text, created_at FROM messages
      WHERE seq IN (SELECT seq FROM client_ids WHERE hash = ? UNION ALL SELECT value FROM json_each(?))
        AND sender_id = ? AND client_id = ?`,
      this.#columns.texts[row]!,
      hash,
      JSON.stringify(this.#ids.recentWith(hash)),
      senderId,
      clientId,
    );
  }

  #repeated(row: number, earlier: EarlierRow): Appended {
    const columns = this.#columns;
    const isSame = earlier.conversation_id === columns.conversationIds[row] &&
      earlier.type === columns.types[row] && earlier.has_same_text === 1;
    return isSame
      ? { status: "duplicate", seq: earlier.seq, createdAt: earlier.created_at }
      : { status: "conflict" };
  }
}
