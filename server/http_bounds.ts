/** How many calls of the HTTP API may be under way. */

import { createMiddleware } from "hono/factory";
import { ChatError } from "../protocol/errors.ts";
import { networkOf } from "./limits.ts";
import { isLoopback } from "./origins.ts";

/** Requests that are not answered yet; a stream counts as a connection instead. */
const MAX_REQUESTS = 1000;
const MAX_FROM_ADDRESS = 50;

/** Refuses what is too much at once, with `too_many_connections`. */
export function boundedRequests() {
  const fromAddress = new Map<string, number>();
  let all = 0;
  return createMiddleware<{ Bindings: { remoteAddress: string } }>(async (c, next) => {
    const network = networkOf(c.env.remoteAddress);
    const fromHere = fromAddress.get(network) ?? 0;
    const isTooMany = all >= MAX_REQUESTS || fromHere >= MAX_FROM_ADDRESS && !isLoopback(c.env.remoteAddress);
    if (isTooMany) throw new ChatError("too_many_connections", "Too many requests at once. Try again later.");
    all++;
    fromAddress.set(network, fromHere + 1);
    try {
      await next();
    } finally {
      all--;
      const left = fromAddress.get(network)! - 1;
      if (left > 0) fromAddress.set(network, left);
      else fromAddress.delete(network);
    }
  });
}
