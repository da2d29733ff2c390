/** How the page reaches the server, how soon it tries again, and when it looks whether the connection is still one. */

import type { ChatClient } from "../../client/chat_client.ts";
import { defaultBackoff } from "../../client/backoff.ts";
import type { Connect } from "../../client/transport.ts";
import { connectWebSocket } from "../../client/websocket_transport.ts";

/** A page that somebody looks at tries so often at the least. */
const VISIBLE_WAIT_MS = 1_000;
/** How long the server may take to answer whether it is there. */
const PROBE_MS = 5_000;
/** How long a connection may take to show that it lives, where there is reason to doubt it. */
const CHECK_MS = 3_000;
/** Timers that come so much too late tell that the machine slept. */
const TICK_MS = 5_000;
const SLEPT_MS = 15_000;

/** Milliseconds before attempt 1, 2, …: a page that is seen tries every second or sooner. */
export function pageBackoff(attempt: number): number {
  const wait = defaultBackoff(attempt);
  return document.hidden ? wait : Math.min(wait, VISIBLE_WAIT_MS);
}

/**
 * Connects to the server that the page came from. After an attempt that failed it asks over HTTP first whether the server is there:
 * browsers let WebSockets that fail often wait for up to five seconds each (Chromium: `WebSocketPerProcessThrottler`).
 */
export function connectToServer(): Connect {
  let hasFailed = false;
  return async (signal) => {
    try {
      if (hasFailed) await probe(signal);
      const connection = await connectWebSocket(socketUrl())(signal);
      hasFailed = false;
      return connection;
    } catch (cause) {
      hasFailed = true;
      signal.throwIfAborted();
      // Why it cannot connect a browser does not tell; the address means nothing to whoever reads the page.
      throw new Error("The server cannot be reached.", { cause });
    }
  };
}

/** Looks at the connection whenever it may have died unnoticed, until `signal` is aborted. */
export function watchConnection(client: ChatClient, signal: AbortSignal): void {
  const check = () => client.check(CHECK_MS);
  for (const event of ["online", "offline", "pageshow", "focus"]) addEventListener(event, check, { signal });
  document.addEventListener("visibilitychange", () => !document.hidden && check(), { signal });
  let ticked = Date.now();
  const timer = setInterval(() => {
    if (Date.now() - ticked > SLEPT_MS) check();
    ticked = Date.now();
  }, TICK_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
}

/** Any answer will do. */
async function probe(signal: AbortSignal): Promise<void> {
  const either = AbortSignal.any([signal, AbortSignal.timeout(PROBE_MS)]);
  await fetch("healthz", { cache: "no-store", signal: either });
}

function socketUrl(): string {
  return new URL("ws", location.href.replace(/^http/, "ws").replace(/[#?].*$/, "")).href;
}
