/** What a line that was typed asks for. It is read by the rules of text mode (docs/protocol.md, section 2). */

import { type CommandSpec, parseCommandLine } from "../protocol/commands.ts";
import { ChatError } from "../protocol/errors.ts";
import { parseTextLine } from "../protocol/text.ts";

export type Action =
  /** `command` is set where it is said by a command of its own (`/ask`), which then is what is sent. */
  | { readonly kind: "say"; readonly destination: string; readonly text: string; readonly command?: string }
  | {
    readonly kind: "command";
    readonly line: string;
    readonly destination: string;
    /** Which room the next line is for depends on its reply. */
    readonly movesRoom?: true;
    /** The room whose members are asked for; its reply does not name it. */
    readonly listed?: string;
  }
  /** A command that gets no reply. */
  | { readonly kind: "signal"; readonly line: string; readonly destination: string }
  /** `/password` alone: the new password is asked for without being shown. */
  | { readonly kind: "password" }
  | { readonly kind: "quit" };

/**
 * @param room the current room; empty where there is none
 * @returns undefined for an empty line
 * @throws ChatError `bad_arguments` where a line is for the room and there is none
 */
export function readAction(line: string, room: string): Action | undefined {
  const request = parseTextLine(line, room);
  if (!request) return undefined;
  const { type, destination, message } = request;
  return type === "chat" ? say(destination, message) : readCommand(message, room);
}

function readCommand(line: string, room: string): Action {
  const parsed = parse(line);
  const command: Action & { kind: "command" } = { kind: "command", line, destination: room };
  switch (parsed?.spec.name) {
    case "join":
    case "leave":
      return { ...command, movesRoom: true };
    case "users":
      return { ...command, listed: asRoom(parsed.rest) || room };
    case "quit":
      return { kind: "quit" };
    case "typing":
      return { kind: "signal", line, destination: room };
    case "password":
      return parsed.rest === "" ? { kind: "password" } : command;
    case "say":
      return parsed.rest === "" ? command : say(room, parsed.rest);
    case "ask":
      return parsed.rest === "" ? command : { ...say(room, parsed.rest), command: line };
    case "msg": {
      const [, name, text] = /^(\S+)\s+([^]+)$/.exec(parsed.rest) ?? [];
      return name && text ? say(name, text) : command;
    }
    default:
      return command;
  }
}

function say(destination: string, text: string): Action & { kind: "say" } {
  if (destination !== "") return { kind: "say", destination, text };
  throw new ChatError(
    "bad_arguments",
    "You are in no room. Enter one with /join ROOM, or write NAME: TEXT to somebody.",
  );
}

function asRoom(word: string): string {
  return word === "" || word.startsWith("#") ? word : `#${word}`;
}

/** A command that this client does not know is the server's to judge. */
function parse(line: string): { spec: CommandSpec; rest: string } | undefined {
  try {
    return parseCommandLine(line);
  } catch {
    return undefined;
  }
}
