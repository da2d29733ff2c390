/** What a user missed: newest first out of the index of each conversation, so that old messages cost nothing. */

import { LIMITS } from "../../protocol/message.ts";
import type { ConversationId, Millis, Missed, Seq, UserId } from "../store.ts";
import type { Statements } from "./statements.ts";

interface Membership {
  readonly conversation_id: ConversationId;
  readonly joined_seq: Seq;
}

interface Question {
  readonly userId: UserId;
  readonly after: Seq;
  readonly includeOwn: boolean;
  readonly askedSince?: Millis;
}

/** One more than is delivered, since it tells where the gap ends. */
const KEPT = LIMITS.resumeMax + 1;

/** Open questions that are looked at again: more than a bot keeps waiting. Some stay open for good, so there may be many. */
const ASKED_AGAIN = 200;

/** The sender whose messages are left out; none has this id. */
const NOBODY = 0;

export function readMissed(sql: Statements, question: Question): Missed {
  const memberships = sql.all<Membership>(
    "SELECT conversation_id, joined_seq FROM participants WHERE user_id = ?",
    question.userId,
  );
  const newest = newestMissed(sql, question, memberships);
  const seqs = newest.slice(0, LIMITS.resumeMax).reverse();
  const leftOut = newest[LIMITS.resumeMax];
  return {
    seqs: [...askedBefore(sql, question), ...seqs],
    gap: leftOut === undefined ? null : { from: firstMissed(sql, question, memberships), to: leftOut },
    head: sql.get<{ head: Seq }>("SELECT coalesce(max(seq), 0) AS head FROM messages")!.head,
  };
}

/** At most KEPT, newest first. */
function newestMissed(sql: Statements, question: Question, memberships: readonly Membership[]): Seq[] {
  let newest = openQuestions(sql, question);
  for (const membership of memberships) {
    // What is older than KEPT others is not needed, however much of it there is.
    const floor = newest[KEPT - 1] ?? 0;
    const more = newestOf(sql, question, membership, floor);
    if (more.length > 0) newest = mergeDescending(newest, more);
  }
  return newest;
}

function newestOf(sql: Statements, question: Question, membership: Membership, floor: Seq): Seq[] {
  return sql.all<{ seq: Seq }>(
    `SELECT seq FROM messages WHERE conversation_id = ? AND seq > ? AND sender_id <> ?
    ORDER BY seq DESC LIMIT ${KEPT}`,
    membership.conversation_id,
    Math.max(startOf(question, membership), floor),
    leftOutSender(question),
  ).map(({ seq }) => seq);
}

/** The oldest that was missed, one step into the index of each conversation. */
function firstMissed(sql: Statements, question: Question, memberships: readonly Membership[]): Seq {
  const firsts = memberships.map((membership) =>
    sql.get<{ seq: Seq }>(
      "SELECT seq FROM messages WHERE conversation_id = ? AND seq > ? AND sender_id <> ? ORDER BY seq LIMIT 1",
      membership.conversation_id,
      startOf(question, membership),
      leftOutSender(question),
    )?.seq ?? Infinity
  );
  return Math.min(...firsts, ...openQuestions(sql, question));
}

function openQuestions(sql: Statements, { userId, after }: Question): Seq[] {
  return sql.all<{ seq: Seq }>(
    `SELECT seq FROM questions WHERE bot_id = ? AND answer_seq IS NULL AND seq > ? ORDER BY seq DESC LIMIT ${KEPT}`,
    userId,
    after,
  ).map(({ seq }) => seq);
}

/** What was delivered and has no answer yet, ascending. */
function askedBefore(sql: Statements, { userId, after, askedSince }: Question): Seq[] {
  if (askedSince === undefined) return [];
  return sql.all<{ seq: Seq }>(
    `SELECT m.seq FROM (
      SELECT seq FROM questions WHERE bot_id = ? AND answer_seq IS NULL AND seq <= ?
      ORDER BY seq DESC LIMIT ${ASKED_AGAIN}
    ) CROSS JOIN messages m USING (seq) WHERE m.created_at >= ? ORDER BY m.seq`,
    userId,
    after,
    askedSince,
  ).map(({ seq }) => seq);
}

function startOf({ after }: Question, { joined_seq }: Membership): Seq {
  return Math.max(after, joined_seq);
}

function leftOutSender({ userId, includeOwn }: Question): UserId {
  return includeOwn ? NOBODY : userId;
}

/** A question in a room that the bot is in comes from both sides. */
function mergeDescending(a: readonly Seq[], b: readonly Seq[]): Seq[] {
  return [...new Set([...a, ...b])].sort((x, y) => y - x).slice(0, KEPT);
}
