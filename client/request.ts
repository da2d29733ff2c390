/** What a client sends, checked before it is sent. */

import { parseCommandLine } from "../protocol/commands.ts";
import { ChatError } from "../protocol/errors.ts";
import { checkRequest, LIMITS, type Request, utf8Length } from "../protocol/message.ts";
import { randomId } from "./request_id.ts";

export type RequestWithId = Request & { id: string };

/** @throws ChatError `bad_message`, as the server would */
export function requireRequest(draft: Record<string, unknown>): RequestWithId {
  return { id: randomId(), ...checkRequest(draft) };
}

/** One line of JSON mode. */
export function encodeRequest({ type, destination, message, metadata, id }: Request): string {
  return JSON.stringify({
    type,
    ...destination !== "" && { destination },
    message,
    ...Object.keys(metadata).length > 0 && { metadata },
    ...id !== undefined && { id },
  });
}

/**
 * The same, not longer than the server takes: it closes the connection over a longer one, which would happen again each
 * time that it is sent again.
 * @throws ChatError `too_long`
 */
export function encodeLine(request: Request): string {
  const line = encodeRequest(request);
  if (utf8Length(line) <= LIMITS.lineBytes) return line;
  throw new ChatError(
    "too_long",
    `The message is too long. At most ${LIMITS.messageBytes} bytes are taken. Send it in parts.`,
    { limit: LIMITS.messageBytes },
  );
}

/** Whether the command's text is said in a conversation. A command that this client does not know is the server's to judge. */
export function isSaying(line: string): boolean {
  try {
    return parseCommandLine(line).spec.says === true;
  } catch {
    return false;
  }
}
