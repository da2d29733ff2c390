/** What was said: the user's conversations, their history, what is new, and up to where it was read. */

import { badArguments, parseArguments } from "../../protocol/commands.ts";
import { LIMITS } from "../../protocol/message.ts";
import { catchUp } from "../catch_up.ts";
import { messageEnvelope } from "../encode.ts";
import { counted, fit, pageMetadata, type Reply } from "../reply.ts";
import type { HistoryQuery, Page } from "../store.ts";
import { actorOf, type Call, otherConnections, reply, seqOf, sessionOf } from "./call.ts";

/** What the store lists at most. */
const MOST = 1000;

export async function listConversations(call: Call): Promise<Reply> {
  const summaries = await call.server.store.summaries(actorOf(call).id);
  // A direct conversation without a message was made for one that was refused.
  const used = summaries.filter(({ conversation, lastSeq }) => conversation.kind !== "direct" || lastSeq > 0);
  const all = used.map((summary) => ({
    destination: summary.destination,
    kind: summary.conversation.kind,
    last_seq: summary.lastSeq,
    read_seq: summary.readSeq,
    unread: summary.unread,
    last: summary.last && messageEnvelope(summary.last),
  }));
  const { entries: conversations, lines, more } = fit(
    all,
    ({ destination, kind, unread }) => `${destination} (${kind}): ${unread} unread`,
  );
  return reply("conversations", lines.join("\n") || "You have no conversations.", {
    conversations,
    ...(more || summaries.length >= MOST ? { more: true } : {}),
  });
}

const BOUNDS = ["before", "after", "around"] as const;

export async function history(call: Call): Promise<Reply> {
  const { words, options } = parseArguments(call.rest, BOUNDS);
  const { destination, limit } = historyArguments(call, words);
  const { name, record } = await call.server.router.conversations.placeOf(actorOf(call), destination);
  const query = { limit, ...boundOf(call, options) };
  const page: Page = record
    ? await call.server.store.history({ conversationId: record.id, ...query })
    : { messages: [], more: false };
  return historyReply(name, page, "after" in query);
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

function historyReply(name: string, page: Page, isForward: boolean): Reply {
  const metadata = pageMetadata(page, isForward ? "first" : "last");
  const oldest = metadata.messages[0]?.seq;
  const words = page.messages.length === 0
    ? `There are no messages in ${name}.`
    : metadata.more && !isForward && oldest !== undefined
    ? `There are older messages: /history ${name} before=${oldest}`
    : "";
  return reply("history", words, metadata);
}

export async function check(call: Call): Promise<Reply> {
  const session = sessionOf(call);
  const { router } = call.server;
  const { count } = await catchUp(router, session, { after: session.givenSeq, includeOwn: false });
  return reply("checked", count === 0 ? "There is nothing new." : `${counted(count, "new message")}.`, {
    count,
  });
}

export async function markRead(call: Call): Promise<Reply> {
  const { words } = parseArguments(call.rest);
  const actor = actorOf(call);
  const { store, router } = call.server;
  const [destination, position] = words.length === 1 ? [call.request.destination, words[0]] : words;
  if (!destination || words.length > 2) throw badArguments(call.spec);
  const wanted = seqOf(call, position);
  const { name, record } = await router.conversations.placeOf(actor, destination);
  const seq = record ? await store.markRead(record.id, actor.id, wanted) : 0;
  const metadata = { destination: name, seq };
  router.notify(otherConnections(call), { code: "seen", message: "", metadata });
  return reply("seen", `Read up to ${seq}.`, metadata);
}
