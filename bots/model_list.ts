/** Asks an endpoint for its models: the quickest way to learn on start whether it can be used. */

import { isObject } from "../protocol/message.ts";
import { BOT_CLOCK, type BotClock } from "./bot.ts";
import {
  type Endpoint,
  ENDPOINT_LIMITS,
  guardedClient,
  NETWORK,
  type Network,
  OPENAI_BASE_URL,
  Watchdog,
} from "./endpoint.ts";
import { EndpointFailure, failureOf } from "./endpoint_failure.ts";

export interface ModelList {
  readonly isUsable: boolean;
  /** The outcome, to be printed. */
  readonly line: string;
}

/** How long it may take. */
export const LIST_TIMEOUT_MS = 5_000;

/** Lists the endpoint's models, within 5 s. Never rejects. */
export async function listModels(
  endpoint: Pick<Endpoint, "apiKey" | "baseURL"> & { readonly model?: string },
  { clock = BOT_CLOCK, network = NETWORK, timeoutMs = LIST_TIMEOUT_MS }: {
    readonly clock?: BotClock;
    readonly network?: Network;
    readonly timeoutMs?: number;
  } = {},
): Promise<ModelList> {
  const host = URL.canParse(endpoint.baseURL) ? new URL(endpoint.baseURL).host : undefined;
  if (host === undefined) return { isUsable: false, line: "OPENAI_BASE_URL is not a URL." };
  if (endpoint.apiKey === "" && endpoint.baseURL === OPENAI_BASE_URL) {
    return { isUsable: false, line: `${host}: ${new EndpointFailure("no_key").message}` };
  }
  try {
    const names = await modelNames(endpoint, clock, network, timeoutMs);
    return { isUsable: true, line: `${host}: ${words(names, endpoint.model)}` };
  } catch (error) {
    return { isUsable: false, line: `${host}: ${failureOf(error, clock.now()).message}` };
  }
}

async function modelNames(
  endpoint: Pick<Endpoint, "apiKey" | "baseURL">,
  clock: BotClock,
  network: Network,
  timeoutMs: number,
): Promise<string[]> {
  const watchdog = new Watchdog(clock);
  // Only the time in all counts here, whatever happens in between.
  const total = new Watchdog(clock);
  total.expect("total_timeout", timeoutMs);
  const signal = AbortSignal.any([watchdog.signal, total.signal]);
  try {
    const client = guardedClient(endpoint, network, watchdog, ENDPOINT_LIMITS);
    // `client.models.list()` makes an empty list of whatever it does not understand.
    const list: unknown = await client.get("/models", { signal });
    if (!isObject(list) || !Array.isArray(list.data)) throw new EndpointFailure("not_understood");
    return list.data.flatMap((model: unknown) =>
      isObject(model) && typeof model.id === "string" ? [model.id] : []
    );
  } catch (error) {
    throw total.failure ?? watchdog.failure ?? error;
  } finally {
    watchdog.rest();
    total.rest();
  }
}

function words(names: readonly string[], model: string | undefined): string {
  const count = names.length === 1 ? "1 model" : `${names.length} models`;
  if (model === undefined) return `${count}.`;
  return names.includes(model)
    ? `${count}, with ${model}.`
    : `${count}, without ${model}: check OPENAI_MODEL.`;
}
