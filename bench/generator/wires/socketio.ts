/** Socket.IO 4 over WebSocket: Engine.IO 4's packets (a digit), and in them Socket.IO's events. */

import { type Dialog, digits, type Heard, NOTHING, type Wire } from "./wire.ts";

const OPEN = "0";
const CLOSE = "1";
const PING = "2";
const PONG = "3";
const CONNECT = "40";
const DISCONNECT = "41";
const EVENT = "42";
const REFUSED = "44";

export const SOCKET_IO: Wire = {
  webSocket: { path: "/socket.io/?EIO=4&transport=websocket" },
  framing: "frames",
  echoes: true,
  acknowledges: false,
  hasSeq: false,
  hasDirect: false,
  hasManyRooms: true,
  maxSize: 16 * 1024,

  userName: (_run, client) => digits(client, 5),
  roomName: (run, room) => `${run}${digits(room, 5)}`,

  async login(dialog: Dialog): Promise<void> {
    await dialog.until((packet) => packet.startsWith(OPEN));
    dialog.send(CONNECT);
    await dialog.until((packet) => {
      if (packet.startsWith(REFUSED)) throw new Error(packet);
      return packet.startsWith(CONNECT);
    });
  },

  async join(dialog: Dialog, room: string): Promise<void> {
    dialog.send(event("join", room));
    await dialog.until((packet) => packet.startsWith(`${EVENT}["joined"`));
  },

  message: (room, text) => event("say", room, text),

  heard(packet: string): Heard {
    if (packet === PING) return { kind: "ping", answer: PONG };
    if (packet === CLOSE || packet.startsWith(DISCONNECT)) {
      return { kind: "problem", problem: "the server disconnected a client" };
    }
    return NOTHING;
  },
};

function event(...parts: string[]): string {
  return EVENT + JSON.stringify(parts);
}
