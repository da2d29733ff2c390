/** A message of somebody's as one harmless line of Markdown: who, when, and what, shortened. */

import type { Envelope } from "../../protocol/message.ts";
import { userKey } from "../../protocol/names.ts";

const TEXT_MAX = 160;
/** Shown before the word that was looked for. */
const LEAD = 60;

/** @param terms in lower case; the part of the text around the first that occurs is shown */
export function quoteMessage(
  message: Envelope,
  terms: readonly string[],
  place: { asker: string; room: string },
): string {
  const time = message.timestamp.slice(0, 16).replace("T", " ");
  const text = excerpt(harmless(message.message), terms);
  return `- ${message.sender}${destinationWords(message, place)}, ${time} UTC: \`${text}\``;
}

/** Nothing where it was said where the question was asked. */
function destinationWords(
  { destination, type }: Envelope,
  { asker, room }: { asker: string; room: string },
): string {
  if (destination === room || type === "subscription") return "";
  if (destination.startsWith("#")) return ` in ${destination}`;
  return userKey(destination) === userKey(asker) ? " to you" : ` to ${destination}`;
}

/**
 * One line that can end neither the code span nor the line that it is quoted in, and that holds nothing that steers a
 * terminal or the order of letters.
 */
export function harmless(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu, " ")
    .replaceAll("`", "'").replace(/\s+/g, " ").trim();
}

function excerpt(text: string, terms: readonly string[]): string {
  const letters = [...text];
  if (letters.length <= TEXT_MAX) return text;
  const start = Math.max(0, Math.min(placeOf(text, terms) - LEAD, letters.length - TEXT_MAX));
  const part = letters.slice(start, start + TEXT_MAX).join("").trim();
  return (start > 0 ? "…" : "") + part + (start + TEXT_MAX < letters.length ? "…" : "");
}

/** Where the first term stands, in code points; 0 where none does. */
function placeOf(text: string, terms: readonly string[]): number {
  const plain = text.toLowerCase();
  const places = terms.map((term) => plain.indexOf(term)).filter((place) => place >= 0);
  return places.length === 0 ? 0 : [...plain.slice(0, Math.min(...places))].length;
}
