/** What does each command (docs/protocol.md, section 4). */

import { badArguments, type CommandName } from "../../protocol/commands.ts";
import { timestampOf } from "../clock.ts";
import { logIn, register } from "../login.ts";
import { logOut, rename, setPassword } from "./accounts.ts";
import { type Call, type Handler, reply } from "./call.ts";
import { check, history, listConversations, markRead } from "./conversations.ts";
import { help } from "./help.ts";
import { join, leave, listRooms, listUsers } from "./rooms.ts";
import { find } from "./search.ts";
import { stopAnswer, subscribe, unsubscribe } from "./services.ts";
import { draft, typing } from "./signals.ts";

export const HANDLERS: Readonly<Record<CommandName, Handler>> = {
  login: logIn,
  logout: logOut,
  register,
  password: setPassword,
  nick: rename,
  join,
  leave,
  list: listRooms,
  users: listUsers,
  conversations: listConversations,
  history,
  find,
  check,
  seen: markRead,
  typing,
  subscribe,
  unsubscribe,
  draft,
  stop: stopAnswer,
  ping: ({ server }) => reply("pong", "Pong.", { time: timestampOf(server.clock.now()) }),
  help,
  quit: () => reply("bye", "Goodbye."),
  // Commands that say something become a `chat` before they come here.
  msg: saysSomething,
  say: saysSomething,
  ask: saysSomething,
};

function saysSomething({ spec }: Call): never {
  throw badArguments(spec);
}
