/** The log as it is on disk, read when no server has it open. */

import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { StoredRow } from "./checker.ts";
import { conversationOf } from "./history.ts";

const SELECT = `
  SELECT m.seq, m.client_id AS id, m.text, s.name AS sender, c.kind, c.name AS room, r.name AS receiver
  FROM messages m
  JOIN users s ON s.id = m.sender_id
  JOIN conversations c ON c.id = m.conversation_id
  LEFT JOIN users r ON r.id = iif(c.user_a = m.sender_id, c.user_b, c.user_a)
  ORDER BY m.seq`;

/** In the order of seq. */
export function readStoredLog(folder: string): StoredRow[] {
  using database = new DatabaseSync(join(folder, "parley.db"), { readOnly: true });
  return database.prepare(SELECT).all().map((row) => {
    const sender = String(row.sender);
    const destination = row.kind === "room"
      ? String(row.room)
      : row.kind === "feed"
      ? ""
      : String(row.receiver);
    return {
      seq: Number(row.seq),
      sender,
      id: row.id === null ? undefined : String(row.id),
      conversation: conversationOf(sender, destination),
      text: String(row.text),
    };
  });
}
