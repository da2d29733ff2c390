/** What completes the word at the caret: people, rooms, commands, emoji; the best first. */

import type { Chat } from "../chat.ts";
import type { Token, TokenKind } from "./completion.ts";
import { hasGlyph } from "./emoji_glyphs.ts";
import { emojiData, loadEmoji, recentEmoji } from "./emoji.ts";
import { conversationKey, isRoom, isSameUser } from "../keys.ts";
import { lastSeqOf } from "../conversations.ts";
import type { Person } from "../presence.ts";
import { match, ranked } from "../finding/ranking.ts";
import { type CommandHelp, spellings } from "./server_commands.ts";

export interface Suggestion {
  readonly kind: "person" | "room" | "command" | "emoji";
  /** What takes the place of the word. */
  readonly insert: string;
  readonly label: string;
  readonly note: string;
  /** Of a person. */
  readonly online?: boolean;
  readonly bot?: boolean;
  /** Of an emoji. */
  readonly symbol?: string;
}

/** More can be found by typing more. */
const MAX_SHOWN = 24;
/** Whoever spoke before so many messages did not speak recently. */
const LATEST = 200;

/** @param name the conversation in which one writes */
export function suggestionsFor(chat: Chat, name: string, token: Token): readonly Suggestion[] {
  return FINDERS[token.kind](chat, name, token).slice(0, MAX_SHOWN);
}

/** Asks for what this kind needs and is not there yet; the suggestions change when it comes. */
export function prepare(chat: Chat, { kind }: Token): void {
  if (kind === "emoji") loadEmoji().catch(() => {});
  if (kind === "command") chat.writing.commands.load().catch(() => {});
  if (kind === "room" || kind === "place") chat.writing.rooms.load();
}

/** Whether the word needs no completing: what is first is what was typed. */
export function isTypedInFull({ insert }: Suggestion, { query }: Token): boolean {
  return insert.replace(/^[@#/]/, "").toLowerCase() === query.replace(/^[@#]/, "").toLowerCase();
}

type Finder = (chat: Chat, name: string, token: Token) => readonly Suggestion[];

const FINDERS: Readonly<Record<TokenKind, Finder>> = {
  person: findPeople,
  room: findRooms,
  place: (chat, name, token) => [
    ...findRooms(chat, name, token),
    ...token.query.startsWith("#") ? [] : findPeople(chat, name, token),
  ],
  command: findCommands,
  emoji: findSymbols,
};

/** Who spoke here last comes first, then the members of the room, then who is online. */
function findPeople(chat: Chat, name: string, { query, isArgument }: Token): readonly Suggestion[] {
  const members = new Set((chat.directory.members.value.get(conversationKey(name)) ?? []).map(userKeyOf));
  const spoken = speakersIn(chat, name);
  const weight = (person: Person) => {
    const turn = spoken.indexOf(userKeyOf(person));
    return (turn < 0 ? 1_000 : turn) + (members.has(userKeyOf(person)) ? 0 : 4_000) +
      (person.online ? 0 : 2_000);
  };
  const people = chat.presence.people.value
    .filter(({ user }) => isArgument || !isSameUser(user, chat.me.value))
    .map((person) => ({ person, weight: weight(person) }))
    .sort((a, b) => a.weight - b.weight);
  return ranked(people, query, ({ person }) => [person.user]).map(({ person: { user, online, bot } }) => ({
    kind: "person",
    insert: isArgument ? user : `@${user}`,
    label: user,
    note: isRoom(name) && !members.has(user.toLowerCase()) ? "not in this room" : "",
    online,
    bot,
  }));
}

/** Whose messages stand here, the latest first. */
function speakersIn(chat: Chat, name: string): readonly string[] {
  const senders = chat.timeline(name).entries.value.slice(-LATEST).filter(({ sender }) => sender !== "");
  return [...new Set(senders.toReversed().map(({ sender }) => sender.toLowerCase()))];
}

function userKeyOf({ user }: Person): string {
  return user.toLowerCase();
}

/** One's own rooms, those with the newest messages first; then the others of the server. */
function findRooms(chat: Chat, _name: string, { query, isArgument }: Token): readonly Suggestion[] {
  const own = chat.conversations.all.value.filter(({ kind }) => kind === "room")
    .toSorted((a, b) => lastSeqOf(b) - lastSeqOf(a))
    .map(({ name }) => ({ name, note: "" }));
  const known = new Set(own.map(({ name }) => conversationKey(name)));
  const others = chat.writing.rooms.all
    .filter(({ room }) => !known.has(conversationKey(room)))
    .map(({ room, members }) => ({
      name: room,
      note: `${members} ${members === 1 ? "member" : "members"}, not joined`,
    }));
  const typed = isArgument ? query.replace(/^#/, "") : query;
  return ranked([...own, ...others], typed, ({ name }) => [name.slice(1)]).map(({ name, note }) => ({
    kind: "room",
    insert: name,
    label: name.slice(1),
    note,
  }));
}

function findCommands(chat: Chat, _name: string, { query, isArgument }: Token): readonly Suggestion[] {
  const suggestion = (help: CommandHelp): Suggestion => {
    const typed = spellings(help).find((each) => match(each, query) !== undefined) ?? help.name;
    return {
      kind: "command",
      insert: isArgument ? typed : `/${typed}`,
      label: help.usage.replace(`/${help.name}`, `/${typed}`),
      note: help.summary,
    };
  };
  return ranked(chat.writing.commands.all, query, spellings).map(suggestion);
}

function findSymbols(_chat: Chat, _name: string, { query }: Token): readonly Suggestion[] {
  const found = emojiData.value?.findEmoji(query, recentEmoji.value) ?? [];
  return found.filter(({ symbol }) => hasGlyph(symbol)).map(({ symbol, codes, label }) => ({
    kind: "emoji",
    insert: symbol,
    symbol,
    label: `:${codes.find((code) => match(code, query) === "prefix") ?? codes[0]}:`,
    note: label,
  }));
}
