/**
 * What the server remembers: users, conversations, and the log of messages. SQLite implements it; anything else that
 * passes tests/store_contract.ts may.
 *
 * Every write is durable when its promise settles: a power cut does not undo it. The promises of writes settle in
 * the order in which they were committed, and a reaction that is attached to one directly runs before any later one settles;
 * so whoever reacts to `append` and to `join` sees members come and messages be said in one order.
 * A read sees every write that had settled when it was called.
 *
 * Any method rejects with ChatError `store_unavailable` when the store cannot do it now (a full disk, a lock); nothing was
 * changed then, and trying again is right.
 */

export type UserId = number;
export type ConversationId = number;
/** Position in the log, from 1. */
export type Seq = number;
/** Milliseconds since 1970, UTC. */
export type Millis = number;

export interface UserRecord {
  readonly id: UserId;
  readonly name: string;
  readonly isBot: boolean;
  readonly isGuest: boolean;
  /** What `accounts.ts` made of the password; null where there is none. */
  readonly passwordHash: string | null;
  /** Nobody has logged in under this name yet: it was made to keep direct messages for it. */
  readonly isPlaceholder: boolean;
  /** The highest seq that was delivered to any of the user's connections. */
  readonly deliveredSeq: Seq;
  /** When the user's last connection ended, or the account was made. */
  readonly lastSeenAt: Millis;
  /** No connection of the user's has ended in good order yet: what belongs to a first login may have been cut short by a crash. */
  readonly isUnseen: boolean;
}

export type ConversationKind = "room" | "direct" | "feed";

export interface ConversationRecord {
  readonly id: ConversationId;
  readonly kind: ConversationKind;
  /** `#room` as its maker spelled it; empty for the others. */
  readonly name: string;
  /** Of a direct conversation the two users (twice the same for notes to oneself), of a feed its publisher; else empty. */
  readonly userIds: readonly UserId[];
}

export interface NewMessage {
  readonly conversationId: ConversationId;
  readonly senderId: UserId;
  readonly type: "chat" | "subscription";
  readonly text: string;
  /** A JSON object. */
  readonly metadata: string;
  /** The sender's `id`; null where there was none. */
  readonly clientId: string | null;
  readonly createdAt: Millis;
  /** Where it is a question (`/ask`): the bot that shall answer. */
  readonly askedBotId?: UserId | undefined;
  /** Where it answers a question: that one then has its answer. Who is no participant may say only this, and once. */
  readonly answersSeq?: Seq | undefined;
}

/** What became of a message that was given to `append`. */
export type Appended =
  | { readonly status: "stored"; readonly seq: Seq }
  /** The sender used this id before, for the same text and conversation: what became of it then. */
  | {
    readonly status: "duplicate";
    readonly seq: Seq;
    readonly createdAt: Millis;
  }
  /** The sender used this id before, for something else. */
  | { readonly status: "conflict" }
  /**
   * `answersSeq` is no open question of this bot's in this conversation (never asked of it, or already answered), nor is the
   * bot a participant.
   */
  | { readonly status: "not_asked" };

export interface StoredMessage {
  readonly seq: Seq;
  readonly conversation: ConversationRecord;
  readonly senderId: UserId;
  readonly senderName: string;
  /** `#room`, or the name of the user it was said to; empty in a feed. */
  readonly destination: string;
  readonly type: "chat" | "subscription";
  readonly text: string;
  /** A JSON object. */
  readonly metadata: string;
  readonly clientId: string | null;
  readonly createdAt: Millis;
}

export interface Found extends StoredMessage {
  /** The part of the text that matched, with `**` around each word that did. */
  readonly snippet: string;
}

export interface Page<T extends StoredMessage = StoredMessage> {
  /** Oldest first, of a search newest first. */
  readonly messages: readonly T[];
  /** Whether there are more in the direction in which the page was asked for. */
  readonly more: boolean;
}

/** Which part of a conversation: the newest where no bound is given. At most one bound is given; bounds are excluded, except `around`. */
export interface HistoryQuery {
  readonly conversationId: ConversationId;
  readonly limit: number;
  readonly before?: Seq;
  readonly after?: Seq;
  /** Half of the page before it, the message itself, and the rest after it. `more` then speaks of the older side. */
  readonly around?: Seq;
}

export interface SearchQuery {
  /** The one whose rights count: only conversations that this user participates in are searched. */
  readonly userId: UserId;
  /** As the user wrote it: words, `"phrases"`, `prefix*`. Anything else is a word; it is never an error. */
  readonly words: string;
  readonly conversationId?: ConversationId;
  readonly senderId?: UserId;
  readonly before?: Seq;
  readonly limit: number;
}

export interface MemberRecord {
  readonly userId: UserId;
  readonly name: string;
  readonly isBot: boolean;
}

export interface RoomSummary {
  readonly conversationId: ConversationId;
  readonly room: string;
  readonly members: number;
  /** 0 where nothing was said yet. */
  readonly lastSeq: Seq;
}

export interface ConversationSummary {
  readonly conversation: ConversationRecord;
  /** `#room`, the other user's name (one's own for notes to oneself), or the publisher's name. */
  readonly destination: string;
  readonly lastSeq: Seq;
  readonly readSeq: Seq;
  /** Messages of others after `readSeq`; counted to 999. */
  readonly unread: number;
  readonly last: StoredMessage | null;
}

export interface Joined {
  /** False where the user was a participant already; nothing changed then. */
  readonly isNew: boolean;
  /** The position of the log at which the membership begins: later messages are the member's. */
  readonly seq: Seq;
  /** Participants there are now. */
  readonly count: number;
}

/** What a user missed: `messagesBySeq` reads it in pages. */
export interface Missed {
  /** Ascending; at most the newest 10,000, and before them what `askedSince` adds. */
  readonly seqs: readonly Seq[];
  /** Where more was missed: the first and last seq that was left out. */
  readonly gap: { readonly from: Seq; readonly to: Seq } | null;
  /** The newest seq of the whole log that was looked at. */
  readonly head: Seq;
}

export type NewUser = {
  readonly name: string;
  readonly passwordHash: string | null;
  readonly isBot: boolean;
  readonly isGuest: boolean;
};

export interface Store {
  /** Made with the log, at random; another one means that cursors and ids of before mean nothing. */
  readonly epoch: string;

  // ---- users ----

  /** By present name, or a former one that still leads to its account; whatever its case. */
  findUser(name: string): Promise<UserRecord | null>;
  userById(id: UserId): Promise<UserRecord | null>;
  /**
   * Makes an account, or makes the placeholder of that name one. Its `deliveredSeq` is the head of the log; of a
   * placeholder it is 0, so that what was kept for it comes.
   * Resolves with null where the name is taken, also as a former name that still leads elsewhere.
   */
  createUser(user: NewUser): Promise<UserRecord | null>;
  /** The account of that name, or a new placeholder. */
  findOrReserveUser(name: string): Promise<UserRecord>;
  /**
   * Changes the name; the old one leads to this account until `aliasUntil`, as do the four before it: older ones come free.
   * Resolves with false where the new name is taken by another (an account, a placeholder that messages wait for, a former name).
   */
  renameUser(id: UserId, name: string, aliasUntil: Millis): Promise<boolean>;
  /**
   * Sets the password and ends all the user's tokens but `keepTokenHash`.
   * @param oldHash as with `addToken`: where it is another now, nothing is changed. Left out: any
   * @returns whether it was set
   */
  setPassword(
    id: UserId,
    passwordHash: string,
    keepTokenHash: string | null,
    oldHash?: string | null,
  ): Promise<boolean>;
  /** Writes what was delivered to users and when they were last here. `deliveredSeq` only goes forward. */
  saveDelivered(
    users: readonly { userId: UserId; deliveredSeq: Seq; lastSeenAt: Millis }[],
  ): Promise<void>;
  /** Ends guests that were last here before that time: memberships, tokens; what they said stays. Resolves with their ids. */
  removeGuests(lastSeenBefore: Millis): Promise<UserId[]>;

  // ---- tokens, by the SHA-256 (hex) of the token ----

  /**
   * @param passwordHash the one that was checked: where it is another now, nothing is added. Left out: any
   * @returns whether it was added
   */
  addToken(userId: UserId, tokenHash: string, at: Millis, passwordHash?: string | null): Promise<boolean>;
  /** Whose token this is. Notes that it was used, to the hour and where it can: it needs no room on the disk. */
  findToken(tokenHash: string, at: Millis): Promise<UserRecord | null>;
  /** That token ends, where there is one. */
  removeToken(tokenHash: string): Promise<void>;
  /** Tokens not used since then end. */
  removeTokens(unusedSince: Millis): Promise<void>;

  // ---- conversations ----

  findRoom(name: string): Promise<ConversationRecord | null>;
  /** The room of that name (see `roomKey`), or a new one. */
  findOrMakeRoom(name: string, at: Millis): Promise<ConversationRecord>;
  /** The conversation of two users, who are its participants from the start of the log; made where there is none. */
  findOrMakeDirect(
    a: UserId,
    b: UserId,
    at: Millis,
  ): Promise<ConversationRecord>;
  findDirect(a: UserId, b: UserId): Promise<ConversationRecord | null>;
  /** What a user publishes; made where there is none, with the publisher as its first participant. */
  findOrMakeFeed(publisherId: UserId, at: Millis): Promise<ConversationRecord>;
  findFeed(publisherId: UserId): Promise<ConversationRecord | null>;
  join(
    conversationId: ConversationId,
    userId: UserId,
    at: Millis,
  ): Promise<Joined>;
  /** Resolves with false where the user was no participant. */
  leave(conversationId: ConversationId, userId: UserId): Promise<boolean>;
  /** All conversations that the user participates in, by id. */
  conversationsOf(userId: UserId): Promise<ConversationRecord[]>;
  isParticipant(
    conversationId: ConversationId,
    userId: UserId,
  ): Promise<boolean>;
  countParticipants(conversationId: ConversationId): Promise<number>;
  /** By name. */
  participants(
    conversationId: ConversationId,
    limit: number,
  ): Promise<MemberRecord[]>;
  /** Those with the most members first, among them those in which something was said last, then by name. */
  listRooms(limit: number): Promise<RoomSummary[]>;
  /** Newest message first; at most 1,000. */
  summaries(userId: UserId): Promise<ConversationSummary[]>;
  /** Moves the marker forward, at most to the last message. Resolves with where it is now. */
  markRead(
    conversationId: ConversationId,
    userId: UserId,
    seq: Seq,
  ): Promise<Seq>;

  // ---- the log ----

  /** The newest seq; 0 where the log is empty. */
  head(): Promise<Seq>;
  /**
   * Stores messages, in this order, in one transaction with whatever else waits: group commit. Results are in the
   * order of the messages; `seq` rises through them. One message that is refused does not touch the others.
   */
  append(messages: readonly NewMessage[]): Promise<Appended[]>;
  /** Whether more waits to be written than is good: callers read no further from their connections until `ready`. */
  readonly isFull: boolean;
  /** Resolves when `isFull` is false. */
  ready(): Promise<void>;
  history(query: HistoryQuery): Promise<Page>;
  search(query: SearchQuery): Promise<Page<Found>>;
  /**
   * What was said after `after` in the user's rooms (from the joining on), direct conversations, subscriptions, and
   * questions to this bot that have no answer yet. With `includeOwn: false` without what the user said.
   * With `askedSince` also questions up to `after` that were asked since then and have no answer: the bot may have ended
   * before it gave one. They come first, the newest 200 at most.
   */
  missed(
    userId: UserId,
    after: Seq,
    options: { includeOwn: boolean; askedSince?: Millis },
  ): Promise<Missed>;
  /** Those messages, in this order; what does not exist is left out. */
  messagesBySeq(seqs: readonly Seq[]): Promise<StoredMessage[]>;
  /** The question at that position that was asked of this bot, or said to it directly: who asked it; null where there is none. */
  askerOf(seq: Seq, botId: UserId): Promise<UserId | null>;
  /** Whether this bot was asked something (`/ask`) in that conversation that has no answer yet. */
  isAsked(conversationId: ConversationId, botId: UserId): Promise<boolean>;

  /** Rejects ChatError `store_unavailable` where the store does not answer, or nothing can be written. */
  check(): Promise<void>;
  /** Writes what waits, and closes. */
  close(): Promise<void>;
}
