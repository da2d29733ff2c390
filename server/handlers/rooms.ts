/** Rooms: coming, going, which there are, and who is in them. */

import { badArguments } from "../../protocol/commands.ts";
import { ChatError } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/message.ts";
import { requireRoomName } from "../../protocol/names.ts";
import type { ChatServer } from "../chat_server.ts";
import { rateLimited } from "../limits.ts";
import { counted, fit, pageMetadata, type Reply } from "../reply.ts";
import type { ConversationRecord, MemberRecord } from "../store.ts";
import { actorOf, type Call, namedRoom, reply } from "./call.ts";

export async function join(call: Call): Promise<Reply> {
  const name = roomIn(call, namedRoom(call));
  const actor = actorOf(call);
  const { server, session } = call;
  const { router, store } = server;
  const record = await findOrMakeRoom(call, name);
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

/** @throws ChatError `rate_limited` */
async function findOrMakeRoom(call: Call, name: string): Promise<ConversationRecord> {
  const { store, router, clock } = call.server;
  const existing = router.live.room(name)?.record ?? await store.findRoom(name);
  if (existing) return existing;
  const waitMs = call.server.roomWait(actorOf(call));
  if (waitMs > 0) throw rateLimited(waitMs, "Too many new rooms.");
  return await store.findOrMakeRoom(name, clock.now());
}

function joinedWords(room: string, count: number): string {
  return `You joined ${room}. It has ${counted(count, "member")}.`;
}

export async function leave(call: Call): Promise<Reply> {
  const actor = actorOf(call);
  const { server, session } = call;
  const { conversations, live } = server.router;
  const record = await conversations.requireRoom(roomIn(call, call.rest || call.request.destination));
  const wasMember = await server.router.leave(record, actor.id);
  if (!wasMember) throw new ChatError("not_a_member", `You are not in ${record.name}.`);
  const count = live.conversation(record.id)?.memberCount ?? 0;
  announce(call, "member_left", record, count, `${actor.name} left ${record.name}`);
  if (session?.room === record.name) session.room = await lobbyOrNone(call);
  return reply("left", `You left ${record.name}.`, { room: record.name });
}

async function lobbyOrNone(call: Call): Promise<string> {
  const { server } = call;
  const lobby = await server.store.findRoom(server.lobby);
  return lobby && await server.store.isParticipant(lobby.id, actorOf(call).id) ? lobby.name : "";
}

/** @throws ChatError `bad_arguments`, `bad_name` */
function roomIn({ spec }: Call, name: string): string {
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

/** In one reply. */
const MAX_ROOMS = 1000;

/** The user's own rooms first, else as the store has them. */
export async function listRooms(call: Call): Promise<Reply> {
  const { server } = call;
  const actor = actorOf(call);
  const mine = new Set((await server.store.conversationsOf(actor.id)).map(({ id }) => id));
  // One more than is listed tells whether there are more.
  const known = await server.store.listRooms(MAX_ROOMS + 1);
  const all = known.map((room) => ({
    room: room.room,
    members: room.members,
    online: onlineIn(server, room.conversationId),
    joined: mine.has(room.conversationId),
    last_seq: room.lastSeq,
  })).sort((a, b) => Number(b.joined) - Number(a.joined));
  const { entries: rooms, lines } = fit(all.slice(0, MAX_ROOMS), roomWords);
  const more = rooms.length < all.length;
  return reply("rooms", lines.join("\n") || "There are no rooms.", { rooms, ...(more ? { more } : {}) });
}

function roomWords(room: { room: string; members: number; online: number; joined: boolean }): string {
  const joined = room.joined ? ", joined" : "";
  return `${room.room}: ${counted(room.members, "member")}, ${room.online} online${joined}`;
}

function onlineIn(server: ChatServer, conversationId: number): number {
  const conversation = server.router.live.conversation(conversationId);
  return conversation ? [...conversation.users].filter((user) => user.receivers.size > 0).length : 0;
}

export async function listUsers(call: Call): Promise<Reply> {
  actorOf(call);
  const room = namedRoom(call);
  if (room !== "") return await listMembers(call, room);
  const all = [...call.server.router.live.users.values()].filter((user) => user.receivers.size > 0);
  const users = all.slice(0, LIMITS.usersMax).map((user) => ({
    user: user.name,
    online: true,
    bot: user.isBot,
  }))
    .sort((a, b) => a.user.localeCompare(b.user));
  return reply("users", `Online: ${users.map(({ user }) => user).join(", ")}`, { users, count: all.length });
}

async function listMembers(call: Call, room: string): Promise<Reply> {
  const { server } = call;
  const record = await server.router.conversations.requireOwnRoom(actorOf(call), requireRoomName(room));
  const members = await server.store.participants(record.id, LIMITS.usersMax);
  const users = members.map((member) => presenceOf(server, member));
  const names = users.map(({ user, online }) => online ? user : `${user} (away)`);
  const count = await server.store.countParticipants(record.id);
  return reply("users", `In ${record.name}: ${names.join(", ")}`, { users, count });
}

function presenceOf(server: ChatServer, { userId, name, isBot }: MemberRecord) {
  return { user: name, online: !server.router.isAway(userId), bot: isBot };
}
