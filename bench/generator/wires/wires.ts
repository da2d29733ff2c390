/** All wires by their names. */

import type { WireName } from "../plan.ts";
import { IRC, IRC_BY_SECOND } from "./irc.ts";
import { PARLEY_FRAMES, PARLEY_LINES, PARLEY_TCP } from "./parley.ts";
import { PLAIN_TCP, PLAIN_WEBSOCKET } from "./plain.ts";
import { SOCKET_IO } from "./socketio.ts";
import type { Wire } from "./wire.ts";

export const WIRES: Readonly<Record<WireName, Wire>> = {
  "parley-tcp": PARLEY_TCP,
  "parley-lines": PARLEY_LINES,
  "parley-frames": PARLEY_FRAMES,
  irc: IRC,
  "irc-by-second": IRC_BY_SECOND,
  socketio: SOCKET_IO,
  "plain-websocket": PLAIN_WEBSOCKET,
  "plain-tcp": PLAIN_TCP,
};
