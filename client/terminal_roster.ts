/** The names and rooms that the terminal has heard of, the most recent first, for completion. */

import type { Envelope } from "../protocol/message.ts";
import { isUserName, roomKey, userKey } from "../protocol/names.ts";
import { safeText } from "../protocol/text.ts";
import { replyRooms, replyUsers } from "./terminal_replies.ts";

/** More than anybody wants to step through; a room of thousands must not make the client grow. */
const MAX_KNOWN = 2000;

export class Roster {
  readonly #users = new Map<string, string>();
  readonly #rooms = new Map<string, string>();

  /** The most recent first. */
  get users(): string[] {
    return [...this.#users.values()].reverse();
  }

  get rooms(): string[] {
    return [...this.#rooms.values()].reverse();
  }

  /** Somebody who was seen just now. */
  sawUser(name: string): void {
    if (isUserName(name)) remember(this.#users, userKey(name), name);
  }

  sawRoom(name: string): void {
    if (name.startsWith("#") && safeText(name) === name) remember(this.#rooms, roomKey(name), name);
  }

  sawMessage({ sender, destination }: Envelope): void {
    this.sawUser(sender);
    if (destination.startsWith("#")) this.sawRoom(destination);
    else this.sawUser(destination);
  }

  /** Takes what a notification or a reply tells about who is where. */
  sawNotification({ metadata }: Envelope): void {
    switch (metadata.code) {
      case "welcome":
        for (const room of replyRooms(metadata.rooms).reverse()) this.sawRoom(room);
        return;
      case "joined":
        this.sawRoom(String(metadata.room));
        for (const { user } of replyUsers(metadata.members)) this.sawUser(user);
        return;
      case "users":
        for (const { user } of replyUsers(metadata.users)) this.sawUser(user);
        return;
      case "rooms":
        for (const room of replyRooms(metadata.rooms)) {
          if (!this.#rooms.has(roomKey(room))) this.sawRoom(room);
        }
        return;
      case "nick":
        this.#users.delete(userKey(String(metadata.old)));
        this.sawUser(String(metadata.new));
        return;
      case "online":
      case "member_joined":
        this.sawUser(String(metadata.user));
    }
  }
}

function remember(map: Map<string, string>, key: string, name: string): void {
  map.delete(key);
  map.set(key, name);
  if (map.size > MAX_KNOWN) map.delete(map.keys().next().value!);
}
