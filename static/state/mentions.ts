/** Who is called by name in a message: `@name` as a whole word, in any case. */

import type { Envelope } from "../../protocol/message.ts";
import { isRoom, isSameUser } from "./keys.ts";

const patterns = new Map<string, RegExp>();

/** Whether `text` calls the user `name`. A dot ends a sentence unless more of a name follows. */
export function mentions(text: string, name: string): boolean {
  if (name === "" || !text.includes("@")) return false;
  const known = patterns.get(name) ?? pattern(name);
  patterns.set(name, known);
  return known.test(text);
}

/** Whether this message in a room calls the user `me`, who did not write it. */
export function isMention(
  message: Pick<Envelope, "type" | "sender" | "destination" | "message">,
  me: string,
): boolean {
  return message.type === "chat" && isRoom(message.destination) && !isSameUser(message.sender, me) &&
    mentions(message.message, me);
}

function pattern(name: string): RegExp {
  const escaped = name.replace(/[.-]/g, "\\$&");
  return new RegExp(`(?<![\\p{L}\\p{N}_.@-])@${escaped}(?![\\p{L}\\p{N}_-]|\\.[\\p{L}\\p{N}_-])`, "iu");
}
