/** Messages on their way to the writer, as columns: a fifth of what rows cost to copy between threads. */

import type { Appended, ConversationId, Millis, NewMessage, Seq, UserId } from "../store.ts";

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
