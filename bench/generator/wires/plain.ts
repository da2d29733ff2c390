/** Servers that do no more than spread what they get: `J room` is answered with `OK`, and all else goes to the room. */

import { type Dialog, digits, NOTHING, type Wire } from "./wire.ts";

const plain = {
  echoes: true,
  acknowledges: false,
  hasSeq: false,
  hasDirect: false,
  maxSize: 16 * 1024,

  userName: (_run: string, client: number) => digits(client, 5),
  /** The C limit knows rooms by number. */
  roomName: (_run: string, room: number) => digits(room + 1, 5),

  login: () => Promise.resolve(),

  async join(dialog: Dialog, room: string): Promise<void> {
    dialog.send(`J ${room}`);
    await dialog.until((text) => text === "OK");
  },

  heard: () => NOTHING,
};

/** The room is that of the connection. */
export const PLAIN_TCP: Wire = {
  ...plain,
  framing: "lines",
  hasManyRooms: false,
  message: (_room, text) => text,
};

/** Each message begins with its room. */
export const PLAIN_WEBSOCKET: Wire = {
  ...plain,
  framing: "frames",
  webSocket: { path: "/" },
  hasManyRooms: true,
  message: (room, text) => `${room} ${text}`,
};
