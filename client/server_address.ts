/** Where the server is, as a person writes it. For programs under Deno: a web page imports its transport alone. */

import { connectTcp } from "./tcp_transport.ts";
import type { Connect } from "./transport.ts";
import { connectWebSocket } from "./websocket_transport.ts";

export interface ServerAddress {
  readonly connect: Connect;
  /** The whole address, to be shown. */
  readonly label: string;
}

const DEFAULT_HOSTNAME = "127.0.0.1";
const DEFAULT_PORT = 5000;
const WEBSOCKET_PATH = "/ws";

/**
 * Reads `tcp://host:port`, `host:port`, `host`, `ws://host:port` or `wss://host`. What is missing is 127.0.0.1, port 5000
 * over TCP (for `ws` and `wss` the scheme's own port), and the path `/ws`.
 * @throws TypeError whose message says how to write it
 */
export function parseServerAddress(text: string): ServerAddress {
  const trimmed = text.trim();
  const [, scheme = "tcp", rest = ""] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^]*)$/i.exec(trimmed) ?? [];
  switch (scheme.toLowerCase()) {
    case "tcp":
      return tcpAddress(trimmed, rest);
    case "ws":
    case "wss":
      return webSocketAddress(trimmed);
    case "http":
    case "https":
      throw bad(trimmed, `That is the web page. Write ${trimmed.replace(/^http/i, "ws")} to connect to it.`);
    default:
      throw bad(trimmed, `"${scheme}" is not a way to connect.`);
  }
}

function tcpAddress(text: string, rest: string): ServerAddress {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-f:.]+)\]|([^\s:/?#@[\]]*))(?::(\d+))?\/?$/i.exec(rest) ??
    [];
  if (bracketed === undefined && plain === undefined) throw bad(text);
  const hostname = bracketed || plain || DEFAULT_HOSTNAME;
  const port = digits === undefined ? DEFAULT_PORT : Number(digits);
  if (port < 1 || port > 65_535) throw bad(text, `A port is a number from 1 to 65535, not ${digits}.`);
  const shown = hostname.includes(":") ? `[${hostname}]` : hostname;
  return { connect: connectTcp({ hostname, port }), label: `tcp://${shown}:${port}` };
}

function webSocketAddress(text: string): ServerAddress {
  if (!URL.canParse(text)) throw bad(text);
  const url = new URL(text);
  if (url.username !== "" || url.hash !== "") throw bad(text, "It holds a user or a fragment.");
  if (url.pathname === "/") url.pathname = WEBSOCKET_PATH;
  return { connect: connectWebSocket(url.href), label: url.href };
}

function bad(text: string, problem = ""): TypeError {
  return new TypeError(
    [
      `${JSON.stringify(text)} is not a server's address.`,
      problem,
      "Write host:port, tcp://host:port or ws://host:port.",
    ]
      .filter((part) => part !== "").join(" "),
  );
}
