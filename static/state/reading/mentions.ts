/** Which messages call somebody by name. */

import type { Envelope } from "../../../protocol/message.ts";
import { isRoom, isSameUser } from "../keys.ts";
import { mentions } from "./references.ts";

/** Whether this message in a room calls the user `me`, who did not write it. */
export function isMention(
  message: Pick<Envelope, "type" | "sender" | "destination" | "message">,
  me: string,
): boolean {
  return message.type === "chat" && isRoom(message.destination) && !isSameUser(message.sender, me) &&
    mentions(message.message, me);
}
