/**
 * Who is where, and what is said to whom: takes what participants say, has it stored, and hands it to delivery once it
 * is committed. The one place that knows conversations, their rights and their members.
 */

import { ChatError } from "../protocol/errors.ts";
import { checkText, encodeMetadata, type Metadata, type Request } from "../protocol/message.ts";
import { quote, requireRoomName, requireUserName, userKey } from "../protocol/names.ts";
import { Chunk } from "./chunk.ts";
import type { Clock } from "./clock.ts";
import { Deliverer, type Delivery } from "./delivery.ts";
import { encode, notification } from "./encode.ts";
import { Live, type LiveConversation, LiveUser, type Receiver } from "./live.ts";
import type { Appended, ConversationRecord, NewMessage, Seq, Store, UserRecord } from "./store.ts";

/** Who does something: a user with or (over HTTP) without a connection. */
export type Actor = Pick<UserRecord, "id" | "name" | "isBot">;

/** A message that passed every check, ready to be stored. */
export interface Prepared {
  readonly message: NewMessage;
  readonly conversation: LiveConversation;
  readonly sender: Actor;
  readonly destination: string;
  /** The user it is said to, where it is to one; `isKnown` is false where nobody of that name has been here yet. */
  readonly to: { readonly id: number; readonly name: string; readonly isKnown: boolean } | null;
  /** The bot that is asked. */
  readonly asked: Asked | null;
}

type Asked = { readonly id: number; readonly name: string };

/** What became of a message. */
export type Outcome =
  | { readonly status: "stored"; readonly delivery: Delivery }
  | { readonly status: "duplicate"; readonly seq: Seq; readonly createdAt: number };

/** Told about each message of a run, in its order, in the turn in which it is delivered or refused. */
export interface Sender {
  readonly receiver: Receiver | null;
  accepted(prepared: Prepared, outcome: Outcome): void;
  refused(prepared: Prepared, error: ChatError): void;
}

/** The AI bots, the preferred one first. */
export const AI_BOTS = ["openai", "aibot"] as const;

export class Router {
  readonly live = new Live();
  readonly deliverer: Deliverer;
  readonly store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock, onFault?: (error: unknown) => void) {
    this.store = store;
    this.#clock = clock;
    this.deliverer = new Deliverer(clock, onFault);
  }

  // ---- saying ----

  /**
   * Checks a `chat` or `subscription` and finds where it goes. Answers at once where all that it needs is in memory.
   * @param options.isQuestion it came by `/ask`
   * @param options.anyRoom also to public rooms that the sender has not joined
   * @throws ChatError (or rejects)
   */
  prepare(
    sender: Actor,
    request: Request,
    options: { isQuestion?: boolean; anyRoom?: boolean } = {},
  ): Prepared | Promise<Prepared> {
    const text = checkText(request.message);
    const draft: Draft = { sender, request, text, asked: null };
    if (options.isQuestion) return this.#prepareQuestion(draft, options.anyRoom ?? false);
    if (request.type === "subscription") return this.#prepareFeed(draft);
    if (request.destination.startsWith("#")) return this.#prepareRoom(draft, options.anyRoom ?? false);
    if (request.destination === "") {
      throw new ChatError("bad_message", 'It says no destination. Give "#room" or a user\'s name.');
    }
    return this.#prepareDirect(draft);
  }

  /** Stores a run of messages of one sender, and has each delivered, or refused. Never rejects. */
  commit(run: readonly Prepared[], sender: Sender): void {
    this.store.append(run.map(({ message }) => message)).then(
      (results) => results.forEach((result, i) => this.#committed(run[i]!, result, sender)),
      (error) => {
        for (const prepared of run) sender.refused(prepared, asChatError(error));
      },
    );
  }

  #committed(prepared: Prepared, result: Appended, sender: Sender): void {
    switch (result.status) {
      case "stored":
        return this.deliverer.enqueue(this.#deliveryOf(prepared, result.seq, sender));
      case "duplicate":
        return sender.accepted(prepared, result);
      case "conflict":
        return sender.refused(
          prepared,
          new ChatError(
            "id_conflict",
            `The id ${quote(prepared.message.clientId ?? "")} was used for another message. Use a new one.`,
          ),
        );
      case "not_asked":
        return sender.refused(
          prepared,
          new ChatError(
            "forbidden",
            "This is no open question to you. A question can be answered once, by the bot that was asked.",
          ),
        );
      default:
        return result satisfies never;
    }
  }

  #deliveryOf(prepared: Prepared, seq: Seq, sender: Sender): Delivery {
    const { message, asked } = prepared;
    const { live } = this;
    const delivery: Delivery = {
      seq,
      // Looked up when it is delivered: users may have come, and the conversation with them, since it was prepared.
      get conversation() {
        return live.conversation(message.conversationId) ?? prepared.conversation;
      },
      senderName: prepared.sender.name,
      destination: prepared.destination,
      type: message.type,
      text: message.text,
      metadata: message.metadata,
      clientId: message.clientId,
      createdAt: message.createdAt,
      origin: sender.receiver,
      get alsoTo() {
        return asked && (live.users.get(asked.id) ?? null);
      },
      reply: () => this.replyTo(prepared),
      delivered: () => sender.accepted(prepared, { status: "stored", delivery }),
    };
    return delivery;
  }

  /** What the `stored` reply says; null where none is due. */
  replyTo({ message, conversation, to, asked }: Prepared): { message: string; metadata: Metadata } | null {
    if (to && this.isAway(to.id)) {
      const words = `User '${to.name}' is offline. Message saved.`;
      const hint =
        `Nobody called ${to.name} has been here yet. To say such a line in the room, begin it with a space.`;
      return to.isKnown
        ? { message: words, metadata: { offline: true } }
        : { message: `${words}\n${hint}`, metadata: { offline: true, unknown: true } };
    }
    if (asked && this.isAway(asked.id)) {
      return { message: `User '${asked.name}' is offline. Message saved.`, metadata: { offline: true } };
    }
    if (message.clientId === null) return null;
    if (message.type === "chat") return { message: "Stored.", metadata: {} };
    return { message: "Stored.", metadata: { subscribers: (conversation.memberCount ?? 1) - 1 } };
  }

  isAway(userId: number): boolean {
    const user = this.live.users.get(userId);
    return !user || user.receivers.size === 0;
  }

  // ---- where a message goes ----

  /** In a room for all to see; anywhere else to the bot directly, which then needs no telling. */
  #prepareQuestion(draft: Draft, anyRoom: boolean): Prepared | Promise<Prepared> {
    if (draft.sender.isBot) throw new ChatError("forbidden", "Bots do not ask bots.");
    const here = AI_BOTS.map((name) => this.live.userNamed(name)).find((bot) => bot?.isBot);
    if (here) return this.#toBot(draft, here, anyRoom);
    return this.#awayBot().then((bot) => this.#toBot(draft, bot, anyRoom));
  }

  #toBot(draft: Draft, asked: Asked, anyRoom: boolean): Prepared | Promise<Prepared> {
    if (draft.request.destination.startsWith("#")) return this.#prepareRoom({ ...draft, asked }, anyRoom);
    return this.#prepareDirect({ ...draft, request: { ...draft.request, destination: asked.name } });
  }

  /** An AI bot that is not here now, but was. @throws ChatError `no_such_user` */
  async #awayBot(): Promise<Asked> {
    for (const name of AI_BOTS) {
      const bot = await this.store.findUser(name);
      if (bot?.isBot) return bot;
    }
    throw new ChatError("no_such_user", "No AI bot is here. Start the server without --no-openai.");
  }

  async #prepareFeed(draft: Draft): Promise<Prepared> {
    const { sender } = draft;
    let feed = this.live.feed(sender.id);
    if (!feed) {
      const record = await this.store.findOrMakeFeed(sender.id, this.#clock.now());
      feed = this.live.attach(record, this.live.users.get(sender.id));
    }
    await this.memberCount(feed);
    return this.#prepared(draft, feed, { destination: "", to: null });
  }

  #prepareRoom(draft: Draft, anyRoom: boolean): Prepared | Promise<Prepared> {
    const user = this.live.users.get(draft.sender.id);
    const room = this.live.room(draft.request.destination);
    if (room && user && room.users.has(user)) return this.#toRoom(draft, room);
    return this.#prepareOtherRoom(draft, anyRoom);
  }

  async #prepareOtherRoom(draft: Draft, anyRoom: boolean): Promise<Prepared> {
    const record = await this.requireRoom(draft.request.destination);
    const mayAnswer = draft.sender.isBot && typeof draft.request.metadata.answer_to === "number";
    if (!anyRoom && !mayAnswer) await this.requireParticipant(record, draft.sender);
    return this.#toRoom(draft, this.live.attach(record));
  }

  #toRoom(draft: Draft, room: LiveConversation): Prepared {
    return this.#prepared(draft, room, { destination: room.record.name, to: null });
  }

  #prepareDirect(draft: Draft): Prepared | Promise<Prepared> {
    const name = requireUserName(draft.request.destination);
    const user = this.live.userNamed(name);
    const direct = user && this.live.direct(draft.sender.id, user.id);
    if (!user || !direct) return this.#prepareNewDirect(draft, name);
    return this.#toUser(draft, direct, { id: user.id, name: user.name, isKnown: true });
  }

  async #prepareNewDirect(draft: Draft, name: string): Promise<Prepared> {
    const record = await this.store.findOrReserveUser(name);
    const { id } = draft.sender;
    const direct = this.live.direct(id, record.id) ??
      this.live.attach(
        await this.store.findOrMakeDirect(id, record.id, this.#clock.now()),
        this.live.users.get(id),
        this.live.users.get(record.id),
      );
    return this.#toUser(draft, direct, { id: record.id, name: record.name, isKnown: !record.isPlaceholder });
  }

  #toUser(draft: Draft, direct: LiveConversation, to: NonNullable<Prepared["to"]>): Prepared {
    return this.#prepared(draft, direct, { destination: to.name, to });
  }

  #prepared(
    { sender, request, text, asked }: Draft,
    conversation: LiveConversation,
    target: Pick<Prepared, "destination" | "to">,
  ): Prepared {
    const answersSeq = sender.isBot ? request.metadata.answer_to : undefined;
    const isOutside = !conversation.users.has(this.live.users.get(sender.id)!);
    const message: NewMessage = {
      conversationId: conversation.id,
      senderId: sender.id,
      type: request.type as "chat" | "subscription",
      text,
      metadata: encodeMetadata(request.metadata, {
        ...(sender.isBot ? { bot: true } : {}),
        ...(asked ? { ask: true } : {}),
      }),
      clientId: request.id ?? null,
      createdAt: this.#clock.now(),
      ...(asked ? { askedBotId: asked.id } : {}),
      ...(typeof answersSeq === "number" && isOutside ? { answersSeq } : {}),
    };
    return { message, conversation, sender, asked, ...target };
  }

  // ---- conversations ----

  /** @throws ChatError `bad_name`, `no_such_room` */
  async requireRoom(name: string): Promise<ConversationRecord> {
    const room = this.live.room(name)?.record ?? await this.store.findRoom(requireRoomName(name));
    if (room) return room;
    throw new ChatError("no_such_room", `There is no room ${quote(name)}. Make it with /join, or see /list.`);
  }

  /** @throws ChatError `bad_name`, `no_such_user` */
  async requireUser(name: string): Promise<UserRecord> {
    const user = await this.store.findUser(requireUserName(name));
    if (user && !user.isPlaceholder) return user;
    throw new ChatError("no_such_user", `There is no user ${quote(name)}. See /users for who is here.`);
  }

  /** @throws ChatError `not_a_member` */
  async requireParticipant(record: ConversationRecord, user: Actor): Promise<void> {
    const liveUser = this.live.users.get(user.id);
    const conversation = this.live.conversation(record.id);
    if (liveUser && conversation?.users.has(liveUser)) return;
    if (await this.store.isParticipant(record.id, user.id)) return;
    throw new ChatError("not_a_member", `You are not in ${record.name}. Enter it with /join ${record.name}.`);
  }

  /**
   * The conversation that a destination names for this user: `#room`, a user's name, or `NAME/feed`; null where nothing
   * was said there yet. Rooms and direct conversations only where the user takes part.
   * @throws ChatError `no_such_room`, `no_such_user`, `not_a_member`, `bad_name`
   */
  async conversationFor(user: Actor, destination: string): Promise<ConversationRecord | null> {
    if (destination.startsWith("#")) {
      const room = await this.requireRoom(destination);
      await this.requireParticipant(room, user);
      return room;
    }
    if (destination.toLowerCase().endsWith("/feed")) {
      const publisher = await this.requireUser(destination.slice(0, -"/feed".length));
      return await this.store.findFeed(publisher.id);
    }
    const other = await this.store.findUser(requireUserName(destination));
    if (!other) {
      throw new ChatError(
        "no_such_user",
        `There is no user ${quote(destination)}. See /users for who is here.`,
      );
    }
    return await this.store.findDirect(user.id, other.id);
  }

  async memberCount(conversation: LiveConversation): Promise<number> {
    return conversation.memberCount ??= await this.store.countParticipants(conversation.id);
  }

  /** Makes a user a participant; what is said later reaches all its connections. Resolves in the turn of the change. */
  join(record: ConversationRecord, userId: number): Promise<{ isNew: boolean; seq: Seq; count: number }> {
    return new Promise((resolve, reject) => {
      this.store.join(record.id, userId, this.#clock.now()).then((joined) =>
        this.deliverer.enqueue(() => {
          const conversation = this.live.attach(record, this.live.users.get(userId));
          conversation.memberCount = joined.count;
          resolve(joined);
        }), reject);
    });
  }

  leave(record: ConversationRecord, userId: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.store.leave(record.id, userId).then((wasMember) =>
        this.deliverer.enqueue(() => {
          const conversation = this.live.conversation(record.id);
          const user = this.live.users.get(userId);
          if (conversation && user) this.live.detach(conversation, user);
          if (conversation?.memberCount && wasMember) conversation.memberCount--;
          resolve(wasMember);
        }), reject);
    });
  }

  // ---- users ----

  /** The user of this record is here from now on, with this connection. Its conversations are known when this resolves. */
  async arrive(record: UserRecord, receiver: Receiver): Promise<void> {
    const { user } = receiver;
    user.receivers.add(receiver);
    await (user.arrival ??= this.#attachAll(user, record));
  }

  /** The live user of this record, new where there is no connection of its yet. */
  liveUser(record: UserRecord): LiveUser {
    const user = this.live.users.get(record.id) ?? new LiveUser(record);
    this.live.addUser(user);
    return user;
  }

  async #attachAll(user: LiveUser, record: UserRecord): Promise<void> {
    for (const conversation of await this.store.conversationsOf(record.id)) {
      this.live.attach(conversation, user);
    }
  }

  /** The connection has gone. */
  depart(receiver: Receiver): void {
    const { user } = receiver;
    user.receivers.delete(receiver);
    if (user.receivers.size > 0 || this.live.users.get(user.id) !== user) return;
    this.live.removeUser(user);
  }

  // ---- events ----

  /** Sends an event that is not stored to these receivers, in their formats. */
  notify(
    receivers: Iterable<Receiver>,
    event: { code: string; message: string; metadata: Metadata },
  ): void {
    const envelope = notification(event.code, event.message, event.metadata, this.#clock.now());
    const chunks: { json?: Chunk; text?: Chunk | null } = {};
    for (const receiver of receivers) {
      if (!receiver.isLive) continue;
      let chunk = chunks[receiver.format];
      if (chunk === undefined) {
        const line = encode(envelope, receiver.format, "");
        chunk = line === undefined ? null : new Chunk([line]);
        if (receiver.format === "text") chunks.text = chunk;
        else if (chunk) chunks.json = chunk;
      }
      if (!chunk) continue;
      receiver.push(chunk);
      receiver.flush();
    }
  }

  /** All connections of the participants who are here, but this one. */
  *receiversIn(conversation: LiveConversation, except?: Receiver | null): Generator<Receiver> {
    for (const user of conversation.users) {
      for (const receiver of user.receivers) if (receiver !== except) yield receiver;
    }
  }
}

interface Draft {
  readonly sender: Actor;
  readonly request: Request;
  readonly text: string;
  readonly asked: Asked | null;
}

export function isSameName(a: string, b: string): boolean {
  return userKey(a) === userKey(b);
}

/** What went wrong, as an error that a user may see. */
export function asChatError(error: unknown): ChatError {
  if (error instanceof ChatError) return error;
  return new ChatError("internal", "", {}, { cause: error });
}
