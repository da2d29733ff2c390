/** Whoever sits at the terminal that started the server takes part as the user `operator`. */

import { OPERATOR } from "./accounts.ts";
import type { ChatServer } from "./chat_server.ts";
import { ConsoleConnection, type Terminal } from "./console.ts";
import { joinLobby } from "./login.ts";

/** Resolves when the operator has left, or the server has stopped. */
export async function serveOperator(server: ChatServer, terminal?: Terminal): Promise<void> {
  const token = await server.accounts.operatorToken();
  await enterLobby(server);
  await server.serve(new ConsoleConnection({ token }, terminal));
}

/** Like everybody at first: what is typed shall not fail since there is no room to say it in. */
async function enterLobby(server: ChatServer): Promise<void> {
  const user = (await server.store.findUser(OPERATOR))!;
  const conversations = await server.store.conversationsOf(user.id);
  if (!conversations.some(({ kind }) => kind === "room")) await joinLobby(server, user, null);
}
