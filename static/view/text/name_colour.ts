/** The colour that belongs to a user's name. */

import { userKey } from "../../../protocol/names.ts";

/** As many as tokens.css has hues. */
export const COLOURS = 14;

/** From 0 to COLOURS - 1; the same for all spellings of a name. */
export function colourOf(name: string): number {
  // FNV-1a, and then the end of MurmurHash3: the bits of a short name's FNV-1a alone are far from even.
  let hash = 0x811c9dc5;
  for (const char of userKey(name)) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193);
  hash = Math.imul(hash ^ hash >>> 16, 0x85ebca6b);
  hash = Math.imul(hash ^ hash >>> 13, 0xc2b2ae35);
  return ((hash ^ hash >>> 16) >>> 0) % COLOURS;
}
