/** What is told to the others of a conversation now, and not stored: typing, and drafts of answers. */

import { badArguments } from "../../protocol/commands.ts";
import { ChatError } from "../../protocol/errors.ts";
import { LIMITS, type Metadata } from "../../protocol/message.ts";
import type { LiveConversation, Receiver } from "../live.ts";
import { actorOf, type Call } from "./call.ts";

interface Signal {
  readonly code: "typing" | "draft";
  /** What `metadata` holds beside the place and the user. */
  readonly details: Metadata;
}

export async function typing(call: Call): Promise<null> {
  const destination = call.rest === "" ? call.request.destination : call.rest;
  if (destination === "") throw badArguments(call.spec);
  const signal = { code: "typing", details: {} } as const;
  if (!destination.startsWith("#")) await tellUser(call, destination, signal);
  else {
    const { conversations, live } = call.server.router;
    const { id } = await conversations.requireOwnRoom(actorOf(call), destination);
    tellRoom(call, live.conversation(id), signal);
  }
  return null;
}

export async function draft(call: Call): Promise<null> {
  const { destination, metadata: { draft: id, delta, answer_to: question } } = call.request;
  if (!actorOf(call).isBot) throw new ChatError("forbidden", "Only bots send drafts.");
  if (
    typeof id !== "string" || id.length > LIMITS.idLength || typeof delta !== "string" || destination === ""
  ) {
    throw badArguments(call.spec, "It needs a destination and metadata {draft: ID, delta: TEXT}.");
  }
  const answerTo = typeof question === "number" ? { answer_to: question } : {};
  const signal = { code: "draft", details: { draft: id, delta, ...answerTo } } as const;
  if (!destination.startsWith("#")) await tellUser(call, destination, signal);
  else tellRoom(call, await answeredRoom(call, destination), signal);
  return null;
}

/**
 * A bot need not be in a room where it was asked and has not answered yet.
 * @throws ChatError `no_such_room`, `not_a_member`
 */
async function answeredRoom(call: Call, destination: string): Promise<LiveConversation | undefined> {
  const { conversations, live, store } = call.server.router;
  const record = await conversations.requireRoom(destination);
  const isAsked = await store.isAsked(record.id, actorOf(call).id);
  if (!isAsked) await conversations.requireParticipant(record, actorOf(call));
  return live.conversation(record.id);
}

function tellRoom(call: Call, room: LiveConversation | undefined, signal: Signal): void {
  if (room) tell(call, call.server.router.receiversIn(room), room.record.name, signal);
}

/** Also where nothing was said between the two yet, and without making a conversation of it. */
async function tellUser(call: Call, name: string, signal: Signal): Promise<void> {
  const { conversations, live } = call.server.router;
  const { id } = await conversations.requireAddressee(name);
  const here = live.users.get(id);
  if (here) tell(call, here.receivers, here.name, signal);
}

function tell(call: Call, receivers: Iterable<Receiver>, destination: string, signal: Signal): void {
  const { id, name } = actorOf(call);
  const others = [...receivers].filter(({ user }) => user.id !== id);
  const metadata = { destination, user: name, ...signal.details };
  call.server.router.notify(others, { code: signal.code, message: "", metadata });
}
