/** The server that this page came from. */

import type { Connect } from "../../client/transport.ts";
import { connectWebSocket } from "../../client/websocket_transport.ts";

/** Why a browser cannot connect it does not tell; the address means nothing to whoever reads the page. */
export const connectToServer: Connect = async (signal) => {
  try {
    return await connectWebSocket(socketUrl())(signal);
  } catch (cause) {
    signal.throwIfAborted();
    throw new Error("The server cannot be reached.", { cause });
  }
};

function socketUrl(): string {
  return new URL("ws", location.href.replace(/^http/, "ws").replace(/[#?].*$/, "")).href;
}
