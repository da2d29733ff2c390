/** How far each conversation was read on this screen, to be told to the server now and then. */

import type { Envelope } from "../protocol/message.ts";
import { roomKey, userKey } from "../protocol/names.ts";

export interface ReadMark {
  /** As `/seen` takes it: `#room`, a user's name, or `NAME/feed`. */
  readonly destination: string;
  readonly seq: number;
}

export class ReadMarker {
  readonly #marks = new Map<string, ReadMark>();

  /** Notes a message of another's that was shown to `user`. */
  saw(message: Envelope, user: string): void {
    const { seq } = message;
    if (seq === undefined || userKey(message.sender) === userKey(user)) return;
    const destination = conversationOf(message, user);
    const key = roomKey(destination);
    if (seq > (this.#marks.get(key)?.seq ?? 0)) this.#marks.set(key, { destination, seq });
  }

  /** What has changed since the last time. */
  take(): ReadMark[] {
    const marks = [...this.#marks.values()];
    this.#marks.clear();
    return marks;
  }
}

function conversationOf({ type, sender, destination }: Envelope, user: string): string {
  if (type === "subscription") return `${sender}/feed`;
  return userKey(destination) === userKey(user) ? sender : destination;
}
