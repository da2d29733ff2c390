/** Logging in: who it is, the first time's lobby, the welcome, and then what was missed. */

import { badArguments, parseArguments } from "../protocol/commands.ts";
import { ChatError } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/message.ts";
import { roomKey } from "../protocol/names.ts";
import { badCredentials, type Login, nameInUse } from "./accounts.ts";
import { catchUp } from "./catch_up.ts";
import type { ChatServer } from "./chat_server.ts";
import type { Call } from "./handlers/call.ts";
import type { LiveUser } from "./live.ts";
import { counted, fit } from "./reply.ts";
import type { Session } from "./session.ts";
import type { UserRecord } from "./store.ts";
import { PROTOCOL, VERSION } from "./version.ts";

/** Bots leave older questions alone. */
const QUESTION_MAX_AGE_MS = 10 * 60 * 1000;

/** Answers itself: the welcome comes before what was stored, and `caught_up` after it. */
export async function logIn(call: Call): Promise<null> {
  const session = freshSession(call);
  const { accounts } = call.server;
  const { name, password, token } = credentialsOf(call);
  if (session.format === "text" && name && password === undefined && token === undefined) {
    if (await accounts.isProtected(name)) return askPassword(session, name);
  }
  const newcomer = call.server.newcomerFrom(session.connection.remoteAddress);
  const login = await accounts.login({ name, password, token }, newcomer);
  // Somebody else may have come in under this name while this login was at the store.
  const isByNameOnly = name !== undefined && password === undefined && token === undefined;
  if (isByNameOnly && newcomer.isHeld(login.user)) throw nameInUse(name);
  return await enter(call, session, login);
}

export async function register(call: Call): Promise<null> {
  const session = freshSession(call);
  const { name, password } = credentialsOf(call);
  if (name === undefined) throw badArguments(call.spec);
  return await enter(
    call,
    session,
    await call.server.accounts.register(name, password, session.connection.remoteAddress),
  );
}

/** Lets an account in that was authenticated elsewhere: over HTTP. */
export async function enter(call: Call, session: Session, login: Login): Promise<null> {
  const { server, request } = call;
  const { router } = server;
  const user = router.liveUser(login.user);
  session.become(user, login.tokenHash);
  const wasAway = user.receivers.size === 0;
  server.returned(user);
  await router.arrive(login.user, session);
  if (!await server.accounts.isCurrent(login)) {
    session.end(badCredentials(), request.id);
    return null;
  }
  const isFirst = login.isNew || isUnfinished(user, login.user);
  if (isFirst && request.metadata.lobby !== false) await joinLobby(server, user, session);
  session.room = firstRoom(session, server.lobby);
  if (wasAway) server.presence.arrived(user);
  server.log.info("joined", { user: user.name, address: session.connection.remoteAddress });
  session.reply(welcome(call, session, login), request.id);
  await sendMissed(call, session);
  return null;
}

/** The first login ended between the account and its first room, as where the server was killed then. */
function isUnfinished({ conversations }: LiveUser, { isUnseen, isBot }: UserRecord): boolean {
  return isUnseen && !isBot && ![...conversations].some(({ record }) => record.kind === "room");
}

function freshSession(call: Call): Session {
  const { session } = call;
  if (!session) throw new ChatError("forbidden", "Over HTTP, log in with POST /api/login.");
  if (session.isLoggedIn) {
    throw new ChatError(
      "already_logged_in",
      `You are logged in as ${session.user.name}. Open another connection.`,
    );
  }
  return session;
}

function askPassword(session: Session, name: string): null {
  session.askPassword(name);
  return null;
}

/** What the line and the metadata say; the metadata wins. */
function credentialsOf({ rest, request, spec }: Call) {
  const [name, secret, ...more] = parseArguments(rest).words;
  if (more.length > 0) throw badArguments(spec, "A name and a password have no white space.");
  const { password = secret, token, since, lobby = true } = request.metadata;
  const isCursor = typeof since === "number" && Number.isInteger(since) && since >= 0;
  if (since !== undefined && !isCursor) throw badArguments(spec, '"since" must be a seq: a whole number.');
  if (password !== undefined && typeof password !== "string") {
    throw badArguments(spec, '"password" must be a string.');
  }
  if (token !== undefined && typeof token !== "string") throw badArguments(spec, '"token" must be a string.');
  if (typeof lobby !== "boolean") throw badArguments(spec, '"lobby" must be true or false.');
  if ((password?.length ?? 0) > LIMITS.passwordLength) throw badArguments(spec, "The password is too long.");
  return { name, password, token };
}

/** The first time somebody is here. */
export async function joinLobby(
  { router, store, clock, lobby: name }: ChatServer,
  user: Pick<UserRecord, "id" | "name">,
  session: Session | null,
): Promise<void> {
  const lobby = await store.findOrMakeRoom(name, clock.now());
  const { count } = await router.join(lobby, user.id);
  const room = router.live.conversation(lobby.id);
  if (!room || count > LIMITS.presenceMembers) return;
  router.notify(router.receiversIn(room, session), {
    code: "member_joined",
    message: `${user.name} joined ${lobby.name}`,
    metadata: { room: lobby.name, user: user.name },
  });
}

/** The current room of a new connection: the lobby, or else another room of the user's. */
function firstRoom(session: Session, lobby: string): string {
  const rooms = roomsOf(session);
  return rooms.find((room) => roomKey(room) === roomKey(lobby)) ?? rooms[0] ?? "";
}

function roomsOf(session: Session): string[] {
  return [...session.user.conversations].map(({ record }) => record)
    .filter(({ kind }) => kind === "room")
    .map(({ name }) => name);
}

function welcome({ server }: Call, session: Session, { token, isNew }: Login) {
  const { user } = session;
  const { entries: rooms, more } = fit(roomsOf(session));
  const isOpen = user.passwordHash === null && !user.isBot;
  const place = session.room === "" ? "Enter a room with /join ROOM." : `You are in ${session.room}.`;
  const warning = isNew && isOpen && !user.isGuest
    ? " Whoever comes while you are away can take this name; /password SECRET makes it yours alone."
    : "";
  return {
    code: "welcome",
    message: `Welcome, ${user.name}. ${place} /help lists the commands.${warning}`,
    metadata: {
      user: user.name,
      token,
      guest: user.isGuest,
      protected: user.passwordHash !== null,
      epoch: server.store.epoch,
      server: { name: "Parley", version: VERSION, protocol: PROTOCOL },
      rooms,
      ...(more ? { more } : {}),
      seq: server.router.deliverer.deliveredSeq,
      limits: {
        message_bytes: LIMITS.messageBytes,
        line_bytes: LIMITS.lineBytes,
        metadata_bytes: LIMITS.metadataBytes,
        history: LIMITS.historyMax,
      },
    },
  };
}

/**
 * Who says with `since` what it has seen gets what is later. Who does not may have ended in the middle of an answer: to a bot
 * its open questions are given again.
 */
async function sendMissed({ server, request }: Call, session: Session): Promise<void> {
  const { since } = request.metadata;
  const isCursor = typeof since === "number" && Number.isInteger(since) && since >= 0;
  if (since !== undefined && !isCursor) {
    throw new ChatError("bad_arguments", '"since" must be a seq: a whole number.');
  }
  const from = isCursor
    ? { after: Math.min(since, server.router.deliverer.deliveredSeq), includeOwn: true }
    : {
      after: session.user.deliveredSeq,
      includeOwn: false,
      askedSince: server.clock.now() - QUESTION_MAX_AGE_MS,
    };
  const { count, seq } = await catchUp(server.router, session, from);
  const message = count === 0 ? "" : `${counted(count, "stored message")}.`;
  session.reply({ code: "caught_up", message, metadata: { count, seq } });
}
