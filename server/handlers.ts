/** What each command does (docs/protocol.md, section 4): one small handler each, in one table. */

import {
  badArguments,
  type CommandName,
  COMMANDS,
  type CommandSpec,
  findCommand,
  parseArguments,
} from "../protocol/commands.ts";
import { ChatError } from "../protocol/errors.ts";
import { LIMITS, type Request } from "../protocol/message.ts";
import { requireRoomName } from "../protocol/names.ts";
import type { ChatServer } from "./chat_server.ts";
import { timestampOf } from "./clock.ts";
import { messageEnvelope } from "./encode.ts";
import { logIn, register } from "./login.ts";
import { neighbours } from "./presence.ts";
import { fit, pageMetadata, type Reply } from "./reply.ts";
import { type Actor, AI_BOTS } from "./router.ts";
import type { LiveConversation } from "./live.ts";
import type { Session } from "./session.ts";
import type { ConversationRecord, HistoryQuery, Page, SearchQuery } from "./store.ts";
import { catchUp } from "./catch_up.ts";

/** A command on its way. */
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

type Handler = (call: Call) => Reply | null | Promise<Reply | null>;

export const HANDLERS: Readonly<Record<CommandName, Handler>> = {
  login: logIn,
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

function reply(code: string, message: string, metadata: Reply["metadata"] = {}): Reply {
  return { code, message, metadata };
}

function saysSomething({ spec }: Call): never {
  throw badArguments(spec);
}

/** @throws ChatError `not_logged_in` */
function actorOf({ actor }: Call): Actor {
  if (actor) return actor;
  throw new ChatError("not_logged_in", "Log in first: /login NAME.");
}

/** @throws ChatError `forbidden` over HTTP */
function sessionOf({ session }: Call): Session {
  if (session) return session;
  throw new ChatError("forbidden", "This needs a connection of its own: TCP or WebSocket.");
}

// ---- accounts ----

async function setPassword(call: Call): Promise<Reply> {
  const [next, old] = parseArguments(call.rest).words;
  if (next === undefined) throw badArguments(call.spec);
  const { server } = call;
  const session = sessionOf(call);
  const hash = await server.accounts.setPassword(session.user.id, next, old, session.tokenHash);
  session.user.passwordHash = hash;
  for (const receiver of [...session.user.receivers]) {
    if (receiver === session) continue;
    (receiver as Session).end(new ChatError("bad_credentials", "The password was changed. Log in again."));
  }
  return reply("password_set", "Your password is set. From now on the name is yours alone.");
}

async function rename(call: Call): Promise<Reply> {
  const [name] = parseArguments(call.rest).words;
  if (name === undefined) throw badArguments(call.spec);
  const { server } = call;
  const { user } = sessionOf(call);
  const old = user.name;
  await server.accounts.rename(user, name);
  server.router.live.renameUser(user, name);
  const event = { code: "nick", message: `${old} is now called ${name}`, metadata: { old, new: name } };
  const others = await neighbours(server.router, user, [...user.conversations].map(({ id }) => id));
  for (const receiver of user.receivers) if (receiver !== call.session) others.add(receiver);
  server.router.notify(others, event);
  return reply("nick", `You are now called ${name}.`, event.metadata);
}

// ---- rooms ----

async function join(call: Call): Promise<Reply> {
  const name = call.rest === "" ? call.request.destination : call.rest;
  if (name === "" || /\s/.test(name)) throw badArguments(call.spec);
  const actor = actorOf(call);
  const { server, session } = call;
  const { router, store } = server;
  const record = await store.findOrMakeRoom(requireRoomName(name), server.clock.now());
  session?.hold();
  const given = router.deliverer.deliveredSeq;
  const joined = await router.join(record, actor.id);
  // What comes after it is on its way to this connection, held back until the reply has gone.
  const seq = joined.isNew ? joined.seq : given;
  if (joined.isNew) {
    announce(call, "member_joined", record, joined.count, `${actor.name} joined ${record.name}`);
  }
  if (session) session.room = record.name;
  const members = await store.participants(record.id, LIMITS.joinedMembers);
  const page = await store.history({
    conversationId: record.id,
    limit: LIMITS.joinedMessages,
    before: seq + 1,
  });
  return reply("joined", joinedWords(record.name, joined.count), {
    room: record.name,
    members: members.map((member) => presenceOf(server, member)),
    member_count: joined.count,
    ...pageMetadata(page),
    seq,
  });
}

function joinedWords(room: string, count: number): string {
  return `You joined ${room}. It has ${count} ${count === 1 ? "member" : "members"}.`;
}

async function leave(call: Call): Promise<Reply> {
  const actor = actorOf(call);
  const { server, session } = call;
  const record = await server.router.requireRoom(roomName(call, call.rest));
  const wasMember = await server.router.leave(record, actor.id);
  if (!wasMember) throw new ChatError("not_a_member", `You are not in ${record.name}.`);
  const count = server.router.live.conversation(record.id)?.memberCount ?? 0;
  announce(call, "member_left", record, count, `${actor.name} left ${record.name}`);
  if (session?.room === record.name) session.room = await lobbyOrNone(call);
  return reply("left", `You left ${record.name}.`, { room: record.name });
}

async function lobbyOrNone(call: Call): Promise<string> {
  const { server } = call;
  const lobby = await server.store.findRoom(server.lobby);
  return lobby && await server.store.isParticipant(lobby.id, actorOf(call).id) ? lobby.name : "";
}

/** The room that the line names, or else the current one. */
function roomName({ request, spec }: Call, word: string): string {
  const name = word === "" ? request.destination : word;
  if (name === "" || /\s/.test(name)) throw badArguments(spec);
  return requireRoomName(name);
}

function announce(
  call: Call,
  code: string,
  record: ConversationRecord,
  count: number,
  message: string,
): void {
  if (count > LIMITS.presenceMembers) return;
  const { router } = call.server;
  const conversation = router.live.conversation(record.id);
  if (!conversation) return;
  const metadata = { room: record.name, user: actorOf(call).name };
  router.notify(router.receiversIn(conversation, call.session), { code, message, metadata });
}

async function listRooms(call: Call): Promise<Reply> {
  const { server } = call;
  const actor = actorOf(call);
  const mine = new Set((await server.store.conversationsOf(actor.id)).map(({ id }) => id));
  const all = (await server.store.listRooms()).map((room) => ({
    room: room.room,
    members: room.members,
    online: onlineIn(server, room.conversationId),
    joined: mine.has(room.conversationId),
    last_seq: room.lastSeq,
  }));
  const { entries: rooms, more } = fit(all);
  const lines = rooms.map(({ room, members, online, joined }) =>
    `${room}: ${members === 1 ? "1 member" : `${members} members`}, ${online} online${
      joined ? ", joined" : ""
    }`
  );
  return reply("rooms", lines.join("\n") || "There are no rooms.", { rooms, ...(more ? { more } : {}) });
}

function onlineIn(server: ChatServer, conversationId: number): number {
  const conversation = server.router.live.conversation(conversationId);
  return conversation ? [...conversation.users].filter((user) => user.receivers.size > 0).length : 0;
}

function presenceOf(
  server: ChatServer,
  { userId, name, isBot }: { userId: number; name: string; isBot: boolean },
) {
  return { user: name, online: !server.router.isAway(userId), bot: isBot };
}

async function listUsers(call: Call): Promise<Reply> {
  const { server } = call;
  const actor = actorOf(call);
  const room = namedRoom(call);
  if (room !== "") return await listMembers(call, actor, room);
  const all = [...server.router.live.users.values()].filter((user) => user.receivers.size > 0);
  const users = all.slice(0, LIMITS.usersMax).map((user) => ({
    user: user.name,
    online: true,
    bot: user.isBot,
  }))
    .sort((a, b) => a.user.localeCompare(b.user));
  return reply("users", `Online: ${users.map(({ user }) => user).join(", ")}`, { users, count: all.length });
}

/** The room that was named; in text mode the destination is the current room, which is not meant here. */
function namedRoom({ rest, request, session }: Call): string {
  return rest === "" && session?.format === "json" ? request.destination : rest;
}

async function listMembers(call: Call, actor: Actor, room: string): Promise<Reply> {
  const { server } = call;
  const record = await server.router.requireRoom(requireRoomName(room));
  await server.router.requireParticipant(record, actor);
  const members = await server.store.participants(record.id, LIMITS.usersMax);
  const users = members.map((member) => presenceOf(server, member));
  const names = users.map(({ user, online }) => online ? user : `${user} (away)`);
  const count = await server.store.countParticipants(record.id);
  return reply("users", `In ${record.name}: ${names.join(", ")}`, { users, count });
}

// ---- what was said ----

async function listConversations(call: Call): Promise<Reply> {
  const all = (await call.server.store.summaries(actorOf(call).id)).map((summary) => ({
    destination: summary.destination,
    kind: summary.conversation.kind,
    last_seq: summary.lastSeq,
    read_seq: summary.readSeq,
    unread: summary.unread,
    last: summary.last && messageEnvelope(summary.last),
  }));
  const { entries: conversations, more } = fit(all);
  const lines = conversations.map(({ destination, kind, unread }) =>
    `${destination} (${kind}): ${unread} unread`
  );
  return reply("conversations", lines.join("\n") || "You have no conversations.", {
    conversations,
    ...(more ? { more } : {}),
  });
}

const BOUNDS = ["before", "after", "around"] as const;

async function history(call: Call): Promise<Reply> {
  const { words, options } = parseArguments(call.rest, BOUNDS);
  const { destination, limit } = historyArguments(call, words);
  const record = await call.server.router.conversationFor(actorOf(call), destination);
  const query = { limit, ...boundOf(call, options) };
  const page: Page = record
    ? await call.server.store.history({ conversationId: record.id, ...query })
    : { messages: [], more: false };
  return historyReply(destination, page, "after" in query);
}

function historyArguments(call: Call, words: readonly string[]): { destination: string; limit: number } {
  const { spec, request } = call;
  const numbers = words.filter((word) => /^-?\d+$/.test(word));
  const names = words.filter((word) => !/^-?\d+$/.test(word));
  if (numbers.length > 1 || names.length > 1) throw badArguments(spec);
  const destination = names[0] ?? request.destination;
  if (destination === "") throw badArguments(spec, "Say which conversation.");
  const limit = Number(numbers[0] ?? LIMITS.historyDefault);
  if (limit < 1) throw badArguments(spec, "LIMIT is 1 to 200.");
  return { destination, limit: Math.min(limit, LIMITS.historyMax) };
}

function boundOf(call: Call, options: ReadonlyMap<string, string>): Partial<HistoryQuery> {
  if (options.size > 1) throw badArguments(call.spec, "Give one of before, after and around.");
  for (const [key, value] of options) return { [key]: seqOf(call, value) };
  return {};
}

/** @throws ChatError `bad_arguments` */
function seqOf({ spec }: Call, text: string | undefined): number {
  const seq = /^\d{1,15}$/.test(text ?? "") ? Number(text) : -1;
  if (seq < 0) throw badArguments(spec, "SEQ is a number, as messages carry it in seq.");
  return seq;
}

function historyReply(destination: string, page: Page, isForward: boolean): Reply {
  const metadata = pageMetadata(page, isForward ? "first" : "last");
  const oldest = metadata.messages[0]?.seq;
  const words = page.messages.length === 0
    ? `There are no messages in ${destination}.`
    : metadata.more && !isForward && oldest !== undefined
    ? `There are older messages: /history ${destination} before=${oldest}`
    : "";
  return reply("history", words, metadata);
}

async function find(call: Call): Promise<Reply> {
  const { words, options } = parseArguments(call.rest, ["in", "from", "before", "behalf"]);
  if (words.length === 0) throw badArguments(call.spec);
  const { server } = call;
  const searcher = await searcherOf(call, options.get("behalf"));
  const query: { -readonly [K in keyof SearchQuery]: SearchQuery[K] } = {
    userId: searcher.id,
    words: words.join(" "),
    limit: LIMITS.historyDefault,
  };
  const place = options.get("in");
  if (place !== undefined) {
    const record = await server.router.conversationFor(searcher, place);
    if (!record) return foundReply({ messages: [], more: false });
    query.conversationId = record.id;
  }
  const from = options.get("from");
  if (from !== undefined) query.senderId = (await server.router.requireUser(from)).id;
  if (options.has("before")) query.before = seqOf(call, options.get("before"));
  return foundReply(await server.store.search(query));
}

/** A bot may search with the rights of the one who asked it. @throws ChatError `forbidden` */
async function searcherOf(call: Call, behalf: string | undefined): Promise<Actor> {
  const actor = actorOf(call);
  if (behalf === undefined) return actor;
  const asker = actor.isBot ? await call.server.store.askerOf(seqOf(call, behalf), actor.id) : null;
  const user = asker === null ? null : await call.server.store.userById(asker);
  if (user) return user;
  throw new ChatError("forbidden", "Only a bot may search for others, and only for one who asked it.");
}

function foundReply(page: Page): Reply {
  const metadata = pageMetadata(page, "first");
  const count = metadata.messages.length;
  const oldest = metadata.messages.at(-1)?.seq;
  const words = count === 0
    ? "Nothing was found."
    : metadata.more
    ? `${count} found; more with before=${oldest}`
    : `${count} found.`;
  return reply("found", words, metadata);
}

async function check(call: Call): Promise<Reply> {
  const session = sessionOf(call);
  const { router } = call.server;
  const { count } = await catchUp(router, session, { after: session.givenSeq, includeOwn: false });
  return reply("checked", count === 0 ? "There is nothing new." : `${count} new messages.`, { count });
}

async function markRead(call: Call): Promise<Reply> {
  const { words } = parseArguments(call.rest);
  const actor = actorOf(call);
  const { store, router } = call.server;
  const [destination, position] = words.length === 1 ? [call.request.destination, words[0]] : words;
  if (!destination || words.length > 2) throw badArguments(call.spec);
  const wanted = seqOf(call, position);
  const record = await router.conversationFor(actor, destination);
  const seq = record ? await store.markRead(record.id, actor.id, wanted) : 0;
  const metadata = { destination, seq };
  const others = [...router.live.users.get(actor.id)?.receivers ?? []].filter((other) =>
    other !== call.session
  );
  router.notify(others, { code: "seen", message: "", metadata });
  return reply("seen", `Read up to ${seq}.`, metadata);
}

async function typing(call: Call): Promise<null> {
  const destination = call.rest === "" ? call.request.destination : call.rest;
  if (destination === "") throw badArguments(call.spec);
  await tellConversation(call, destination, "typing", {});
  return null;
}

/** Tells the others of a conversation something that is not stored. */
async function tellConversation(
  call: Call,
  destination: string,
  code: string,
  more: Reply["metadata"],
): Promise<void> {
  const actor = actorOf(call);
  const { router } = call.server;
  const record = await router.conversationFor(actor, destination);
  const conversation = record && router.live.conversation(record.id);
  if (!conversation) return;
  const metadata = {
    destination: record.kind === "room" ? record.name : otherIn(conversation, actor),
    user: actor.name,
    ...more,
  };
  router.notify(othersIn(call, conversation), { code, message: "", metadata });
}

/** Whom a direct conversation is with, as that user's name is spelled. */
function otherIn(conversation: LiveConversation, actor: Actor): string {
  return [...conversation.users].find((user) => user.id !== actor.id)?.name ?? actor.name;
}

function* othersIn(call: Call, conversation: Parameters<ChatServer["router"]["receiversIn"]>[0]) {
  for (const receiver of call.server.router.receiversIn(conversation)) {
    if (receiver.user.id !== call.actor?.id) yield receiver;
  }
}

// ---- services and bots ----

async function subscribe(call: Call): Promise<Reply> {
  const publisher = await publisherOf(call);
  const { server } = call;
  const feed = await server.store.findOrMakeFeed(publisher.id, server.clock.now());
  await server.router.join(feed, actorOf(call).id);
  return reply("subscribed", `Subscribed to ${publisher.name}.`, { to: publisher.name });
}

async function unsubscribe(call: Call): Promise<Reply> {
  const publisher = await publisherOf(call);
  const { server } = call;
  const feed = await server.store.findFeed(publisher.id);
  if (feed) await server.router.leave(feed, actorOf(call).id);
  return reply("unsubscribed", `Unsubscribed from ${publisher.name}.`, { to: publisher.name });
}

async function publisherOf(call: Call) {
  const [name] = parseArguments(call.rest).words;
  if (name === undefined) throw badArguments(call.spec);
  const publisher = await call.server.router.requireUser(name);
  if (publisher.id === actorOf(call).id) throw badArguments(call.spec, "That is you.");
  return publisher;
}

async function draft(call: Call): Promise<null> {
  const actor = actorOf(call);
  const { destination, metadata: { draft: id, delta } } = call.request;
  if (!actor.isBot) throw new ChatError("forbidden", "Only bots send drafts.");
  if (
    typeof id !== "string" || id.length > LIMITS.idLength || typeof delta !== "string" || destination === ""
  ) {
    throw badArguments(call.spec, "It needs a destination and metadata {draft: ID, delta: TEXT}.");
  }
  const { router } = call.server;
  if (!destination.startsWith("#")) await tellConversation(call, destination, "draft", { draft: id, delta });
  else {
    const room = router.live.room(destination);
    const metadata = { destination: room?.record.name ?? destination, user: actor.name, draft: id, delta };
    if (room) router.notify(othersIn(call, room), { code: "draft", message: "", metadata });
  }
  return null;
}

function stopAnswer(call: Call): Reply {
  const actor = actorOf(call);
  const { router } = call.server;
  for (const name of AI_BOTS) {
    const bot = router.live.userNamed(name);
    if (!bot?.isBot || bot.receivers.size === 0) continue;
    router.notify(bot.receivers, { code: "stop", message: "", metadata: { user: actor.name } });
    return reply("stopped", `Asked ${bot.name} to stop.`, { to: bot.name });
  }
  throw new ChatError("no_such_user", "No AI bot is here.");
}

// ---- help ----

function help({ rest, spec, actor }: Call): Reply {
  const one = rest === "" ? undefined : findCommand(rest);
  if (rest !== "" && !one) {
    throw badArguments(spec, `There is no command ${JSON.stringify(rest.slice(0, 40))}.`);
  }
  const shown = one ? [one] : COMMANDS.filter((command: CommandSpec) => !command.bots || actor?.isBot);
  const commands = shown.map(({ name, usage, summary }) => ({ name, usage, summary }));
  const lines = commands.map(({ usage, summary }) => `${usage} – ${summary}`);
  return reply("help", [...lines, ...(one ? [] : HINTS)].join("\n"), { commands });
}

const HINTS = [
  "NAME: TEXT – a direct message; anything else is said in the current room",
  "// at the start says a line that begins with /",
];
