/** The store in SQLite: `parley.db` holds everything, `search.db` its full-text index. All SQL runs in two workers. */

import { type Clock, SYSTEM_CLOCK } from "../clock.ts";
import type {
  Appended,
  ConversationId,
  ConversationRecord,
  ConversationSummary,
  Found,
  HistoryQuery,
  Joined,
  MemberRecord,
  Millis,
  Missed,
  NewMessage,
  NewUser,
  Page,
  RoomSummary,
  SearchQuery,
  Seq,
  Store,
  StoredMessage,
  UserId,
  UserRecord,
} from "../store.ts";
import type { BatchResult } from "./batch.ts";
import { lockFolder } from "./folder_lock.ts";
import { GroupCommit } from "./group_commit.ts";
import { IndexFiller } from "./index_filler.ts";
import { damaged, type DatabaseOptions, databasePath, QUICK_CHECK_BYTES } from "./open_database.ts";
import type { ReadOperations } from "./read_operations.ts";
import type { ReadMethod } from "./reader.ts";
import { StoreOpenError } from "./store_open_error.ts";
import { refuseDamagedWal } from "./wal_check.ts";
import { StoreDamaged, unavailable } from "./worker_rpc.ts";
import { Workers } from "./workers.ts";

export interface SqliteStoreOptions {
  /** The data folder, which must exist. */
  readonly folder: string;
  readonly clock?: Clock;
  /** Default FULL: what is acknowledged outlives a power cut. */
  readonly synchronous?: DatabaseOptions["synchronous"];
  /**
   * Default true: this process is the server, and the only one on this folder. False for a tool beside it, which
   * writes a little and leaves the full-text index alone.
   */
  readonly isServer?: boolean;
  /** Called once where what was written may be lost (a failed fsync): the process must end. Everything rejects then. */
  readonly onFatal?: (error: Error) => void;
  /**
   * Called once where the database was found damaged while it is open, with one line that names the file, the cause and
   * what to do. Everything can be read then, and nothing is stored: writes reject with `store_unavailable`.
   */
  readonly onDamage?: (problem: string) => void;
  /** A larger file is read as a whole by `checkWhole`, and not on start. Default 256 MiB. */
  readonly checkedOnStart?: number;
}

/** The use of a token is noted when the last note is so old, in milliseconds: tokens end after months. */
const TOKEN_USE_MS = 60 * 60 * 1000;

interface StoreParts {
  readonly epoch: string;
  readonly clock: Clock;
  readonly isServer: boolean;
  readonly unchecked: string | null;
}

/** How long `check` waits for an answer, in milliseconds. */
const CHECK_TIMEOUT_MS = 5000;

export class SqliteStore implements Store {
  readonly epoch: string;
  readonly #clock: Clock;
  readonly #workers: Workers;
  readonly #commits: GroupCommit;
  readonly #filler: IndexFiller | null;
  /** The folder, where the database was too large to be read as a whole before. */
  #unchecked: string | null;
  #closing: Promise<void> | undefined;

  /** @throws StoreOpenError (rejects) in one line that names the file, the cause and what to do */
  static async open(options: SqliteStoreOptions): Promise<SqliteStore> {
    const { folder, clock = SYSTEM_CLOCK, synchronous = "FULL", isServer = true } = options;
    const { checkedOnStart = QUICK_CHECK_BYTES } = options;
    const lock = isServer ? await lockFolder(folder) : null;
    let onFatal = (_error: Error) => {};
    const onDamage = (cause: string) => options.onDamage?.(damaged(databasePath(folder), cause).message);
    const workers = new Workers(lock, (error) => onFatal(error), onDamage);
    try {
      if (isServer) refuseDamagedWal(databasePath(folder));
      const epoch = await workers.writer.call("open", { folder, synchronous, checkedOnStart });
      await workers.reader.call("open", { folder, epoch, ownsIndex: isServer });
      if (options.onFatal) onFatal = options.onFatal;
      const { size } = await Deno.stat(databasePath(folder));
      return new SqliteStore(workers, {
        epoch,
        clock,
        isServer,
        unchecked: size > checkedOnStart ? folder : null,
      });
    } catch (error) {
      workers.end();
      throw toOpenError(folder, error);
    }
  }

  private constructor(workers: Workers, options: StoreParts) {
    this.#unchecked = options.unchecked;
    this.epoch = options.epoch;
    this.#clock = options.clock;
    this.#workers = workers;
    this.#filler = options.isServer
      ? new IndexFiller((pauseMs) => workers.reader.call("fillIndex", pauseMs))
      : null;
    this.#commits = new GroupCommit(async (batch) => {
      const result = await workers.commit(batch);
      if (batch.rows.texts.length > 0) this.#filler?.wake(headOf(result));
      return result;
    });
    this.#filler?.wake(0);
  }

  // ---- users ----

  findUser(name: string): Promise<UserRecord | null> {
    return this.#read("findUser", name, this.#clock.now());
  }

  userById(id: UserId): Promise<UserRecord | null> {
    return this.#read("userById", id);
  }

  createUser(user: NewUser): Promise<UserRecord | null> {
    return this.#commits.call("createUser", user, this.#clock.now());
  }

  findOrReserveUser(name: string): Promise<UserRecord> {
    return this.#commits.call("findOrReserveUser", name, this.#clock.now());
  }

  renameUser(id: UserId, name: string, aliasUntil: Millis): Promise<boolean> {
    return this.#commits.call("renameUser", id, name, aliasUntil, this.#clock.now());
  }

  setPassword(
    id: UserId,
    passwordHash: string,
    keepTokenHash: string | null,
    oldHash?: string | null,
  ): Promise<boolean> {
    return this.#commits.call("setPassword", id, passwordHash, keepTokenHash, oldHash);
  }

  saveDelivered(
    users: readonly { userId: UserId; deliveredSeq: Seq; lastSeenAt: Millis }[],
  ): Promise<void> {
    return this.#commits.call("saveDelivered", users);
  }

  removeGuests(lastSeenBefore: Millis): Promise<UserId[]> {
    return this.#commits.call("removeGuests", lastSeenBefore);
  }

  // ---- tokens ----

  addToken(userId: UserId, tokenHash: string, at: Millis, passwordHash?: string | null): Promise<boolean> {
    return this.#commits.call("addToken", userId, tokenHash, at, passwordHash);
  }

  async findToken(tokenHash: string, at: Millis): Promise<UserRecord | null> {
    const found = await this.#read("findToken", tokenHash);
    if (!found) return null;
    if (found.lastUsedAt + TOKEN_USE_MS <= at) this.#touchToken(tokenHash, at);
    return found.user;
  }

  /** Nobody waits for it: on a full disk too, a token is good. */
  #touchToken(tokenHash: string, at: Millis): void {
    this.#commits.call("touchToken", tokenHash, at).catch(() => {});
  }

  removeToken(tokenHash: string): Promise<void> {
    return this.#commits.call("removeToken", tokenHash);
  }

  removeTokens(unusedSince: Millis): Promise<void> {
    return this.#commits.call("removeTokens", unusedSince);
  }

  // ---- conversations ----

  findRoom(name: string): Promise<ConversationRecord | null> {
    return this.#read("findRoom", name);
  }

  findOrMakeRoom(name: string, at: Millis): Promise<ConversationRecord> {
    return this.#commits.call("findOrMakeRoom", name, at);
  }

  findOrMakeDirect(a: UserId, b: UserId, at: Millis): Promise<ConversationRecord> {
    return this.#commits.call("findOrMakeDirect", a, b, at);
  }

  findDirect(a: UserId, b: UserId): Promise<ConversationRecord | null> {
    return this.#read("findDirect", a, b);
  }

  findOrMakeFeed(publisherId: UserId, at: Millis): Promise<ConversationRecord> {
    return this.#commits.call("findOrMakeFeed", publisherId, at);
  }

  findFeed(publisherId: UserId): Promise<ConversationRecord | null> {
    return this.#read("findFeed", publisherId);
  }

  join(conversationId: ConversationId, userId: UserId, at: Millis): Promise<Joined> {
    return this.#commits.call("join", conversationId, userId, at);
  }

  leave(conversationId: ConversationId, userId: UserId): Promise<boolean> {
    return this.#commits.call("leave", conversationId, userId);
  }

  conversationsOf(userId: UserId): Promise<ConversationRecord[]> {
    return this.#read("conversationsOf", userId);
  }

  isParticipant(conversationId: ConversationId, userId: UserId): Promise<boolean> {
    return this.#read("isParticipant", conversationId, userId);
  }

  countParticipants(conversationId: ConversationId): Promise<number> {
    return this.#read("countParticipants", conversationId);
  }

  participants(conversationId: ConversationId, limit: number): Promise<MemberRecord[]> {
    return this.#read("participants", conversationId, limit);
  }

  listRooms(limit: number): Promise<RoomSummary[]> {
    return this.#read("listRooms", limit);
  }

  summaries(userId: UserId): Promise<ConversationSummary[]> {
    return this.#read("summaries", userId);
  }

  markRead(conversationId: ConversationId, userId: UserId, seq: Seq): Promise<Seq> {
    return this.#commits.call("markRead", conversationId, userId, seq);
  }

  // ---- the log ----

  head(): Promise<Seq> {
    return this.#read("head");
  }

  append(messages: readonly NewMessage[]): Promise<Appended[]> {
    return this.#commits.append(messages);
  }

  get isFull(): boolean {
    return this.#commits.isFull;
  }

  ready(): Promise<void> {
    return this.#commits.ready();
  }

  history(query: HistoryQuery): Promise<Page> {
    return this.#read("history", query);
  }

  async search(query: SearchQuery): Promise<Page<Found>> {
    const page = await this.#workers.read((reader) => reader.call("search", query));
    // It may have found the index damaged.
    this.#filler?.wake(0);
    return page;
  }

  missed(
    userId: UserId,
    after: Seq,
    options: { includeOwn: boolean; askedSince?: Millis },
  ): Promise<Missed> {
    return this.#read("missed", userId, after, options);
  }

  messagesBySeq(seqs: readonly Seq[]): Promise<StoredMessage[]> {
    return this.#read("messagesBySeq", seqs);
  }

  askerOf(seq: Seq, botId: UserId): Promise<UserId | null> {
    return this.#read("askerOf", seq, botId);
  }

  isAsked(conversationId: ConversationId, botId: UserId): Promise<boolean> {
    return this.#read("isAsked", conversationId, botId);
  }

  async check(): Promise<void> {
    const late = Promise.withResolvers<never>();
    const cancel = this.#clock.after(CHECK_TIMEOUT_MS, () => late.reject(unavailable("no answer")));
    try {
      await Promise.race([Promise.all([this.#commits.check(), this.head()]), late.promise]);
    } finally {
      cancel();
    }
  }

  /** Resolves when all that was stored before is in the full-text index; it can be found earlier. */
  async whenIndexed(): Promise<void> {
    await this.#filler?.idle();
  }

  /**
   * Reads a database that was too large for it on start as a whole, beside all else. Where it is damaged, `onDamage` is
   * called. To be called when all has started. Never rejects.
   */
  async checkWhole(): Promise<void> {
    const folder = this.#unchecked;
    this.#unchecked = null;
    if (folder !== null) await this.#workers.check(folder);
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    await this.#commits.close();
    await this.#workers.close();
  }

  #read<M extends ReadMethod>(
    method: M,
    ...args: Parameters<ReadOperations[M]>
  ): Promise<ReturnType<ReadOperations[M]>> {
    return this.#workers.read((reader) => reader.call("read", method, ...args)) as Promise<
      ReturnType<ReadOperations[M]>
    >;
  }
}

/** The newest message of the batch; 0 where none was stored. */
function headOf({ appended }: BatchResult): Seq {
  return appended.seqs.findLast((seq) => seq > 0) ?? 0;
}

function toOpenError(folder: string, error: unknown): StoreOpenError {
  if (error instanceof StoreOpenError) return error;
  if (error instanceof StoreDamaged) return damaged(databasePath(folder), error.message);
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  return new StoreOpenError(
    `The database in ${folder} cannot be opened (${
      cause ?? message
    }). Check the rights on the folder and its free space.`,
    { cause: error },
  );
}
