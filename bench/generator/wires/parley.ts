/** Parley: the envelopes of docs/protocol.md, over TCP and WebSocket. */

import { isObject } from "../../../protocol/message.ts";
import { type Dialog, digits, type Heard, NOTHING, type Wire } from "./wire.ts";

const STORED = '"code":"stored"';
const REPLY_TO = '"reply_to":"';
const SEQ = '"seq":';

const parley = {
  echoes: false,
  acknowledges: true,
  hasSeq: true,
  hasDirect: true,
  hasManyRooms: true,
  maxSize: 16 * 1024,

  userName: (run: string, client: number) => `load-${run}-${digits(client, 5)}`,
  roomName: (run: string, room: number) => `#load-${run}-${digits(room, 5)}`,

  async login(dialog: Dialog, name: string): Promise<void> {
    dialog.send(command("login", `/login ${name}`));
    await dialog.until((line) => codeOf(line, "login") === "caught_up");
  },

  async join(dialog: Dialog, room: string): Promise<void> {
    dialog.send(command("join", `/join ${room}`));
    await dialog.until((line) => codeOf(line, "join") === "joined");
  },

  async settle(dialog: Dialog): Promise<void> {
    dialog.send(command("ping", "/ping"));
    await dialog.until((line) => codeOf(line, "ping") === "pong");
  },

  message: (destination: string, text: string, id: string) =>
    `{"type":"chat","id":"${id}","destination":"${destination}","message":"${text}"}`,

  heard,
};

export const PARLEY_TCP: Wire = { ...parley, framing: "lines" };
export const PARLEY_LINES: Wire = {
  ...parley,
  framing: "lines-in-frames",
  webSocket: { path: "/ws", protocol: "parley.v1.lines" },
};
export const PARLEY_FRAMES: Wire = { ...parley, framing: "frames", webSocket: { path: "/ws" } };

/** One comes for each message sent, so the reply that is expected is read without parsing all of it. */
function heard(line: string): Heard {
  if (!line.startsWith("{")) return NOTHING;
  if (line.includes(STORED) && !line.includes('"duplicate"')) {
    return {
      kind: "acknowledged",
      id: after(line, REPLY_TO, '"'),
      seq: Number.parseInt(after(line, SEQ, ",")),
    };
  }
  const { metadata, message } = JSON.parse(line) as Record<string, unknown>;
  return isObject(metadata) ? meaningOf(metadata, String(message)) : NOTHING;
}

function meaningOf({ code, reply_to: id }: Record<string, unknown>, words: string): Heard {
  switch (code) {
    case "ping":
      return { kind: "ping", answer: "" };
    case "stored":
      return { kind: "problem", problem: "a message counts as sent before" };
    case "error":
      return typeof id === "string" && /^\d/.test(id)
        ? { kind: "refused", id, problem: words }
        : { kind: "problem", problem: words };
    case "closing":
      return { kind: "problem", problem: words };
    default:
      return NOTHING;
  }
}

function after(line: string, key: string, end: string): string {
  const from = line.indexOf(key) + key.length;
  return line.slice(from, line.indexOf(end, from));
}

function command(id: string, message: string): string {
  return JSON.stringify({ type: "command", id, message });
}

/** @throws Error where the request of that id was refused */
function codeOf(line: string, id: string): unknown {
  if (!line.startsWith("{")) return undefined;
  const { metadata, message } = JSON.parse(line) as Record<string, unknown>;
  if (!isObject(metadata)) return undefined;
  if (metadata.code === "error" && metadata.reply_to === id) throw new Error(String(message));
  return metadata.code;
}
