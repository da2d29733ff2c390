/** Full-text search, with the rights of the one who searches. */

import { badArguments, parseArguments } from "../../protocol/commands.ts";
import { ChatError } from "../../protocol/errors.ts";
import { LIMITS } from "../../protocol/message.ts";
import type { Actor } from "../conversations.ts";
import { pageMetadata, type Reply } from "../reply.ts";
import type { Page, SearchQuery } from "../store.ts";
import { actorOf, type Call, reply, seqOf } from "./call.ts";

const NOTHING: Page = { messages: [], more: false };

export async function find(call: Call): Promise<Reply> {
  const { words, options } = parseArguments(call.rest, ["in", "from", "before", "behalf"]);
  if (words.length === 0) throw badArguments(call.spec);
  const { store, router } = call.server;
  const searcher = await searcherOf(call, options.get("behalf"));
  const query: { -readonly [K in keyof SearchQuery]: SearchQuery[K] } = {
    userId: searcher.id,
    words: words.join(" "),
    limit: LIMITS.historyDefault,
  };
  const place = options.get("in");
  if (place !== undefined) {
    const { record } = await router.conversations.placeOf(searcher, place);
    if (!record) return foundReply(NOTHING);
    query.conversationId = record.id;
  }
  const from = options.get("from");
  if (from !== undefined) query.senderId = (await router.conversations.requireUser(from)).id;
  if (options.has("before")) query.before = seqOf(call, options.get("before"));
  return foundReply(await store.search(query));
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
