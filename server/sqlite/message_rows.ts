/** Messages as they are read: with the present names of those whom they name. */

import type { ConversationId, ConversationRecord, Seq, StoredMessage } from "../store.ts";
import { CONVERSATION_COLUMNS, type ConversationRow, toConversation } from "./records.ts";
import type { Statements } from "./statements.ts";

/** node:sqlite reads a text only up to its first NUL; such a text is read as bytes. */
export const TEXT = "iif(instr(m.text, char(0)), CAST(m.text AS BLOB), m.text) AS text";

/** As `TEXT` reads it. */
export type RawText = string | Uint8Array;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export function decodeText(raw: RawText): string {
  return typeof raw === "string" ? raw : decoder.decode(raw);
}

export interface MessageRow extends Omit<ConversationRow, "id"> {
  readonly seq: Seq;
  readonly conversation_id: ConversationId;
  readonly sender_id: number;
  readonly sender_name: string;
  /** Of a direct conversation the user who did not say this. */
  readonly receiver_name: string | null;
  readonly type: "chat" | "subscription";
  readonly text: RawText;
  readonly metadata: string;
  readonly client_id: string | null;
  readonly created_at: number;
}

/** To be followed by conditions on `m`. `CROSS JOIN` keeps SQLite from beginning with another table. */
export const SELECT_MESSAGES = selectMessagesFrom("messages m");

/** @param source a table or a join in which `m` is the messages */
export function selectMessagesFrom(source: string): string {
  return `SELECT m.seq, m.conversation_id, m.sender_id, s.name AS sender_name, m.type, ${TEXT}, m.metadata,
      m.client_id, m.created_at, ${CONVERSATION_COLUMNS.replace("c.id, ", "")}, r.name AS receiver_name
    FROM ${source}
    CROSS JOIN users s ON s.id = m.sender_id
    CROSS JOIN conversations c ON c.id = m.conversation_id
    LEFT JOIN users r ON c.kind = 'direct' AND r.id = iif(c.user_a = m.sender_id, c.user_b, c.user_a)`;
}

const BY_SEQ = selectMessagesFrom("json_each(?) wanted CROSS JOIN messages m ON m.seq = wanted.value");

/** In the order of `seqs`; what does not exist is left out. */
export function messagesAt(sql: Statements, seqs: readonly Seq[]): StoredMessage[] {
  return toMessages(sql.all<MessageRow>(BY_SEQ, JSON.stringify(seqs)));
}

/** The messages of one answer; those of a conversation share its record, which then crosses to the main thread once. */
export function toMessages(rows: readonly MessageRow[]): StoredMessage[] {
  const conversations = new Map<ConversationId, ConversationRecord>();
  return rows.map((row) => {
    let conversation = conversations.get(row.conversation_id);
    if (!conversation) {
      conversation = toConversation({ ...row, id: row.conversation_id });
      conversations.set(row.conversation_id, conversation);
    }
    return toMessage(row, conversation);
  });
}

function toMessage(row: MessageRow, conversation: ConversationRecord): StoredMessage {
  return {
    seq: row.seq,
    conversation,
    senderId: row.sender_id,
    senderName: row.sender_name,
    destination: conversation.kind === "room" ? conversation.name : row.receiver_name ?? "",
    type: row.type,
    text: decodeText(row.text),
    metadata: row.metadata,
    clientId: row.client_id,
    createdAt: row.created_at,
  };
}
