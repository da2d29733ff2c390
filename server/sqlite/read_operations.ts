/** Every read but the search, as SQL. Each sees one moment of the log. */

import { roomKey } from "../../protocol/names.ts";
import type {
  ConversationId,
  ConversationRecord,
  ConversationSummary,
  HistoryQuery,
  MemberRecord,
  Millis,
  Missed,
  Page,
  RoomSummary,
  Seq,
  StoredMessage,
  UserId,
  UserRecord,
} from "../store.ts";
import { readHistory } from "./history.ts";
import { countMembers, readMembers } from "./members.ts";
import { messagesAt } from "./message_rows.ts";
import { readMissed } from "./missed.ts";
import {
  CONVERSATION_COLUMNS,
  type ConversationRow,
  directOf,
  feedOf,
  roomByKey,
  toConversation,
  toUser,
  USER_COLUMNS,
  userFormerlyNamed,
  userNamed,
  type UserRow,
  userWithId,
} from "./records.ts";
import type { Statements } from "./statements.ts";
import { listRooms, summaries } from "./summaries.ts";

interface TokenUse {
  readonly user: UserRecord;
  readonly lastUsedAt: Millis;
}

export class ReadOperations {
  constructor(readonly sql: Statements) {}

  findUser(name: string, now: Millis): UserRecord | null {
    const holder = userNamed(this.sql, name);
    if (holder) return holder.kind === "removed" ? null : toUser(holder);
    const former = userFormerlyNamed(this.sql, name, now);
    return former ? toUser(former) : null;
  }

  userById(id: UserId): UserRecord | null {
    return userWithId(this.sql, id);
  }

  findToken(tokenHash: string): TokenUse | null {
    const row = this.sql.get<UserRow & { last_used_at: Millis }>(
      `SELECT ${USER_COLUMNS}, t.last_used_at FROM tokens t JOIN users u ON u.id = t.user_id WHERE t.token_hash = ?`,
      tokenHash,
    );
    return row ? { user: toUser(row), lastUsedAt: row.last_used_at } : null;
  }

  findRoom(name: string): ConversationRecord | null {
    return orNull(roomByKey(this.sql, roomKey(name)));
  }

  findDirect(a: UserId, b: UserId): ConversationRecord | null {
    return orNull(directOf(this.sql, a, b));
  }

  findFeed(publisherId: UserId): ConversationRecord | null {
    return orNull(feedOf(this.sql, publisherId));
  }

  conversationsOf(userId: UserId): ConversationRecord[] {
    return this.sql.all<ConversationRow>(
      `SELECT ${CONVERSATION_COLUMNS} FROM participants p CROSS JOIN conversations c ON c.id = p.conversation_id
      WHERE p.user_id = ? ORDER BY c.id`,
      userId,
    ).map(toConversation);
  }

  isParticipant(conversationId: ConversationId, userId: UserId): boolean {
    return this.sql.get(
      "SELECT 1 FROM participants WHERE conversation_id = ? AND user_id = ?",
      conversationId,
      userId,
    ) !== undefined;
  }

  countParticipants(conversationId: ConversationId): number {
    return countMembers(this.sql, conversationId);
  }

  participants(conversationId: ConversationId, limit: number): MemberRecord[] {
    return readMembers(this.sql, conversationId, limit);
  }

  listRooms(limit: number): RoomSummary[] {
    return listRooms(this.sql, limit);
  }

  summaries(userId: UserId): ConversationSummary[] {
    return summaries(this.sql, userId);
  }

  head(): Seq {
    return this.sql.get<{ head: Seq }>("SELECT coalesce(max(seq), 0) AS head FROM messages")!.head;
  }

  history(query: HistoryQuery): Page {
    return readHistory(this.sql, query);
  }

  missed(userId: UserId, after: Seq, options: { includeOwn: boolean; askedSince?: Millis }): Missed {
    return readMissed(this.sql, { ...options, userId, after });
  }

  messagesBySeq(seqs: readonly Seq[]): StoredMessage[] {
    return messagesAt(this.sql, seqs);
  }

  askerOf(seq: Seq, botId: UserId): UserId | null {
    const row = this.sql.get<{ sender_id: UserId }>(
      `SELECT m.sender_id FROM messages m JOIN conversations c ON c.id = m.conversation_id
      LEFT JOIN questions q ON q.seq = m.seq AND q.bot_id = ?2
      WHERE m.seq = ?1 AND m.sender_id <> ?2
      AND (q.seq IS NOT NULL OR c.kind = 'direct' AND ?2 IN (c.user_a, c.user_b))`,
      seq,
      botId,
    );
    return row?.sender_id ?? null;
  }

  isAsked(conversationId: ConversationId, botId: UserId): boolean {
    return this.sql.get(
      `SELECT 1 FROM questions q JOIN messages m ON m.seq = q.seq
      WHERE q.bot_id = ? AND q.answer_seq IS NULL AND m.conversation_id = ? ORDER BY q.seq DESC LIMIT 1`,
      botId,
      conversationId,
    ) !== undefined;
  }
}

function orNull(row: ConversationRow | undefined): ConversationRecord | null {
  return row ? toConversation(row) : null;
}
