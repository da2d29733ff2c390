/** The room that a line is said in: the one joined last, at first the lobby. */

import type { Envelope } from "../protocol/message.ts";
import { roomKey } from "../protocol/names.ts";
import { replyRooms } from "./terminal_replies.ts";

/** The lobby's name where nobody chose another. */
const LOBBY = "#general";

export class CurrentRoom {
  #name = "";
  #joined: string[] = [];

  /** Empty where there is none. */
  get name(): string {
    return this.#name;
  }

  /** Takes a welcome, or a reply to `/join` or `/leave`. Returns whether another room is the current one now. */
  take({ metadata }: Envelope): boolean {
    const before = this.#name;
    const [room = ""] = metadata.room === undefined ? [] : replyRooms([metadata.room]);
    if (metadata.code === "welcome") {
      this.#joined = replyRooms(metadata.rooms);
      if (!this.has(before)) this.#name = this.#home();
    } else if (metadata.code === "joined") {
      if (!this.has(room)) this.#joined.push(room);
      this.#name = room;
    } else if (metadata.code === "left") {
      this.#joined = this.#joined.filter((name) => !isSame(name, room));
      if (isSame(before, room)) this.#name = this.#home();
    }
    return this.#name !== before;
  }

  /** Whether the user is a member of it. */
  has(room: string): boolean {
    return this.#joined.some((name) => isSame(name, room));
  }

  #home(): string {
    return this.#joined.find((name) => isSame(name, LOBBY)) ?? this.#joined[0] ?? "";
  }
}

function isSame(a: string, b: string): boolean {
  return roomKey(a) === roomKey(b);
}
