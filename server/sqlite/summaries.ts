/** Lists of rooms and conversations, with what is unread. */

import { LIMITS } from "../../protocol/message.ts";
import type { ConversationSummary, RoomSummary, Seq, UserId } from "../store.ts";
import { messagesAt } from "./message_rows.ts";
import { CONVERSATION_COLUMNS, type ConversationRow, toConversation } from "./records.ts";
import type { Statements } from "./statements.ts";

const MAX_ROWS = 1000;

/** With the name last, nobody hides other rooms behind many of their own. */
export function listRooms(sql: Statements, limit: number): RoomSummary[] {
  const rows = sql.all<{ id: number; name: string; members: number; last_seq: Seq }>(
    `SELECT c.id, c.name,
      (SELECT count(*) FROM participants WHERE conversation_id = c.id) AS members,
      (SELECT coalesce(max(seq), 0) FROM messages WHERE conversation_id = c.id) AS last_seq
    FROM conversations c WHERE c.kind = 'room' ORDER BY members DESC, last_seq DESC, c.name_key LIMIT ?`,
    limit,
  );
  return rows.map(({ id, name, members, last_seq }) => ({
    conversationId: id,
    room: name,
    members,
    lastSeq: last_seq,
  }));
}

interface SummaryRow extends ConversationRow {
  readonly read_seq: Seq;
  readonly last_seq: Seq;
  readonly unread: number;
  /** The other user, the publisher, or null for a room. */
  readonly other_name: string | null;
}

/** The newest are chosen before anything is counted. */
const SUMMARIES = `
  WITH newest AS MATERIALIZED (
    SELECT conversation_id, user_id, read_seq,
      (SELECT coalesce(max(seq), 0) FROM messages WHERE conversation_id = p.conversation_id) AS last_seq
    FROM participants p WHERE user_id = ? ORDER BY last_seq DESC, conversation_id LIMIT ${MAX_ROWS}
  )
  SELECT ${CONVERSATION_COLUMNS}, n.read_seq, n.last_seq, o.name AS other_name,
    (SELECT count(*) FROM (
      SELECT 1 FROM messages
      WHERE conversation_id = n.conversation_id AND seq > n.read_seq AND sender_id <> n.user_id
      LIMIT ${LIMITS.unreadMax})) AS unread
  FROM newest n
  CROSS JOIN conversations c ON c.id = n.conversation_id
  LEFT JOIN users o ON o.id = iif(c.user_a = n.user_id, coalesce(c.user_b, c.user_a), c.user_a)
  ORDER BY n.last_seq DESC, n.conversation_id`;

export function summaries(sql: Statements, userId: UserId): ConversationSummary[] {
  const rows = sql.all<SummaryRow>(SUMMARIES, userId);
  const last = new Map(
    messagesAt(sql, rows.map((row) => row.last_seq)).map((message) => [message.seq, message]),
  );
  return rows.map((row) => ({
    conversation: toConversation(row),
    destination: row.other_name ?? row.name,
    lastSeq: row.last_seq,
    readSeq: row.read_seq,
    unread: row.unread,
    last: last.get(row.last_seq) ?? null,
  }));
}
