/** What to tell the user about something that failed. */

import { ChatError } from "../../protocol/errors.ts";
import { ConnectionLost } from "../../client/connection_lost.ts";

export function words(error: unknown): string {
  if (error instanceof ChatError) return error.message;
  if (error instanceof ConnectionLost) return "There is no connection just now. Try again once it is back.";
  return error instanceof Error ? error.message : String(error);
}
