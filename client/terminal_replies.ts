/** Replies to commands as lines. Everything in a reply is checked before it is shown: a server may be wrong, or hostile. */

import { type Envelope, isObject } from "../protocol/message.ts";
import { safeText } from "../protocol/text.ts";
import type { View } from "./terminal_view.ts";

type Fields = Record<string, unknown>;

/**
 * The lines for a reply; none where it says nothing to a person.
 * @param reply its `metadata.code` says what it is
 * @param listed the room whose members were asked for; empty or left out where it was everybody who is online
 */
export function replyLines(reply: Envelope, view: View, listed = ""): string[] {
  switch (reply.metadata.code) {
    case "history":
      return historyLines(reply, view);
    case "found":
      return foundLines(reply, view);
    case "joined":
      return joinedLines(reply.metadata, view);
    case "users":
      return usersLines(reply.metadata, listed, view);
    case "rooms":
      return tableLines(
        objects(reply.metadata.rooms).map(roomRow),
        view,
        "There are no rooms yet. /join one.",
      );
    case "conversations":
      return tableLines(
        objects(reply.metadata.conversations).map(conversationRow),
        view,
        "No conversations yet.",
      );
    case "help":
      return tableLines(objects(reply.metadata.commands).map(helpRow), view, "There is no such command.");
    default:
      return worded(reply, view);
  }
}

/** The messages that a reply carries; what is not an envelope is left out. */
export function replyMessages(metadata: Fields): Envelope[] {
  return objects(metadata.messages).flatMap((message) => isEnvelope(message) ? [message] : []);
}

/** The names in a list of `{user, online, bot}`. */
export function replyUsers(list: unknown): { user: string; isOnline: boolean; isBot: boolean }[] {
  return objects(list).map((item) => ({
    user: safeText(String(item.user)),
    isOnline: item.online === true,
    isBot: item.bot === true,
  }));
}

/** The names in a list of `{room}`, or of plain strings. */
export function replyRooms(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.map((item) => safeText(String(isObject(item) ? item.room : item)));
}

function historyLines({ metadata }: Envelope, view: View): string[] {
  const messages = replyMessages(metadata);
  if (messages.length === 0) return [view.notice("Nothing was said there.")];
  const first = messages[0]!.seq;
  const more = metadata.more === true && first !== undefined ? `; for older ones add before=${first}` : "";
  return [
    view.rule(count(messages.length, "message")),
    ...messages.map((message) => view.message(message)),
    view.rule(`end${more}`),
  ];
}

/** Newest first, as they were found; the words that matched stand out. */
function foundLines({ metadata }: Envelope, view: View): string[] {
  const messages = replyMessages(metadata);
  if (messages.length === 0) return [view.notice("Nothing found.")];
  const last = messages.at(-1)!.seq;
  const more = metadata.more === true && last !== undefined ? `; for older ones add before=${last}` : "";
  const lines = messages.map((message) =>
    `${foundLine(message, view)} ${view.style.paint("time", `(${message.seq})`)}`
  );
  return [...lines, view.rule(`${count(messages.length, "message")} found, newest first${more}`)];
}

function foundLine(message: Envelope, view: View): string {
  const { snippet } = message.metadata;
  if (typeof snippet !== "string") return view.message(message);
  return view.message({ ...message, message: snippet }).replace(
    /\*\*(.+?)\*\*/gs,
    (whole, word: string) => {
      const painted = view.style.paint("match", word);
      return painted === word ? whole : painted;
    },
  );
}

function joinedLines(metadata: Fields, view: View): string[] {
  const users = replyUsers(metadata.members);
  const size = typeof metadata.member_count === "number" ? metadata.member_count : users.length;
  const online = users.filter((user) => user.isOnline).map(described);
  const here = online.length > 0 ? ` Online: ${listed(online)}.` : "";
  return [view.notice(`You are in ${safeText(String(metadata.room))}, ${count(size, "member")}.${here}`)];
}

function usersLines(metadata: Fields, room: string, view: View): string[] {
  const users = replyUsers(metadata.users);
  const online = users.filter((user) => user.isOnline).map(described);
  const away = users.filter((user) => !user.isOnline).map(described);
  return [
    view.notice(`Online${room && ` in ${room}`} (${online.length}): ${listed(online)}`),
    ...away.length > 0 ? [view.notice(`Away (${away.length}): ${listed(away)}`)] : [],
  ];
}

function roomRow(room: Fields): string[] {
  const membership = room.joined === true ? "you are in it" : "";
  return [
    word(room.room),
    count(Number(room.members), "member"),
    `${Number(room.online)} online`,
    membership,
  ];
}

function conversationRow(conversation: Fields): string[] {
  const unread = Number(conversation.unread);
  const name = conversation.kind === "feed"
    ? `${word(conversation.destination)} (readings)`
    : word(conversation.destination);
  const last = isObject(conversation.last) && isEnvelope(conversation.last) ? conversation.last : undefined;
  return [
    name,
    unread > 0 ? `${unread >= 999 ? "999+" : unread} unread` : "",
    last ? shortened(`${word(last.sender)}: ${last.message}`) : "",
  ];
}

function helpRow(command: Fields): string[] {
  return [word(command.usage), word(command.summary)];
}

/** Rows in columns. A first column that is long pushes the rest of its own row only. */
function tableLines(rows: string[][], view: View, ifEmpty: string): string[] {
  if (rows.length === 0) return [view.notice(ifEmpty)];
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.min(24, Math.max(...rows.map((row) => row[at]!.length)))
  );
  return rows.map((row) => view.notice(row.map((cell, at) => cell.padEnd(widths[at]!)).join("  ").trimEnd()));
}

/** The reply's own words. */
function worded(reply: Envelope, view: View): string[] {
  const text = view.notification(reply);
  return text === undefined ? [] : [text];
}

function described({ user, isBot }: { user: string; isBot: boolean }): string {
  return isBot ? `${user} (bot)` : user;
}

function listed(names: string[]): string {
  const shown = names.slice(0, 30).join(", ");
  return names.length > 30 ? `${shown} and ${names.length - 30} more` : shown || "nobody";
}

export function count(number: number, what: string): string {
  return `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
}

function shortened(text: string): string {
  const line = safeText(text.replace(/\s+/g, " "));
  return line.length > 50 ? line.slice(0, 49) + "…" : line;
}

function word(value: unknown): string {
  return safeText(String(value ?? ""));
}

function objects(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function isEnvelope(value: unknown): value is Envelope {
  return isObject(value) && typeof value.sender === "string" && typeof value.destination === "string" &&
    typeof value.message === "string" && typeof value.timestamp === "string" && isObject(value.metadata) &&
    (value.type === "chat" || value.type === "subscription");
}
