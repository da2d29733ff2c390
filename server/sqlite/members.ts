/** Who takes part in a conversation. */

import type { ConversationId, MemberRecord, UserId } from "../store.ts";
import type { Statements } from "./statements.ts";

export function countMembers(sql: Statements, conversationId: ConversationId): number {
  return sql.get<{ count: number }>(
    "SELECT count(*) AS count FROM participants WHERE conversation_id = ?",
    conversationId,
  )!.count;
}

/** Each looks up the other table by its key: the first then sorts all members, the second walks all users by name. */
const BY_MEMBER = `SELECT u.id, u.name, u.is_bot FROM participants p CROSS JOIN users u ON u.id = p.user_id
  WHERE p.conversation_id = ? ORDER BY u.name_key LIMIT ?`;
const BY_NAME = `SELECT u.id, u.name, u.is_bot
  FROM users u CROSS JOIN participants p ON p.conversation_id = ? AND p.user_id = u.id
  ORDER BY u.name_key LIMIT ?`;

/** The first by name, whichever way takes fewer steps: a lobby of thousands is read without sorting it. */
export function readMembers(sql: Statements, conversationId: ConversationId, limit: number): MemberRecord[] {
  const members = countMembers(sql, conversationId);
  const users = sql.get<{ last: number }>("SELECT coalesce(max(id), 0) AS last FROM users")!.last;
  const stepsByName = users * Math.min(1, limit / members);
  return sql.all<{ id: UserId; name: string; is_bot: number }>(
    stepsByName < members ? BY_NAME : BY_MEMBER,
    conversationId,
    limit,
  ).map(({ id, name, is_bot }) => ({ userId: id, name, isBot: is_bot === 1 }));
}
