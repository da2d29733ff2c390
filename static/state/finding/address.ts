/** What the page's address leads to: `#/general` a room, `#/@alice` a conversation with a user, `#/general/4711` a message there. */

import { isRoom } from "../keys.ts";

export interface Place {
  /** `#room` or a user's name. */
  readonly name: string;
  /** The message there. */
  readonly seq?: number;
}

const START = "#/";
const USER_SIGN = "@";

/** The fragment of a place: the `href` of a link inside the page. */
export function addressOf({ name, seq }: Place): string {
  const sign = isRoom(name) ? encodeURIComponent(name.slice(1)) : USER_SIGN + encodeURIComponent(name);
  return START + sign + (seq === undefined ? "" : `/${seq}`);
}

/** A link to a place that works from elsewhere. */
export function linkTo(place: Place): string {
  return location.href.replace(/#.*$/, "") + addressOf(place);
}

/** Whether the address asks for something, be it readable or not. */
export function asksForPlace(hash = location.hash): boolean {
  return hash.startsWith(START) && hash.length > START.length;
}

/** The place that an address leads to; undefined where it is not the address of one. */
export function placeIn(hash = location.hash): Place | undefined {
  const [, encoded = "", seq] = /^#\/([^/]+)(?:\/([1-9]\d{0,14}))?$/.exec(hash) ?? [];
  const name = nameOf(encoded);
  if (name === undefined) return undefined;
  return { name, ...(seq !== undefined && { seq: Number(seq) }) };
}

function nameOf(encoded: string): string | undefined {
  try {
    const text = decodeURIComponent(encoded);
    if (text === "" || text === USER_SIGN || text === "#") return undefined;
    if (text.startsWith(USER_SIGN)) return text.slice(1);
    return isRoom(text) ? text : "#" + text;
  } catch {
    return undefined;
  }
}
