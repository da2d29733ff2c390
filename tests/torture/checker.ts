/** Judges a whole run: what was said against what everybody saw, and against what is stored. */

import {
  type ClientLog,
  type History,
  isSent,
  type Membership,
  type Message,
  type Observation,
  type Said,
} from "./history.ts";

/**
 * - `lost`: acknowledged or shown to somebody, but not stored; or acknowledged, and not come to one who must have it.
 * - `duplicated`: twice to one reader, or stored twice, or a seq that was used twice.
 * - `reordered`: seq goes down at one reader, or one sender's messages are not in its order.
 * - `phantom`: nobody said it, or not so; or it was refused, and is there.
 * - `gap`: a message of a reader's own conversations is missing between others that came.
 * - `leak`: to somebody who was not a member, not a party.
 */
export const FAULTS = ["lost", "duplicated", "reordered", "phantom", "gap", "leak"] as const;
export type Fault = typeof FAULTS[number];

export interface Finding {
  readonly fault: Fault;
  readonly words: string;
}

/** A row of the log as it is on disk. */
export interface StoredRow extends Said {
  readonly seq: number;
}

export class Verdict {
  readonly findings: Finding[] = [];

  get isClean(): boolean {
    return this.findings.length === 0;
  }

  add(fault: Fault, words: string): void {
    this.findings.push({ fault, words });
  }

  count(fault: Fault): number {
    return this.findings.filter((finding) => finding.fault === fault).length;
  }

  /** The first few of each fault, a line each; empty where all is well. */
  get words(): string {
    return FAULTS.flatMap((fault) => {
      const some = this.findings.filter((finding) => finding.fault === fault);
      const more = some.length > 5 ? [`${fault}: … ${some.length} in all`] : [];
      return [...some.slice(0, 5).map(({ words }) => `${fault}: ${words}`), ...more];
    }).join("\n");
  }
}

/** @param log what is stored after the run, in the order of seq; left out where nobody looked */
export function judge(history: History, log?: readonly StoredRow[]): Verdict {
  const verdict = new Verdict();
  if (log) judgeLog(history, log, verdict);
  judgeSeqs(history, verdict);
  judgeRefused(history, verdict);
  const users = membershipsByUser(history);
  const conversations = byConversation(history);
  for (const client of history.clients) {
    judgeOwnOrder(client, verdict);
    judgeReader(client, { history, memberships: users.get(client.user)!, conversations, verdict });
  }
  return verdict;
}

/** Also notes each message's seq, which text clients do not see. */
function judgeLog(history: History, log: readonly StoredRow[], verdict: Verdict): void {
  const stored = new Set<Message>();
  for (const row of log) {
    const message = history.find(row);
    if (!message) {
      if (!history.outsiders.has(row.sender)) {
        verdict.add("phantom", `${describe(row)} is stored as ${row.seq}`);
      }
      continue;
    }
    if (stored.has(message)) verdict.add("duplicated", `${describe(message)} is stored again as ${row.seq}`);
    else message.seqs.add(row.seq);
    stored.add(message);
  }
  const seen = new Set<unknown>(
    history.clients.flatMap(({ observed }) => observed.map(({ message }) => message)),
  );
  for (const message of history.messages()) {
    if (stored.has(message)) continue;
    if (message.acknowledgedAt > 0) {
      verdict.add("lost", `${describe(message)} was acknowledged and is not stored`);
    } else if (seen.has(message)) verdict.add("lost", `${describe(message)} was delivered and is not stored`);
  }
}

function judgeSeqs(history: History, verdict: Verdict): void {
  const owners = new Map<number, Message>();
  for (const message of history.messages()) {
    if (message.seqs.size > 1) {
      verdict.add("duplicated", `${describe(message)} has several seqs: ${[...message.seqs].join(", ")}`);
    }
    for (const seq of message.seqs) {
      const other = owners.get(seq);
      if (other) verdict.add("duplicated", `${seq} is ${describe(other)} and ${describe(message)}`);
      owners.set(seq, message);
    }
  }
}

function judgeRefused(history: History, verdict: Verdict): void {
  for (const message of history.messages()) {
    const isRefusedForGood = message.refusedAt > message.resentAt && message.acknowledgedAt === 0;
    if (isRefusedForGood && message.seqs.size > 0) verdict.add("phantom", `${describe(message)} was refused`);
  }
}

/** What a client sent again after a refusal counts from then. */
function judgeOwnOrder(client: ClientLog, verdict: Verdict): void {
  const order = (message: Message) => message.refusedAt > 0 ? message.resentAt : message.sentAt;
  let last: Message | undefined;
  for (const message of client.sent.toSorted((a, b) => order(a) - order(b))) {
    const seq = seqOf(message);
    if (seq === 0) continue;
    if (last && seq < seqOf(last)) {
      verdict.add("reordered", `${client.name} said ${describe(last)} before ${describe(message)}`);
    }
    last = message;
  }
}

interface Surroundings {
  readonly history: History;
  /** Of the reader's user, from all the user's clients. */
  readonly memberships: readonly Membership[];
  readonly conversations: ReadonlyMap<string, readonly Message[]>;
  readonly verdict: Verdict;
}

function judgeReader(reader: ClientLog, around: Surroundings): void {
  judgeSequence(reader, around.verdict);
  for (const observation of reader.observed) judgeRight(reader, observation, around);
  judgeComplete(reader, around);
}

/** Doubles, and the order of seq. History is asked for, as often and in whatever order one likes. */
function judgeSequence(reader: ClientLog, verdict: Verdict): void {
  const had = new Map<string | Message, number>();
  let connection = 0;
  let last = 0;
  for (const { connection: own, kind, message, seq: shown } of reader.observed) {
    if (kind === "history") continue;
    if (reader.reading === "position" && own !== connection) last = 0;
    connection = own;
    const seq = shown || (isSent(message) ? seqOf(message) : 0);
    if (seq === 0 && !isSent(message)) continue;
    const identity = isSent(message) ? message : `${seq} ${message.sender} ${message.id} ${message.text}`;
    const before = had.get(identity);
    had.set(identity, own);
    if (before !== undefined && !mayComeAgain(reader, before, own)) {
      verdict.add("duplicated", `${reader.name} was given ${describe(message)} twice`);
    } else if (seq > 0 && seq <= last) {
      verdict.add("reordered", `${reader.name} was given ${describe(message)} as ${seq} after ${last}`);
    }
    last = Math.max(last, seq);
  }
}

function mayComeAgain(reader: ClientLog, before: number, now: number): boolean {
  if (reader.reading === "cursor" || before === now) return false;
  for (let i = before; i < now; i++) if (reader.broken.has(i)) return true;
  return false;
}

function judgeRight(reader: ClientLog, { kind, message, at }: Observation, around: Surroundings): void {
  if (kind === "acknowledged") return;
  if (!isSent(message) && !around.history.outsiders.has(message.sender)) {
    around.verdict.add("phantom", `${reader.name} was given ${describe(message)}`);
    return;
  }
  if (!mayHave(reader, message, { at, isHistory: kind === "history" }, around.memberships)) {
    around.verdict.add("leak", `${reader.name} was given ${describe(message)}`);
  }
}

function mayHave(
  reader: ClientLog,
  message: Message | Said,
  { at, isHistory }: { at: number; isHistory: boolean },
  memberships: readonly Membership[],
): boolean {
  const parties = partiesOf(message.conversation);
  if (parties) return parties.includes(reader.user);
  return memberships.some(({ room, joiningAt, leftAt }) => {
    if (room !== message.conversation || joiningAt > at) return false;
    // Members read the whole history of a public room.
    if (isHistory) return leftAt === 0 || at <= leftAt;
    if (!isSent(message)) return true;
    const isSaidBefore = message.acknowledgedAt > 0 && message.acknowledgedAt < joiningAt;
    const isSaidAfter = leftAt > 0 && message.sentAt > leftAt;
    return !isSaidBefore && !isSaidAfter;
  });
}

function judgeComplete(reader: ClientLog, { memberships, conversations, verdict }: Surroundings): void {
  const canMiss = reader.reading === "position" && reader.broken.size > 0;
  if (reader.coveredFrom < 0 || canMiss) return;
  const had = new Set<unknown>(reader.observed.map(({ message }) => message));
  const highest = reader.observed.reduce(
    (seq, { message }) => Math.max(seq, isSent(message) ? seqOf(message) : 0),
    0,
  );
  for (const [conversation, messages] of conversations) {
    const owed = owedIn(reader, conversation, memberships);
    if (!owed) continue;
    for (const message of messages) {
      if (had.has(message) || isOwn(reader, message) || !owed(message)) continue;
      const seq = seqOf(message);
      if (seq > 0 && seq < highest) {
        verdict.add("gap", `${reader.name} has ${highest} and not ${describe(message)}`);
      } else if (message.acknowledgedAt > 0 && message.acknowledgedAt < reader.settledAt) {
        verdict.add("lost", `${describe(message)} was acknowledged and ${reader.name} never had it`);
      }
    }
  }
}

/** Which messages of a conversation a reader must be given; undefined where it is not the reader's at all. */
function owedIn(
  reader: ClientLog,
  conversation: string,
  memberships: readonly Membership[],
): ((message: Message) => boolean) | undefined {
  const isCovered = (message: Message) => seqOf(message) === 0 || seqOf(message) > reader.coveredFrom;
  const parties = partiesOf(conversation);
  if (parties) return parties.includes(reader.user) ? isCovered : undefined;
  const own = memberships.filter(({ room, joinedAt }) => room === conversation && joinedAt > 0);
  if (own.length === 0) return undefined;
  return (message) => isCovered(message) && own.some((membership) => isWithin(membership, message));
}

/** For certain: what was under way while somebody joined or left may have been before or after it. */
function isWithin({ joinedSeq, joinedAt, leavingAt }: Membership, message: Message): boolean {
  const seq = seqOf(message);
  const isAfterJoining = joinedSeq > 0 && seq > 0 ? seq > joinedSeq : message.sentAt > joinedAt;
  const isBeforeLeaving = leavingAt === 0 ||
    (message.acknowledgedAt > 0 && message.acknowledgedAt < leavingAt);
  return isAfterJoining && isBeforeLeaving;
}

/** One's own are acknowledged instead of delivered; what the server chooses to send leaves them out. */
function isOwn(reader: ClientLog, message: Message): boolean {
  if (reader.reading === "position") return message.sender === reader.user;
  return message.client === reader.name;
}

function membershipsByUser({ clients }: History): Map<string, Membership[]> {
  const users = new Map<string, Membership[]>();
  for (const { user, memberships } of clients) users.set(user, [...users.get(user) ?? [], ...memberships]);
  return users;
}

function byConversation(history: History): Map<string, Message[]> {
  const conversations = new Map<string, Message[]>();
  for (const message of history.messages()) {
    const list = conversations.get(message.conversation);
    if (list) list.push(message);
    else conversations.set(message.conversation, [message]);
  }
  return conversations;
}

function partiesOf(conversation: string): string[] | undefined {
  const parties = conversation.split(" & ");
  return parties.length === 2 ? parties : undefined;
}

function seqOf({ seqs }: Message): number {
  return seqs.values().next().value ?? 0;
}

function describe({ sender, id, conversation, text }: Said): string {
  return `${sender}'s ${JSON.stringify(text.slice(0, 60))}${
    id === undefined ? "" : ` (${id})`
  } in ${conversation}`;
}
