/** Where a message goes: finds its conversation, checks the sender's right to speak there, and makes it ready to be stored. */

import { ChatError } from "../protocol/errors.ts";
import { checkText, encodeMetadata, type Request } from "../protocol/message.ts";
import { requireUserName } from "../protocol/names.ts";
import type { Clock } from "./clock.ts";
import type { Actor, Conversations } from "./conversations.ts";
import type { Live, LiveConversation } from "./live.ts";
import type { NewMessage, Store } from "./store.ts";

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

export interface Manner {
  /** It came by `/ask`. */
  readonly isQuestion?: boolean;
  /** Also to public rooms that the sender has not joined. */
  readonly anyRoom?: boolean;
}

interface Draft {
  readonly sender: Actor;
  readonly request: Request;
  readonly text: string;
  /** JSON. */
  readonly metadata: string;
  readonly asked: Asked | null;
}

/** The AI bots, the preferred one first. */
export const AI_BOTS = ["openai", "aibot"] as const;

/** A bot that has been away for longer is not just starting again: what it is asked would stay without an answer. */
const RESTART_MS = 60_000;

export class Addressing {
  readonly #live: Live;
  readonly #store: Store;
  readonly #conversations: Conversations;
  readonly #clock: Clock;

  constructor(conversations: Conversations, clock: Clock) {
    this.#live = conversations.live;
    this.#store = conversations.store;
    this.#conversations = conversations;
    this.#clock = clock;
  }

  /**
   * Checks a `chat` or `subscription` and finds where it goes. Answers at once where all that it needs is in memory.
   * @throws ChatError (or rejects)
   */
  prepare(sender: Actor, request: Request, manner: Manner = {}): Prepared | Promise<Prepared> {
    const text = checkText(request.message);
    if (manner.isQuestion) return this.#prepareQuestion(sender, request, manner.anyRoom ?? false);
    const draft: Draft = { sender, request, text, metadata: metadataOf(sender, request), asked: null };
    if (request.type === "subscription") return this.#prepareFeed(draft);
    if (request.destination.startsWith("#")) return this.#prepareRoom(draft, manner.anyRoom ?? false);
    if (request.destination === "") {
      throw new ChatError("bad_message", 'It says no destination. Give "#room" or a user\'s name.');
    }
    return this.#prepareDirect(draft);
  }

  /** In a room for all to see; anywhere else to the bot directly, which then needs no telling. */
  #prepareQuestion(sender: Actor, request: Request, anyRoom: boolean): Prepared | Promise<Prepared> {
    if (sender.isBot) throw new ChatError("forbidden", "Bots do not ask bots.");
    const here = AI_BOTS.map((name) => this.#live.userNamed(name)).find((bot) => bot?.isBot);
    const ask = (bot: Asked) => this.#ask(bot, sender, request, anyRoom);
    return here ? ask(here) : this.#awayBot().then(ask);
  }

  #ask(bot: Asked, sender: Actor, request: Request, anyRoom: boolean): Prepared | Promise<Prepared> {
    const isForAll = request.destination.startsWith("#");
    const asked = isForAll ? bot : null;
    const draft = {
      sender,
      request: isForAll ? request : { ...request, destination: bot.name },
      text: request.message,
      metadata: metadataOf(sender, request, asked),
      asked,
    };
    return isForAll ? this.#prepareRoom(draft, anyRoom) : this.#prepareDirect(draft);
  }

  /** An AI bot that was here a moment ago. @throws ChatError `no_such_user` */
  async #awayBot(): Promise<Asked> {
    const since = this.#clock.now() - RESTART_MS;
    for (const name of AI_BOTS) {
      const bot = await this.#store.findUser(name);
      if (bot?.isBot && bot.lastSeenAt >= since) return bot;
    }
    throw new ChatError(
      "no_such_user",
      "No AI bot is here to answer. Ask again later, or start the server without --no-openai.",
    );
  }

  async #prepareFeed(draft: Draft): Promise<Prepared> {
    const { sender } = draft;
    let feed = this.#live.feed(sender.id);
    if (!feed) {
      const record = await this.#store.findOrMakeFeed(sender.id, this.#clock.now());
      feed = this.#live.attach(record, this.#live.users.get(sender.id));
    }
    await this.#conversations.memberCount(feed);
    return this.#prepared(draft, feed, "");
  }

  #prepareRoom(draft: Draft, anyRoom: boolean): Prepared | Promise<Prepared> {
    const user = this.#live.users.get(draft.sender.id);
    const room = this.#live.room(draft.request.destination);
    if (room && user && room.users.has(user)) return this.#toRoom(draft, room);
    return this.#prepareOtherRoom(draft, anyRoom);
  }

  async #prepareOtherRoom(draft: Draft, anyRoom: boolean): Promise<Prepared> {
    const record = await this.#conversations.requireRoom(draft.request.destination);
    const mayAnswer = answeredSeq(draft.sender, draft.request) !== undefined;
    if (!anyRoom && !mayAnswer) await this.#conversations.requireParticipant(record, draft.sender);
    return this.#toRoom(draft, this.#live.attach(record));
  }

  #toRoom(draft: Draft, room: LiveConversation): Prepared {
    return this.#prepared(draft, room, room.record.name);
  }

  #prepareDirect(draft: Draft): Prepared | Promise<Prepared> {
    const name = requireUserName(draft.request.destination);
    const user = this.#live.userNamed(name);
    const direct = user && this.#live.direct(draft.sender.id, user.id);
    if (!user || !direct) return this.#prepareNewDirect(draft, name);
    return this.#toUser(draft, direct, { id: user.id, name: user.name, isKnown: true });
  }

  async #prepareNewDirect(draft: Draft, name: string): Promise<Prepared> {
    const record = await this.#store.findOrReserveUser(name);
    const { id } = draft.sender;
    const direct = this.#live.direct(id, record.id) ??
      this.#live.attach(
        await this.#store.findOrMakeDirect(id, record.id, this.#clock.now()),
        this.#live.users.get(id),
        this.#live.users.get(record.id),
      );
    return this.#toUser(draft, direct, { id: record.id, name: record.name, isKnown: !record.isPlaceholder });
  }

  #toUser(draft: Draft, direct: LiveConversation, to: NonNullable<Prepared["to"]>): Prepared {
    return this.#prepared(draft, direct, to.name, to);
  }

  #prepared(
    { sender, request, text, metadata, asked }: Draft,
    conversation: LiveConversation,
    destination: string,
    to: Prepared["to"] = null,
  ): Prepared {
    const answersSeq = answeredSeq(sender, request);
    const message: NewMessage = {
      conversationId: conversation.id,
      senderId: sender.id,
      type: request.type as "chat" | "subscription",
      text,
      metadata,
      clientId: request.id ?? null,
      createdAt: this.#clock.now(),
      askedBotId: asked?.id,
      answersSeq,
    };
    return { message, conversation, sender, asked, destination, to };
  }
}

/** Made before anything else is: a message that is refused leaves nothing behind. @throws ChatError `too_long`, `bad_message` */
function metadataOf(sender: Actor, { metadata }: Request, asked: Asked | null = null): string {
  if (!sender.isBot && !asked) return encodeMetadata(metadata);
  return encodeMetadata(metadata, {
    ...(sender.isBot ? { bot: true } : {}),
    ...(asked ? { ask: true } : {}),
  });
}

/** The question that a bot says it answers. */
function answeredSeq(sender: Actor, { metadata }: Request): number | undefined {
  if (!sender.isBot) return undefined;
  return typeof metadata.answer_to === "number" ? metadata.answer_to : undefined;
}
