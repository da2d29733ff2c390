/** Rows of users and conversations as the store's records. */

import { userKey } from "../../protocol/names.ts";
import type { ConversationKind, ConversationRecord, Millis, UserId, UserRecord } from "../store.ts";
import type { Statements } from "./statements.ts";

export interface UserRow {
  readonly id: number;
  readonly name: string;
  readonly kind: "account" | "guest" | "placeholder" | "removed";
  readonly is_bot: number;
  readonly password_hash: string | null;
  readonly delivered_seq: number;
  readonly last_seen_at: number;
  readonly created_at: number;
}

export const USER_COLUMNS =
  "u.id, u.name, u.kind, u.is_bot, u.password_hash, u.delivered_seq, u.last_seen_at, u.created_at";

export function toUser(row: UserRow): UserRecord {
  return {
    id: row.id,
    name: row.name,
    isBot: row.is_bot === 1,
    isGuest: row.kind === "guest",
    passwordHash: row.password_hash,
    // Nobody can log in as a removed guest either; messages to it are kept, and that is all.
    isPlaceholder: row.kind === "placeholder" || row.kind === "removed",
    deliveredSeq: row.delivered_seq,
    lastSeenAt: row.last_seen_at,
    isUnseen: row.last_seen_at === row.created_at,
  };
}

/** Whoever has this name now, a removed guest too. */
export function userNamed(sql: Statements, name: string): UserRow | undefined {
  return sql.get<UserRow>(`SELECT ${USER_COLUMNS} FROM users u WHERE u.name_key = ?`, userKey(name));
}

/** The account to which this former name still leads. */
export function userFormerlyNamed(sql: Statements, name: string, now: Millis): UserRow | undefined {
  return sql.get<UserRow>(
    `SELECT ${USER_COLUMNS} FROM former_names f JOIN users u ON u.id = f.user_id
    WHERE f.name_key = ? AND f.leads_until > ?`,
    userKey(name),
    now,
  );
}

export function userWithId(sql: Statements, id: UserId): UserRecord | null {
  const row = sql.get<UserRow>(`SELECT ${USER_COLUMNS} FROM users u WHERE u.id = ?`, id);
  return row ? toUser(row) : null;
}

export interface ConversationRow {
  readonly id: number;
  readonly kind: ConversationKind;
  readonly name: string;
  readonly user_a: number | null;
  readonly user_b: number | null;
}

export const CONVERSATION_COLUMNS = "c.id, c.kind, c.name, c.user_a, c.user_b";

export function toConversation({ id, kind, name, user_a, user_b }: ConversationRow): ConversationRecord {
  return { id, kind, name, userIds: [user_a, user_b].filter((user) => user !== null) };
}

export function roomByKey(sql: Statements, key: string): ConversationRow | undefined {
  return sql.get(
    `SELECT ${CONVERSATION_COLUMNS} FROM conversations c WHERE c.kind = 'room' AND c.name_key = ?`,
    key,
  );
}

export function directOf(sql: Statements, a: UserId, b: UserId): ConversationRow | undefined {
  return sql.get(
    `SELECT ${CONVERSATION_COLUMNS} FROM conversations c WHERE c.kind = 'direct' AND c.user_a = ? AND c.user_b = ?`,
    Math.min(a, b),
    Math.max(a, b),
  );
}

export function feedOf(sql: Statements, publisherId: UserId): ConversationRow | undefined {
  return sql.get(
    `SELECT ${CONVERSATION_COLUMNS} FROM conversations c WHERE c.kind = 'feed' AND c.user_a = ?`,
    publisherId,
  );
}
