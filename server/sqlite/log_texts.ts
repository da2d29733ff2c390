/** The texts of the log as the search reads them: those that are not in the full-text index yet. */

import type { ConversationId, Seq, UserId } from "../store.ts";
import { decodeText, type RawText, TEXT } from "./message_rows.ts";
import type { Statements } from "./statements.ts";

export interface LogText {
  readonly seq: Seq;
  readonly conversation_id: ConversationId;
  readonly sender_id: UserId;
  readonly text: string;
}

const COLUMNS = `m.seq, m.conversation_id, m.sender_id, ${TEXT}`;

/** Ascending. */
export function textsAfter(log: Statements, seq: Seq, limit: number): LogText[] {
  return decoded(
    log.all(`SELECT ${COLUMNS} FROM messages m WHERE m.seq > ? ORDER BY m.seq LIMIT ?`, seq, limit),
  );
}

/**
 * Between the two, bounds excluded, descending: those that contain both words in whatever case, and all that are not plain
 * ASCII (where a NUL is among them `length` counts less too).
 * @param words plain ASCII letters and digits; null where plain ASCII cannot match
 */
export function textsBetween(
  log: Statements,
  after: Seq,
  before: Seq,
  words: readonly [string, string] | null,
): LogText[] {
  return decoded(log.all(
    `SELECT ${COLUMNS} FROM messages m WHERE m.seq > ? AND m.seq < ?
      AND (m.text LIKE ? AND m.text LIKE ? OR octet_length(m.text) <> length(m.text)) ORDER BY m.seq DESC`,
    after,
    before,
    words && `%${words[0]}%`,
    words && `%${words[1]}%`,
  ));
}

function decoded(rows: readonly (Omit<LogText, "text"> & { readonly text: RawText })[]): LogText[] {
  return rows.map((row) => ({ ...row, text: decodeText(row.text) }));
}
