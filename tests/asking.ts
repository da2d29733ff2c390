/** One question to an endpoint, and what becomes of it. */

import assert from "node:assert/strict";
import { streamCompletion } from "../bots/completion.ts";
import { ENDPOINT_LIMITS, NETWORK, type Network } from "../bots/endpoint.ts";
import { EndpointFailure } from "../bots/endpoint_failure.ts";
import { FakeClock } from "./fake_clock.ts";
import { FakeOpenAiServer, type Script } from "./fake_openai_server.ts";

export interface Outcome {
  readonly text: string;
  readonly failure: EndpointFailure | undefined;
}

export interface Settings {
  readonly baseURL: string;
  readonly apiKey?: string;
  readonly clock?: FakeClock;
  readonly signal?: AbortSignal;
  readonly network?: Network;
  readonly onPiece?: (piece: string) => void;
}

/** Asks once, and collects all of it. */
export async function ask(settings: Settings): Promise<Outcome> {
  let text = "";
  try {
    const pieces = streamCompletion(
      { apiKey: settings.apiKey ?? "sk-own", baseURL: settings.baseURL, model: "model-1" },
      [{ role: "user", content: "Why?" }],
      {
        signal: settings.signal ?? new AbortController().signal,
        clock: settings.clock ?? new FakeClock(),
        limits: ENDPOINT_LIMITS,
        network: settings.network ?? NETWORK,
        random: () => 1,
      },
    );
    for await (const piece of pieces) {
      text += piece;
      settings.onPiece?.(piece);
    }
    return { text, failure: undefined };
  } catch (error) {
    assert.ok(error instanceof EndpointFailure, String(error));
    for (const secret of ["sk-", "upstream", "127.0.0.1", "    at "]) {
      assert.ok(!error.message.includes(secret), `it shows ${secret}: ${error.message}`);
    }
    assert.ok(!error.message.includes("\n"));
    return { text, failure: error };
  }
}

/** What becomes of one request that is answered so. */
export async function outcomeOf(...scripts: readonly Script[]): Promise<Outcome> {
  await using server = new FakeOpenAiServer();
  server.script(...scripts);
  const outcome = await ask({ baseURL: server.baseURL });
  assert.equal(server.requests.length, scripts.length);
  return outcome;
}

export function shortOf({ text, failure }: Outcome): [string, string | undefined] {
  return [text, failure?.kind];
}

/** Lets the waits between attempts pass. */
export async function settled(run: typeof ask, settings: (clock: FakeClock) => Settings): Promise<Outcome> {
  const clock = new FakeClock();
  const outcome = run(settings(clock));
  for (const ms of [500, 1000]) {
    await clock.armed(ms);
    clock.advance(ms);
  }
  return await outcome;
}

export function hanging(): Network {
  const hang = (signal: AbortSignal | null | undefined) =>
    new Promise<never>((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
  return { fetch: (_, init) => hang(init?.signal), reach: (_, signal) => hang(signal) };
}

export function unusedPort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}
