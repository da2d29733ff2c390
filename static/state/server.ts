/** The server that this page came from. */

import type { Connect } from "../../client/transport.ts";
import { connectWebSocket } from "../../client/websocket_transport.ts";

/** How long the server may take to answer whether it is there. */
const PROBE_MS = 5_000;

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

/** Any answer will do. */
async function probe(signal: AbortSignal): Promise<void> {
  const either = AbortSignal.any([signal, AbortSignal.timeout(PROBE_MS)]);
  await fetch("healthz", { cache: "no-store", signal: either });
}

function socketUrl(): string {
  return new URL("ws", location.href.replace(/^http/, "ws").replace(/[#?].*$/, "")).href;
}
