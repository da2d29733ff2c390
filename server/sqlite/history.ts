/** Pages of one conversation. */

import type { HistoryQuery, Page } from "../store.ts";
import { type MessageRow, SELECT_MESSAGES, toMessages } from "./message_rows.ts";
import type { Statements } from "./statements.ts";

const OLDER = `${SELECT_MESSAGES} WHERE m.conversation_id = ? AND m.seq < ? ORDER BY m.seq DESC LIMIT ?`;
const NEWER = `${SELECT_MESSAGES} WHERE m.conversation_id = ? AND m.seq > ? ORDER BY m.seq LIMIT ?`;

export function readHistory(sql: Statements, query: HistoryQuery): Page {
  const { conversationId, limit, before, after, around } = query;
  if (around !== undefined) return readAround(sql, query, around);
  if (after === undefined) return olderThan(sql, query, before ?? Number.MAX_SAFE_INTEGER, limit);
  // One more than asked for tells whether there are more.
  const rows = sql.all<MessageRow>(NEWER, conversationId, after, limit + 1);
  return { messages: toMessages(rows.slice(0, limit)), more: rows.length > limit };
}

function readAround(sql: Statements, query: HistoryQuery, around: number): Page {
  const older = olderThan(sql, query, around, Math.floor(query.limit / 2));
  const rest = query.limit - older.messages.length;
  const newer = sql.all<MessageRow>(NEWER, query.conversationId, around - 1, rest);
  return { messages: [...older.messages, ...toMessages(newer)], more: older.more };
}

function olderThan(sql: Statements, query: HistoryQuery, before: number, limit: number): Page {
  const rows = sql.all<MessageRow>(OLDER, query.conversationId, before, limit + 1);
  return { messages: toMessages(rows.slice(0, limit).reverse()), more: rows.length > limit };
}
