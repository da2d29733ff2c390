/** What the switcher offers for what was typed: conversations, people, rooms, and what the page can do. */

import { isUserName, requireRoomName } from "../../../protocol/names.ts";
import type { Chat } from "../chat.ts";
import { lastSeqOf, mentionsIn, unreadIn } from "../conversations.ts";
import { type Fit, fit } from "./fuzzy.ts";
import { conversationKey, isSameUser } from "../keys.ts";
import { type PageCommand, pageCommands } from "./page_commands.ts";
import { sectionsOf } from "./sections.ts";

/** One row of the `rooms` reply. */
export interface Room {
  readonly room: string;
  readonly members: number;
  readonly online: number;
  readonly joined: boolean;
}

export type Choice =
  & { readonly key: string; readonly label: string; readonly places: Fit["places"] }
  & (
    | {
      readonly kind: "conversation";
      readonly name: string;
      readonly unread: number;
      readonly mentions: number;
    }
    /** Somebody with whom there is no conversation yet. */
    | { readonly kind: "person"; readonly name: string }
    /** A room that the user is not in. */
    | { readonly kind: "room"; readonly name: string; readonly members: number }
    | { readonly kind: "command"; readonly command: PageCommand }
    | { readonly kind: "create" | "write"; readonly name: string }
    | { readonly kind: "search"; readonly query: string }
  );

/** What the first sign that was typed narrows the choices to. */
type Scope = "all" | "rooms" | "people" | "commands";

interface Rated {
  readonly choice: Choice;
  readonly score: number;
}

const SCOPES: Readonly<Record<string, Scope>> = { "#": "rooms", "@": "people", ">": "commands" };
const MOST = 40;
/** What a command may be looked for under counts only where a whole part of it was typed. */
const LEAST_ALSO = 20;

/** The best first. `rooms` are those that the server lists, as far as they are known yet. */
export function choices(chat: Chat, typed: string, rooms: readonly Room[]): readonly Choice[] {
  const scope = SCOPES[typed.trimStart()[0] ?? ""] ?? "all";
  const wanted = (scope === "all" ? typed : typed.trimStart().slice(1)).trim();
  const rated = [
    ...conversationChoices(chat, wanted, scope),
    ...(scope === "all" || scope === "people" ? personChoices(chat, wanted) : []),
    ...(scope === "all" || scope === "rooms" ? roomChoices(chat, wanted, rooms) : []),
    ...(scope === "all" || scope === "commands" ? commandChoices(chat, wanted) : []),
  ];
  const best = rated.sort((a, b) => b.score - a.score).slice(0, MOST).map(({ choice }) => choice);
  return [...best, ...newChoices(chat, wanted, scope, best)];
}

/** Whoever is unread comes before whoever was visited lately; the open one is the last. */
function conversationChoices(chat: Chat, wanted: string, scope: Scope): Rated[] {
  const { visited } = chat.navigation;
  const newest = Math.max(1, ...chat.conversations.all.value.map(lastSeqOf));
  return chat.conversations.all.value
    .filter(({ kind }) => scope === "all" || scope === (kind === "room" ? "rooms" : "people"))
    .flatMap((conversation) => {
      const { key, name, kind } = conversation;
      const label = kind === "room" ? name.slice(1) : name;
      const [unread, mentions] = [unreadIn(conversation), mentionsIn(conversation)];
      const visit = visited.indexOf(key);
      const recency = visit < 0 ? lastSeqOf(conversation) / newest : visit === 0 ? -1 : 2 + 8 / visit;
      const bonus = 12 + recency + (mentions > 0 ? 30 : unread > 0 ? 15 : 0);
      return rate(label, wanted, bonus, (places) => ({
        kind: "conversation",
        key: `c ${key}`,
        label,
        places,
        name,
        unread,
        mentions,
      }));
    });
}

function personChoices(chat: Chat, wanted: string): Rated[] {
  const { people, services } = sectionsOf(chat);
  const bots = services.filter((name) => !chat.conversations.find(name));
  return [...people.map(({ user }) => user), ...bots].flatMap((name) =>
    rate(name, wanted, chat.presence.isOnline(name) ? 8 : 4, (places) => ({
      kind: "person",
      key: `p ${conversationKey(name)}`,
      label: name,
      places,
      name,
    }))
  );
}

/** Without anything typed they would be too many. */
function roomChoices(chat: Chat, wanted: string, rooms: readonly Room[]): Rated[] {
  return rooms.filter(({ room }) => !chat.conversations.find(room)).flatMap(({ room, members }) => {
    const label = room.slice(1);
    return rate(label, wanted, 2, (places) => ({
      kind: "room",
      key: `r ${conversationKey(room)}`,
      label,
      places,
      name: room,
      members,
    }));
  });
}

function commandChoices(chat: Chat, wanted: string): Rated[] {
  return pageCommands(chat).flatMap((command) => {
    const make = (places: Fit["places"]): Choice => ({
      kind: "command",
      key: `> ${command.name}`,
      label: command.name,
      places,
      command,
    });
    const byName = rate(command.name, wanted, 0, make);
    if (byName.length > 0) return byName;
    return rate(command.also, wanted, -10, () => make([])).filter(({ score }) => score > LEAST_ALSO);
  });
}

/** What does not exist yet, under the name that was typed. */
function newChoices(chat: Chat, wanted: string, scope: Scope, known: readonly Choice[]): Choice[] {
  if (wanted === "" || scope === "commands") return [];
  const names = new Set(known.flatMap((each) => "name" in each ? [conversationKey(each.name)] : []));
  const room = roomNamed(wanted);
  const result: Choice[] = [];
  if (scope !== "people" && room && !names.has(conversationKey(room))) {
    result.push({ kind: "create", key: "create", label: `Create room ${room}`, places: [], name: room });
  }
  const isNew = isUserName(wanted) && !names.has(conversationKey(wanted));
  if (scope !== "rooms" && isNew && !isSameUser(wanted, chat.me.value)) {
    result.push({ kind: "write", key: "write", label: `Message ${wanted}`, places: [], name: wanted });
  }
  if (scope === "all") {
    result.push({
      kind: "search",
      key: "search",
      label: `Search messages for “${wanted}”`,
      places: [],
      query: wanted,
    });
  }
  return result;
}

function rate(
  name: string,
  wanted: string,
  bonus: number,
  make: (places: Fit["places"]) => Choice,
): Rated[] {
  const found = fit(name, wanted);
  return found ? [{ choice: make(found.places), score: found.score + bonus }] : [];
}

function roomNamed(text: string): string | undefined {
  try {
    return requireRoomName(text);
  } catch {
    return undefined;
  }
}
