/** The names under which the AI bot can be there; nobody else can have them (docs/protocol.md, sections 7 and 8). */

import { userKey } from "../../../protocol/names.ts";

/** The one with a model first: where it is, it answers. */
export const AI_BOTS = ["openai", "aibot"] as const;

export function isAiBotName(name: string): boolean {
  return AI_BOTS.some((bot) => bot === userKey(name));
}
