/** Every write but `append`, as SQL. Each runs inside the transaction of its batch. */

import { roomKey, userKey } from "../../protocol/names.ts";
import type {
  ConversationId,
  ConversationRecord,
  Joined,
  Millis,
  NewUser,
  Seq,
  UserId,
  UserRecord,
} from "../store.ts";
import { ClientIds } from "./client_ids.ts";
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

const RETURN_USER = `RETURNING ${USER_COLUMNS.replaceAll("u.", "")}`;
const RETURN_CONVERSATION = `RETURNING ${CONVERSATION_COLUMNS.replaceAll("c.", "")}`;
/** Kept from others, for each user. */
const MAX_FORMER_NAMES = 5;
const HEAD = "(SELECT coalesce(max(seq), 0) FROM messages)";

export class WriteOperations {
  readonly clientIds: ClientIds;

  constructor(readonly sql: Statements) {
    this.clientIds = new ClientIds(sql);
  }

  /** Answers when all before it is committed. */
  ping(): void {}

  /** As `ping`, and writes more than any message does. It differs each time, since SQLite writes no page that stays the same. */
  probe(): void {
    this.sql.run("INSERT OR REPLACE INTO meta VALUES ('probe', hex(randomblob(16384)))");
  }

  // ---- users ----

  createUser(user: NewUser, now: Millis): UserRecord | null {
    const holder = userNamed(this.sql, user.name);
    if (holder) return holder.kind === "placeholder" ? this.#fillPlaceholder(holder.id, user, now) : null;
    if (this.#isFormerName(user.name, now)) return null;
    const row = this.sql.get<UserRow>(
      `INSERT INTO users (name, name_key, kind, is_bot, password_hash, created_at, last_seen_at, delivered_seq)
      VALUES (?, ?, ?, ?, ?, ?, ?, ${HEAD}) ${RETURN_USER}`,
      user.name,
      userKey(user.name),
      kindOf(user),
      Number(user.isBot),
      user.passwordHash,
      now,
      now,
    );
    return toUser(row!);
  }

  #fillPlaceholder(id: UserId, user: NewUser, now: Millis): UserRecord {
    const row = this.sql.get<UserRow>(
      `UPDATE users SET name = ?, kind = ?, is_bot = ?, password_hash = ?, last_seen_at = ?, created_at = ?
      WHERE id = ? ${RETURN_USER}`,
      user.name,
      kindOf(user),
      Number(user.isBot),
      user.passwordHash,
      now,
      now,
      id,
    );
    return toUser(row!);
  }

  findOrReserveUser(name: string, now: Millis): UserRecord {
    const holder = userNamed(this.sql, name) ?? userFormerlyNamed(this.sql, name, now);
    if (holder) return toUser(holder);
    this.#dropFormerName(name);
    const row = this.sql.get<UserRow>(
      `INSERT INTO users (name, name_key, kind, is_bot, password_hash, created_at, last_seen_at, delivered_seq)
      VALUES (?, ?, 'placeholder', 0, NULL, ?, ?, 0) ${RETURN_USER}`,
      name,
      userKey(name),
      now,
      now,
    );
    return toUser(row!);
  }

  renameUser(id: UserId, name: string, aliasUntil: Millis, now: Millis): boolean {
    const user = userWithId(this.sql, id);
    const holder = userNamed(this.sql, name) ?? userFormerlyNamed(this.sql, name, now);
    if (!user) return false;
    if (holder && holder.id !== id && !this.#freeUnused(holder)) return false;
    this.#dropFormerName(name);
    this.sql.run("UPDATE users SET name = ?, name_key = ? WHERE id = ?", name, userKey(name), id);
    if (userKey(user.name) !== userKey(name)) this.#keepFormerName(user.name, id, aliasUntil);
    return true;
  }

  /** Takes the name from a placeholder that no message waits for: the message that it was made for was refused. */
  #freeUnused({ id, kind }: UserRow): boolean {
    const isFree = kind === "placeholder" && !this.sql.get(
      "SELECT 1 FROM participants p JOIN messages m ON m.conversation_id = p.conversation_id WHERE p.user_id = ?",
      id,
    );
    // No user's key holds a space.
    if (isFree) this.sql.run("UPDATE users SET name_key = 'unused ' || id WHERE id = ?", id);
    return isFree;
  }

  /** Whether it still leads to an account; where it does no more, it is forgotten. */
  #isFormerName(name: string, now: Millis): boolean {
    if (userFormerlyNamed(this.sql, name, now)) return true;
    this.#dropFormerName(name);
    return false;
  }

  #keepFormerName(name: string, id: UserId, until: Millis): void {
    this.sql.run(
      "INSERT OR REPLACE INTO former_names (name_key, user_id, leads_until) VALUES (?, ?, ?)",
      userKey(name),
      id,
      until,
    );
    this.sql.run(
      `DELETE FROM former_names WHERE user_id = ?1 AND name_key NOT IN (
        SELECT name_key FROM former_names WHERE user_id = ?1 ORDER BY leads_until DESC LIMIT ${MAX_FORMER_NAMES})`,
      id,
    );
  }

  #dropFormerName(name: string): void {
    this.sql.run("DELETE FROM former_names WHERE name_key = ?", userKey(name));
  }

  setPassword(
    userId: UserId,
    passwordHash: string,
    keepTokenHash: string | null,
    oldHash?: string | null,
  ): boolean {
    const changes = this.sql.run(
      "UPDATE users SET password_hash = ? WHERE id = ? AND (? OR password_hash IS ?)",
      passwordHash,
      userId,
      Number(oldHash === undefined),
      oldHash ?? null,
    );
    if (changes === 0) return false;
    this.sql.run("DELETE FROM tokens WHERE user_id = ? AND token_hash IS NOT ?", userId, keepTokenHash);
    return true;
  }

  saveDelivered(users: readonly { userId: UserId; deliveredSeq: Seq; lastSeenAt: Millis }[]): void {
    for (const { userId, deliveredSeq, lastSeenAt } of users) {
      this.sql.run(
        "UPDATE users SET delivered_seq = max(delivered_seq, ?), last_seen_at = max(last_seen_at, ?) WHERE id = ?",
        deliveredSeq,
        lastSeenAt,
        userId,
      );
    }
  }

  removeGuests(lastSeenBefore: Millis): UserId[] {
    const guests = this.sql.all<{ id: UserId }>(
      "UPDATE users SET kind = 'removed', password_hash = NULL WHERE kind = 'guest' AND last_seen_at < ? RETURNING id",
      lastSeenBefore,
    );
    for (const { id } of guests) {
      this.sql.run("DELETE FROM tokens WHERE user_id = ?", id);
      this.sql.run("DELETE FROM participants WHERE user_id = ?", id);
    }
    return guests.map(({ id }) => id);
  }

  // ---- tokens ----

  addToken(userId: UserId, tokenHash: string, at: Millis, passwordHash?: string | null): boolean {
    return this.sql.run(
      `INSERT INTO tokens (token_hash, user_id, created_at, last_used_at)
      SELECT ?1, id, ?3, ?3 FROM users WHERE id = ?2 AND (?4 OR password_hash IS ?5)`,
      tokenHash,
      userId,
      at,
      Number(passwordHash === undefined),
      passwordHash ?? null,
    ) === 1;
  }

  touchToken(tokenHash: string, at: Millis): void {
    this.sql.run(
      "UPDATE tokens SET last_used_at = max(last_used_at, ?) WHERE token_hash = ?",
      at,
      tokenHash,
    );
  }

  removeToken(tokenHash: string): void {
    this.sql.run("DELETE FROM tokens WHERE token_hash = ?", tokenHash);
  }

  removeTokens(unusedSince: Millis): void {
    this.sql.run("DELETE FROM tokens WHERE last_used_at < ?", unusedSince);
  }

  // ---- conversations ----

  findOrMakeRoom(name: string, at: Millis): ConversationRecord {
    const key = roomKey(name);
    const row = roomByKey(this.sql, key) ?? this.sql.get<ConversationRow>(
      `INSERT INTO conversations (kind, name, name_key, created_at) VALUES ('room', ?, ?, ?) ${RETURN_CONVERSATION}`,
      name,
      key,
      at,
    );
    return toConversation(row!);
  }

  findOrMakeDirect(a: UserId, b: UserId, at: Millis): ConversationRecord {
    const existing = directOf(this.sql, a, b);
    if (existing) return toConversation(existing);
    const row = this.sql.get<ConversationRow>(
      `INSERT INTO conversations (kind, name, user_a, user_b, created_at) VALUES ('direct', '', ?, ?, ?)
      ${RETURN_CONVERSATION}`,
      Math.min(a, b),
      Math.max(a, b),
      at,
    );
    for (const user of new Set([a, b])) {
      this.sql.run("INSERT INTO participants VALUES (?, ?, ?, 0, 0)", row!.id, user, at);
    }
    return toConversation(row!);
  }

  findOrMakeFeed(publisherId: UserId, at: Millis): ConversationRecord {
    const existing = feedOf(this.sql, publisherId);
    if (existing) return toConversation(existing);
    const row = this.sql.get<ConversationRow>(
      `INSERT INTO conversations (kind, name, user_a, created_at) VALUES ('feed', '', ?, ?) ${RETURN_CONVERSATION}`,
      publisherId,
      at,
    );
    this.join(row!.id, publisherId, at);
    return toConversation(row!);
  }

  join(conversationId: ConversationId, userId: UserId, at: Millis): Joined {
    const changes = this.sql.run(
      `INSERT INTO participants (conversation_id, user_id, joined_at, joined_seq, read_seq)
      VALUES (?, ?, ?, ${HEAD}, ${HEAD}) ON CONFLICT DO NOTHING`,
      conversationId,
      userId,
      at,
    );
    const row = this.sql.get<{ joined_seq: Seq; count: number }>(
      `SELECT joined_seq, (SELECT count(*) FROM participants WHERE conversation_id = p.conversation_id) AS count
      FROM participants p WHERE conversation_id = ? AND user_id = ?`,
      conversationId,
      userId,
    );
    return { isNew: changes === 1, seq: row!.joined_seq, count: row!.count };
  }

  leave(conversationId: ConversationId, userId: UserId): boolean {
    return this.sql.run(
      "DELETE FROM participants WHERE conversation_id = ? AND user_id = ?",
      conversationId,
      userId,
    ) === 1;
  }

  markRead(conversationId: ConversationId, userId: UserId, seq: Seq): Seq {
    const row = this.sql.get<{ read_seq: Seq }>(
      `UPDATE participants SET read_seq = max(read_seq, min(?,
        (SELECT coalesce(max(seq), 0) FROM messages WHERE conversation_id = participants.conversation_id)))
      WHERE conversation_id = ? AND user_id = ? RETURNING read_seq`,
      seq,
      conversationId,
      userId,
    );
    return row?.read_seq ?? 0;
  }
}

function kindOf(user: NewUser): string {
  return user.isGuest ? "guest" : "account";
}
