/** A command on its way to its handler, and what handlers of every subject need. */

import { badArguments, type CommandSpec } from "../../protocol/commands.ts";
import { ChatError } from "../../protocol/errors.ts";
import type { Request } from "../../protocol/message.ts";
import type { ChatServer } from "../chat_server.ts";
import type { Actor } from "../conversations.ts";
import type { Receiver } from "../live.ts";
import type { Reply } from "../reply.ts";
import type { Session } from "../session.ts";

export interface Call {
  readonly server: ChatServer;
  readonly request: Request;
  readonly spec: CommandSpec;
  /** What follows the command's name. */
  readonly rest: string;
  /** Who calls; null before a login. */
  readonly actor: Actor | null;
  /** The connection it came by; null over HTTP. */
  readonly session: Session | null;
}

/** Null where there is no reply. @throws ChatError (or rejects) */
export type Handler = (call: Call) => Reply | null | Promise<Reply | null>;

export function reply(code: string, message: string, metadata: Reply["metadata"] = {}): Reply {
  return { code, message, metadata };
}

/** @throws ChatError `not_logged_in` */
export function actorOf({ actor }: Call): Actor {
  if (actor) return actor;
  throw new ChatError("not_logged_in", "Log in first: /login NAME.");
}

/** @throws ChatError `forbidden` over HTTP */
export function sessionOf({ session }: Call): Session {
  if (session) return session;
  throw new ChatError("forbidden", "This needs a connection of its own: TCP or WebSocket.");
}

/** The user's connections but the one that calls. */
export function otherConnections(call: Call): Receiver[] {
  const user = call.server.router.live.users.get(actorOf(call).id);
  return [...user?.receivers ?? []].filter((receiver) => receiver !== call.session);
}

/** The room that was named; in text mode the destination is the current room, which is not meant here. */
export function namedRoom({ rest, request, session }: Call): string {
  return rest === "" && session?.format === "json" ? request.destination : rest;
}

/** @throws ChatError `bad_arguments` */
export function seqOf({ spec }: Call, text: string | undefined): number {
  const seq = /^\d{1,15}$/.test(text ?? "") ? Number(text) : -1;
  if (seq < 0) throw badArguments(spec, "SEQ is a number, as messages carry it in seq.");
  return seq;
}
