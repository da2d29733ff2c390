/** How large messages are. */

import { messageJson } from "../server/encode.ts";
import { PARLEY_TCP } from "./generator/wires/parley.ts";
import { unmarkedText, UNWRITTEN_ID } from "./generator/mark.ts";

/** Bytes of text in a message. */
export const MESSAGE_BYTES = 100;

/** Bytes that a receiver gets from Parley for such a message said in a room, without the line break. */
export const PARLEY_LINE_BYTES = messageJson({
  type: "chat",
  senderName: PARLEY_TCP.userName("run---", 0),
  destination: PARLEY_TCP.roomName("run---", 0),
  text: unmarkedText(MESSAGE_BYTES),
  metadata: "{}",
  clientId: UNWRITTEN_ID,
  createdAt: 0,
  seq: 100_000,
}).length;
