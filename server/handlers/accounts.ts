/** Passwords, names, and the end of a login. Logging in is in login.ts. */

import { badArguments, parseArguments } from "../../protocol/commands.ts";
import { ChatError } from "../../protocol/errors.ts";
import type { ChatServer } from "../chat_server.ts";
import { rateLimited } from "../limits.ts";
import type { Receiver } from "../live.ts";
import { neighbours } from "../presence.ts";
import type { Reply } from "../reply.ts";
import type { Session } from "../session.ts";
import { type Call, otherConnections, reply, sessionOf } from "./call.ts";

export async function setPassword(call: Call): Promise<Reply> {
  const [next, old] = parseArguments(call.rest).words;
  if (next === undefined) throw badArguments(call.spec);
  const { server } = call;
  const session = sessionOf(call);
  const { user, tokenHash: keepTokenHash, connection: { remoteAddress: address } } = session;
  const hash = await server.accounts.setPassword(user.id, next, old, { keepTokenHash, address });
  session.user.passwordHash = hash;
  endAll(otherConnections(call), "The password was changed. Log in again.");
  return reply("password_set", "Your password is set. From now on the name is yours alone.");
}

export async function rename(call: Call): Promise<Reply> {
  const [name] = parseArguments(call.rest).words;
  if (name === undefined) throw badArguments(call.spec);
  const { server } = call;
  const { user } = sessionOf(call);
  const old = user.name;
  const waitMs = server.nickWait(user);
  if (waitMs > 0) throw rateLimited(waitMs, "Too many new names.");
  await server.accounts.rename(user, name);
  server.router.live.renameUser(user, name);
  const event = { code: "nick", message: `${old} is now called ${name}`, metadata: { old, new: name } };
  const others = await neighbours(server.router, user, [...user.conversations].map(({ id }) => id));
  for (const receiver of otherConnections(call)) others.add(receiver);
  server.router.notify(others, event);
  return reply("nick", `You are now called ${name}.`, event.metadata);
}

/** The session closes the connection when the reply has gone. */
export async function logOut(call: Call): Promise<Reply> {
  const session = sessionOf(call);
  if (session.tokenHash !== null) {
    await endLogin(call.server, session.user.id, session.tokenHash, session);
  }
  return reply("logged_out", "Goodbye. The token of this login has ended.");
}

/** Ends a token, and the connections that logged in with it or got it, but `except`. */
export async function endLogin(
  server: ChatServer,
  userId: number,
  tokenHash: string,
  except: Session | null = null,
): Promise<void> {
  await server.accounts.removeToken(tokenHash);
  const receivers = [...server.router.live.users.get(userId)?.receivers ?? []];
  const isOfLogin = (receiver: Receiver) => (receiver as Session).tokenHash === tokenHash;
  const others = receivers.filter((receiver) => receiver !== except && isOfLogin(receiver));
  endAll(others, "This login was ended by /logout. Log in again.");
}

function endAll(receivers: readonly Receiver[], why: string): void {
  for (const receiver of receivers) (receiver as Session).end(new ChatError("bad_credentials", why));
}
