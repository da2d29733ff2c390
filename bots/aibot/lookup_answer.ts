/** Answers a lookup: searches with the asker's rights, and quotes what was found, who said it and when. */

import { ChatError } from "../../protocol/errors.ts";
import type { Envelope } from "../../protocol/message.ts";
import { userKey } from "../../protocol/names.ts";
import { type Lookup, lookupIn, searchTerm } from "./lookup.ts";
import { quoteMessage } from "./quote.ts";

/** Where and by whom a lookup was asked. */
export interface LookupPlace {
  readonly asker: string;
  /** `#room`; empty where it was asked directly. */
  readonly room: string;
  /** The question's position in the log. */
  readonly seq: number;
  readonly botName: string;
  /**
   * Sends a command that changes nothing and resolves with its reply.
   * @throws ChatError where it was refused
   */
  lookUp(line: string, options?: { destination?: string }): Promise<Envelope>;
}

/** At most so many messages are quoted. */
const QUOTES_MAX = 5;
/** At most so many pages of results are read; of each, times and questions to the bot are left out. */
const PAGES_MAX = 5;
/** Without a word to look for, so many messages are looked through. */
const HISTORY_LIMIT = 200;

/** Resolves with Markdown. Rejects only where the bot is stopped. */
export async function answerLookup(lookup: Lookup, place: LookupPlace): Promise<string> {
  try {
    if (lookup.terms.length === 0) return await answerWithoutTerms(lookup, place);
    return await answerByTerms(lookup, place);
  } catch (error) {
    if (error instanceof ChatError) return refusalWords(error, lookup);
    throw error;
  }
}

async function answerByTerms(lookup: Lookup, place: LookupPlace): Promise<string> {
  const whole = await search(lookup, lookup.terms, place);
  if (whole.messages.length > 0) return foundWords(whole, lookup, place);
  const parts = lookup.terms.length < 2 ? whole : await searchEach(lookup, place);
  const nothing = `I found nothing${describe(lookup, place)}.`;
  if (parts.messages.length === 0) return `${nothing}${hint(lookup, place)}`;
  return `${nothing} With some of these words:\n${quotes(parts, lookup, place)}`;
}

/** `more`: there are more than these, or the search gave up before its end. */
interface Found {
  readonly messages: readonly Envelope[];
  readonly more: boolean;
}

async function search(lookup: Lookup, terms: readonly string[], place: LookupPlace): Promise<Found> {
  const line = findLine(lookup, terms, place);
  const found: Envelope[] = [];
  let before = "";
  for (let page = 1; page <= PAGES_MAX; page++) {
    const { metadata } = await place.lookUp(line + before);
    const messages = metadata.messages as readonly Envelope[];
    found.push(...messages.filter((message) => isWanted(message, lookup, place)));
    if (found.length > QUOTES_MAX) return { messages: found.slice(0, QUOTES_MAX), more: true };
    const oldest = messages.at(-1);
    if (metadata.more !== true || !oldest || isBefore(oldest, lookup)) {
      return { messages: found, more: false };
    }
    before = ` before=${oldest.seq}`;
  }
  return { messages: found, more: true };
}

async function searchEach(lookup: Lookup, place: LookupPlace): Promise<Found> {
  const bySeq = new Map<number, Envelope>();
  for (const term of lookup.terms) {
    const { messages } = await search(lookup, [term], place);
    for (const message of messages) bySeq.set(message.seq!, message);
  }
  const messages = [...bySeq.values()].sort((a, b) => b.seq! - a.seq!);
  return { messages: messages.slice(0, QUOTES_MAX), more: messages.length > QUOTES_MAX };
}

function findLine(lookup: Lookup, terms: readonly string[], place: LookupPlace): string {
  const from = speaker(lookup, place);
  const inside = lookup.scope.kind === "room"
    ? lookup.scope.room
    : lookup.scope.kind === "here"
    ? place.room
    : "";
  return `/find ${terms.map(searchTerm).join(" ")}` + (inside === "" ? "" : ` in=${inside}`) +
    (from === undefined ? "" : ` from=${from}`) + ` behalf=${place.seq}`;
}

function speaker({ from }: Lookup, { asker, botName }: LookupPlace): string | undefined {
  return from === "me" ? asker : from === "you" ? botName : from;
}

/**
 * What is of use to the asker, and may be shown where the question was asked: in a room nothing of what was said to
 * anybody alone, although the asker could read it.
 */
function isWanted(message: Envelope, lookup: Lookup, place: LookupPlace): boolean {
  const { sender, destination, metadata, seq } = message;
  if (seq === undefined || seq >= place.seq) return false;
  if (place.room !== "" && message.type === "chat" && !destination.startsWith("#")) return false;
  const isBot = userKey(sender) === userKey(place.botName);
  if (isBot !== (lookup.from === "you")) return false;
  const isQuestion = metadata.ask === true || userKey(destination) === userKey(place.botName);
  if (isQuestion || lookupIn(message.message, 0)) return false;
  const at = Date.parse(message.timestamp);
  return !lookup.span || at >= lookup.span.since && at < lookup.span.until;
}

function isBefore({ timestamp }: Envelope, { span }: Lookup): boolean {
  return span !== undefined && Date.parse(timestamp) < span.since;
}

/**
 * "What did bob say yesterday?" names no word, and a search needs one. The room's latest messages do, where the bot may
 * read them; they are shown only where they were said.
 */
async function answerWithoutTerms(lookup: Lookup, place: LookupPlace): Promise<string> {
  const words = 'Name a word to look for, as in "what did bob say about the release?"';
  if (place.room === "" || lookup.scope.kind !== "here") return words;
  const reply = await place.lookUp(`/history ${HISTORY_LIMIT} before=${place.seq}`, {
    destination: place.room,
  })
    .catch((error: unknown) => {
      if (error instanceof ChatError) return undefined;
      throw error;
    });
  if (!reply) return words;
  const from = speaker(lookup, place);
  const messages = (reply.metadata.messages as readonly Envelope[])
    .filter((message) => from === undefined || userKey(message.sender) === userKey(from))
    .filter((message) => isWanted(message, lookup, place)).reverse();
  const found = { messages: messages.slice(0, QUOTES_MAX), more: messages.length > QUOTES_MAX };
  if (messages.length > 0) return foundWords(found, lookup, place);
  return `I found nothing${describe(lookup, place)} among the last ${HISTORY_LIMIT} messages here. ${words}`;
}

function foundWords(found: Found, lookup: Lookup, place: LookupPlace): string {
  const names = [...new Set(found.messages.map(({ sender }) => sender))];
  const intro = lookup.asksWho
    ? `${listed(names)}. Newest first:`
    : `Found${describe(lookup, place)}, newest first:`;
  return `${intro}\n${quotes(found, lookup, place)}`;
}

function quotes({ messages, more }: Found, { terms }: Lookup, place: LookupPlace): string {
  const lines = messages.map((message) => quoteMessage(message, terms, place));
  return [...lines, ...more ? ["There is more; `/find` shows all of it."] : []].join("\n");
}

/** As in ` from bob with "release" yesterday in #ops`. */
function describe(lookup: Lookup, place: LookupPlace): string {
  const from = speaker(lookup, place);
  const what = lookup.terms.map((term) => `"${term}"`).join(" and ");
  const where = lookup.scope.kind === "room"
    ? ` in ${lookup.scope.room}`
    : place.room === ""
    ? " in what you may read"
    : lookup.scope.kind === "here"
    ? ` in ${place.room}`
    : " in your rooms";
  const span = lookup.span ? ` (${lookup.span.words}, in UTC)` : "";
  return (from === undefined ? "" : ` from ${from}`) + (what === "" ? "" : ` with ${what}`) + span + where;
}

function hint({ scope, span }: Lookup, { room }: LookupPlace): string {
  if (span) return " Perhaps it was at another time.";
  if (room !== "" && scope.kind === "here") {
    return ' To look further, add "in all rooms", or ask me directly.';
  }
  return "";
}

function refusalWords(error: ChatError, { from }: Lookup): string {
  if (error.code === "no_such_user") return `I know nobody called ${from}, so I found nothing.`;
  return `I could not look that up: ${error.message}`;
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
