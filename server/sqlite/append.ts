/** Messages into the log. They cross to the writer as columns: a fifth of what rows cost to copy. */

import type { StatementResultingChanges } from "node:sqlite";
import type { Appended, ConversationId, Millis, NewMessage, Seq, UserId } from "../store.ts";
import type { ClientIds } from "./client_ids.ts";
import type { Statements } from "./statements.ts";

export interface MessageColumns {
  readonly conversationIds: ConversationId[];
  readonly senderIds: UserId[];
  readonly types: NewMessage["type"][];
  readonly texts: string[];
  readonly metadatas: string[];
  readonly clientIds: (string | null)[];
  readonly createdAts: Millis[];
  /** Of questions: row to bot. */
  readonly askedBotIds: Map<number, UserId>;
  /** Of answers: row to question. */
  readonly answersSeqs: Map<number, Seq>;
}

export function noColumns(): MessageColumns {
  return {
    conversationIds: [],
    senderIds: [],
    types: [],
    texts: [],
    metadatas: [],
    clientIds: [],
    createdAts: [],
    askedBotIds: new Map(),
    answersSeqs: new Map(),
  };
}

export function addToColumns(columns: MessageColumns, message: NewMessage): void {
  const row = columns.texts.length;
  columns.conversationIds.push(message.conversationId);
  columns.senderIds.push(message.senderId);
  columns.types.push(message.type);
  columns.texts.push(message.text);
  columns.metadatas.push(message.metadata);
  columns.clientIds.push(message.clientId);
  columns.createdAts.push(message.createdAt);
  if (message.askedBotId !== undefined) columns.askedBotIds.set(row, message.askedBotId);
  if (message.answersSeq !== undefined) columns.answersSeqs.set(row, message.answersSeq);
}

/** What became of each row: its seq, or 0 where it was not stored; then `refused` says why. */
export interface AppendedColumns {
  readonly seqs: Float64Array<ArrayBuffer>;
  readonly refused: Map<number, Appended>;
}

export function outcomeOf(columns: AppendedColumns, row: number): Appended {
  const seq = columns.seqs[row]!;
  return seq > 0 ? { status: "stored", seq } : columns.refused.get(row)!;
}

interface EarlierRow {
  readonly seq: Seq;
  readonly conversation_id: ConversationId;
  readonly type: string;
  readonly has_same_text: number;
  readonly created_at: Millis;
}

/** Nothing where an id of the same hash is in the table. */
const INSERT_IF_NEW =
  `INSERT INTO messages (conversation_id, sender_id, type, text, metadata, client_id, created_at)
  SELECT ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM client_ids WHERE hash = ?)`;
const INSERT = `INSERT INTO messages (conversation_id, sender_id, type, text, metadata, client_id, created_at)
  VALUES (?, ?, ?, ?, ?, ?, ?)`;

/** Stores row after row of one batch. */
export class Appender {
  readonly result: AppendedColumns;
  readonly #sql: Statements;
  readonly #ids: ClientIds;
  readonly #columns: MessageColumns;

  constructor(sql: Statements, ids: ClientIds, columns: MessageColumns) {
    this.#sql = sql;
    this.#ids = ids;
    this.#columns = columns;
    this.result = { seqs: new Float64Array(columns.texts.length), refused: new Map() };
  }

  append(row: number): void {
    const columns = this.#columns;
    const question = columns.answersSeqs.get(row);
    if (question !== undefined) return this.#answer(row, question);
    const seq = this.#insert(row);
    const bot = columns.askedBotIds.get(row);
    if (bot !== undefined && seq > 0) {
      this.#sql.run("INSERT INTO questions (seq, bot_id) VALUES (?, ?)", seq, bot);
    }
  }

  /** Returns 0 where the sender used the id before. */
  #insert(row: number): Seq {
    const clientId = this.#columns.clientIds[row]!;
    if (clientId === null) return this.#stored(row, this.#sql.prepare(INSERT).run(...this.#valuesOf(row)));
    const hash = this.#ids.hashOf(this.#columns.senderIds[row]!, clientId);
    const seq = this.#insertIfNew(row, hash) || this.#insertIfOnlyTheHashIsOld(row);
    if (seq > 0) this.#ids.add(hash, seq);
    return seq;
  }

  #insertIfNew(row: number, hash: number): Seq {
    if (this.#ids.isRecent(hash)) return 0;
    return this.#stored(row, this.#sql.prepare(INSERT_IF_NEW).run(...this.#valuesOf(row), hash));
  }

  #insertIfOnlyTheHashIsOld(row: number): Seq {
    const earlier = this.#earlier(row);
    if (!earlier) return this.#stored(row, this.#sql.prepare(INSERT).run(...this.#valuesOf(row)));
    this.result.refused.set(row, this.#repeated(row, earlier));
    return 0;
  }

  #stored(row: number, { changes, lastInsertRowid }: StatementResultingChanges): Seq {
    return changes === 1 ? this.result.seqs[row] = Number(lastInsertRowid) : 0;
  }

  #valuesOf(row: number) {
    const columns = this.#columns;
    return [
      columns.conversationIds[row]!,
      columns.senderIds[row]!,
      columns.types[row]!,
      columns.texts[row]!,
      columns.metadatas[row]!,
      columns.clientIds[row]!,
      columns.createdAts[row]!,
    ] as const;
  }

  /** A repeated answer is a duplicate, although its question is not open any more. */
  #answer(row: number, question: Seq): void {
    const earlier = this.#earlier(row);
    if (earlier) {
      this.result.refused.set(row, this.#repeated(row, earlier));
    } else if (this.#isOpen(row, question)) {
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
