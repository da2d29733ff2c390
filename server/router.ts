/**
 * What is said to whom: takes what participants say, has it stored, and hands it to delivery once it is committed. Who comes,
 * joins and leaves goes through here too, so that members and messages have one order.
 */

import { ChatError } from "../protocol/errors.ts";
import type { Metadata, Request } from "../protocol/message.ts";
import { quote } from "../protocol/names.ts";
import { Addressing, type Manner, type Prepared } from "./addressing.ts";
import { Chunk } from "./chunk.ts";
import type { Clock } from "./clock.ts";
import { type Actor, Conversations } from "./conversations.ts";
import { Deliverer, type Delivery } from "./delivery.ts";
import { encode, notification, STORED_WORDS } from "./encode.ts";
import { Live, type LiveConversation, LiveUser, type Receiver } from "./live.ts";
import { StoredPages } from "./stored_pages.ts";
import type { Appended, ConversationRecord, Seq, Store, UserRecord } from "./store.ts";

const STORED = { message: STORED_WORDS, metadata: {} } as const;

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

export class Router {
  readonly live = new Live();
  readonly deliverer: Deliverer;
  readonly store: Store;
  readonly conversations: Conversations;
  readonly storedPages: StoredPages;
  readonly #addressing: Addressing;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock, onFault?: (error: unknown) => void) {
    this.store = store;
    this.#clock = clock;
    this.conversations = new Conversations(this.live, store);
    this.storedPages = new StoredPages(store);
    this.#addressing = new Addressing(this.conversations, clock);
    this.deliverer = new Deliverer(clock, onFault);
  }

  // ---- saying ----

  /** As `Addressing.prepare`. */
  prepare(sender: Actor, request: Request, manner?: Manner): Prepared | Promise<Prepared> {
    return this.#addressing.prepare(sender, request, manner);
  }

  /** Stores a run of messages of one sender, and has each delivered, or refused. Never rejects. */
  commit(run: readonly Prepared[], sender: Sender): void {
    const refuse = (error: unknown) =>
      run.forEach((prepared) => sender.refused(prepared, asChatError(error)));
    try {
      this.store.append(run.map(({ message }) => message)).then(
        (results) => results.forEach((result, i) => this.#committed(run[i]!, result, sender)),
        refuse,
      );
    } catch (error) {
      refuse(error);
    }
  }

  #committed(prepared: Prepared, result: Appended, sender: Sender): void {
    switch (result.status) {
      case "stored":
        return this.deliverer.enqueue(new Committed(this, prepared, result.seq, sender));
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
    if (message.type === "chat") return STORED;
    return { message: STORED_WORDS, metadata: { subscribers: (conversation.memberCount ?? 1) - 1 } };
  }

  isAway(userId: number): boolean {
    const user = this.live.users.get(userId);
    return !user || user.receivers.size === 0;
  }

  // ---- who takes part ----

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

/** A message on its way from the commit to its receivers. A class and no literal: closures for each message would be a third of its garbage. */
class Committed implements Delivery {
  readonly #router: Router;
  readonly #prepared: Prepared;
  readonly #sender: Sender;
  json: string | undefined;

  constructor(router: Router, prepared: Prepared, readonly seq: Seq, sender: Sender) {
    this.#router = router;
    this.#prepared = prepared;
    this.#sender = sender;
  }

  get senderName(): string {
    return this.#prepared.sender.name;
  }

  get destination(): string {
    return this.#prepared.destination;
  }

  get type(): Delivery["type"] {
    return this.#prepared.message.type;
  }

  get text(): string {
    return this.#prepared.message.text;
  }

  get metadata(): string {
    return this.#prepared.message.metadata;
  }

  get clientId(): string | null {
    return this.#prepared.message.clientId;
  }

  get createdAt(): number {
    return this.#prepared.message.createdAt;
  }

  /** Looked up when it is delivered: users may have come, and the conversation with them, since it was prepared. */
  get conversation(): LiveConversation {
    const { message, conversation } = this.#prepared;
    return this.#router.live.conversation(message.conversationId) ?? conversation;
  }

  get origin(): Receiver | null {
    return this.#sender.receiver;
  }

  get alsoTo(): LiveUser | null {
    const { asked } = this.#prepared;
    return asked && (this.#router.live.users.get(asked.id) ?? null);
  }

  reply(): { message: string; metadata: Metadata } | null {
    return this.#router.replyTo(this.#prepared);
  }

  delivered(): void {
    this.#sender.accepted(this.#prepared, { status: "stored", delivery: this });
  }
}

/** What went wrong, as an error that a user may see. */
export function asChatError(error: unknown): ChatError {
  if (error instanceof ChatError) return error;
  return new ChatError("internal", "", {}, { cause: error });
}
