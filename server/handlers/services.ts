/** What services publish and who gets it, and the end of an answer that a bot is writing. */

import { badArguments, parseArguments } from "../../protocol/commands.ts";
import { ChatError } from "../../protocol/errors.ts";
import { AI_BOTS } from "../addressing.ts";
import type { Reply } from "../reply.ts";
import type { UserRecord } from "../store.ts";
import { actorOf, type Call, reply } from "./call.ts";

export async function subscribe(call: Call): Promise<Reply> {
  const publisher = await publisherOf(call);
  const { server } = call;
  const feed = await server.store.findOrMakeFeed(publisher.id, server.clock.now());
  await server.router.join(feed, actorOf(call).id);
  return reply("subscribed", `Subscribed to ${publisher.name}.`, { to: publisher.name });
}

export async function unsubscribe(call: Call): Promise<Reply> {
  const publisher = await publisherOf(call);
  const { server } = call;
  const feed = await server.store.findFeed(publisher.id);
  if (feed) await server.router.leave(feed, actorOf(call).id);
  return reply("unsubscribed", `Unsubscribed from ${publisher.name}.`, { to: publisher.name });
}

async function publisherOf(call: Call): Promise<UserRecord> {
  const [name] = parseArguments(call.rest).words;
  if (name === undefined) throw badArguments(call.spec);
  const publisher = await call.server.router.conversations.requireUser(name);
  if (publisher.id === actorOf(call).id) throw badArguments(call.spec, "That is you.");
  return publisher;
}

export function stopAnswer(call: Call): Reply {
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
