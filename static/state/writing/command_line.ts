/** What a line that was typed means: text for the conversation, or a command as in text mode. */

import { findCommand, parseArguments, parseCommandLine } from "../../../protocol/commands.ts";
import { requireUserName } from "../../../protocol/names.ts";
import type { Chat } from "../chat.ts";
import { logOut } from "../session.ts";
import { join, leave, subscribe, unsubscribe } from "../membership.ts";
import { checkStored, rename } from "../account.ts";

/** Whether a typed line is a command; `//` at the start says a line that begins with `/`. */
export function isCommandLine(line: string): boolean {
  return /^\/[^/\s]/.test(line) || line.trim() === "!check";
}

/** What a typed line says to others, in a message of its own; undefined where it only asks for something to be done. */
export function saidBy(line: string): string | undefined {
  if (!isCommandLine(line)) return line.startsWith("//") ? line.slice(1) : line;
  const [, name = "", rest = ""] = /^\/(\S+)\s*([^]*)$/.exec(line) ?? [];
  const spec = findCommand(name);
  if (!spec?.says) return undefined;
  return spec.name === "msg" ? rest.replace(/^\S+\s*/, "") : rest;
}

/**
 * Says or does what was typed.
 * @throws ChatError, ConnectionLost, as from the command
 */
export async function runLine(chat: Chat, destination: string, line: string): Promise<void> {
  if (isCommandLine(line)) await runCommand(chat, destination, line);
  else chat.say(destination, line.startsWith("//") ? line.slice(1) : line);
}

async function runCommand(chat: Chat, destination: string, line: string): Promise<void> {
  // What this page does not know, the server may, or says so.
  if (/^\//.test(line) && !findCommand(line.split(/\s/, 1)[0]!)) return await ask(chat, destination, line);
  const { spec, rest } = parseCommandLine(line);
  const [first = ""] = rest.split(/\s/, 1);
  const afterFirst = rest.slice(first.length).trim();
  if (spec.name === "msg" && afterFirst !== "") {
    chat.open(requireUserName(first));
    chat.say(first, afterFirst);
  } else if (spec.name === "msg" && first !== "") chat.open(requireUserName(first));
  else if (spec.name === "say" && rest !== "") chat.say(destination, rest);
  else if (spec.name === "ask" && rest !== "") chat.ask(destination, rest);
  else if (spec.name === "join" && rest !== "") await join(chat, rest);
  else if (spec.name === "leave") await leave(chat, rest || destination);
  else if (spec.name === "subscribe" && rest !== "") await subscribe(chat, rest);
  else if (spec.name === "unsubscribe" && rest !== "") await unsubscribe(chat, rest);
  else if (spec.name === "nick" && rest !== "") await rename(chat, rest);
  else if (spec.name === "check") await checkStored(chat);
  else if (spec.name === "find" && rest !== "") await find(chat, rest);
  else if (spec.name === "history") await showHistory(chat, destination, rest);
  else if (spec.name === "quit" || spec.name === "logout") logOut();
  else if (spec.name === "typing") chat.typing.tell(rest || destination);
  else if (spec.name === "help" && rest === "") await help(chat);
  else await ask(chat, destination, line);
}

async function ask(chat: Chat, destination: string, line: string): Promise<void> {
  chat.notice((await chat.client.command(line, { destination })).message);
}

const HINTS = [
  "@name, #room, /command and :emoji: are completed as you type: Tab or Enter takes what is marked.",
  ":tada: turns into 🎉 as its last colon is typed; undo brings the letters back.",
  "// at the start says a line that begins with /",
];

async function help(chat: Chat): Promise<void> {
  const commands = await chat.writing.commands.load();
  const lines = commands.map(({ usage, summary }) => `${usage} – ${summary}`);
  chat.notice([...lines, ...HINTS].join("\n"));
}

/** What a conversation holds is shown where it stands: with a name that conversation, without one more of this one. */
async function showHistory(chat: Chat, destination: string, rest: string): Promise<void> {
  const { words } = parseArguments(rest, ["before", "after", "around"]);
  const name = words.find((word) => !/^\d+$/.test(word));
  if (name === undefined) await chat.timelines.loadOlder(destination);
  else chat.open(name);
}

async function find(chat: Chat, query: string): Promise<void> {
  chat.search.open(query);
  await chat.search.run();
}
