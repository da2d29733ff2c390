/** Which room, user or conversation a name means, and whether somebody may go there. What is not in memory is asked of the store. */

import { ChatError } from "../protocol/errors.ts";
import { quote, requireRoomName, requireUserName } from "../protocol/names.ts";
import type { Live, LiveConversation } from "./live.ts";
import type { ConversationRecord, Store, UserRecord } from "./store.ts";

/** Who does something: a user with or (over HTTP) without a connection. */
export type Actor = Pick<UserRecord, "id" | "name" | "isBot">;

/** What a destination names, as its owner spells it; without a record where nothing was said there yet. */
export interface Place {
  readonly name: string;
  readonly record: ConversationRecord | null;
}

const FEED = "/feed";

export class Conversations {
  constructor(readonly live: Live, readonly store: Store) {}

  /** @throws ChatError `bad_name`, `no_such_room` */
  async requireRoom(name: string): Promise<ConversationRecord> {
    const room = this.live.room(name)?.record ?? await this.store.findRoom(requireRoomName(name));
    if (room) return room;
    throw new ChatError("no_such_room", `There is no room ${quote(name)}. Make it with /join, or see /list.`);
  }

  /** Somebody who has been here. @throws ChatError `bad_name`, `no_such_user` */
  async requireUser(name: string): Promise<UserRecord> {
    const user = await this.store.findUser(requireUserName(name));
    if (user && !user.isPlaceholder) return user;
    throw noSuchUser(name);
  }

  /** Somebody who has been here, or for whom messages wait. @throws ChatError `bad_name`, `no_such_user` */
  async requireAddressee(name: string): Promise<UserRecord> {
    const user = await this.store.findUser(requireUserName(name));
    if (user) return user;
    throw noSuchUser(name);
  }

  /** @throws ChatError `not_a_member` */
  async requireParticipant(record: ConversationRecord, user: Actor): Promise<void> {
    const liveUser = this.live.users.get(user.id);
    const conversation = this.live.conversation(record.id);
    if (liveUser && conversation?.users.has(liveUser)) return;
    if (await this.store.isParticipant(record.id, user.id)) return;
    throw new ChatError("not_a_member", `You are not in ${record.name}. Enter it with /join ${record.name}.`);
  }

  /** The room of that name. @throws ChatError `bad_name`, `no_such_room`, `not_a_member` */
  async requireOwnRoom(user: Actor, name: string): Promise<ConversationRecord> {
    const room = await this.requireRoom(name);
    await this.requireParticipant(room, user);
    return room;
  }

  /**
   * What a destination names for this user: `#room`, a user's name, or `NAME/feed`. Rooms and direct conversations only
   * where the user takes part.
   * @throws ChatError `no_such_room`, `no_such_user`, `not_a_member`, `bad_name`
   */
  async placeOf(user: Actor, destination: string): Promise<Place> {
    if (destination.startsWith("#")) {
      const record = await this.requireOwnRoom(user, destination);
      return { name: record.name, record };
    }
    if (destination.toLowerCase().endsWith(FEED)) {
      const publisher = await this.requireUser(destination.slice(0, -FEED.length));
      return { name: publisher.name + FEED, record: await this.store.findFeed(publisher.id) };
    }
    const other = await this.requireAddressee(destination);
    return { name: other.name, record: await this.store.findDirect(user.id, other.id) };
  }

  /** Participants, here or away. */
  async memberCount(conversation: LiveConversation): Promise<number> {
    return conversation.memberCount ??= await this.store.countParticipants(conversation.id);
  }
}

function noSuchUser(name: string): ChatError {
  return new ChatError("no_such_user", `There is no user ${quote(name)}. See /users for who is here.`);
}
