/** Where a message ends in the bytes of a connection. */

import { Buffer } from "node:buffer";

/** A unit is a line with its line break, or a WebSocket frame with its header. */
export interface Framing {
  /** Where the unit that begins at `from` ends, at most at `end`; -1 where it is not there in full. */
  endOf(bytes: Buffer, from: number, end: number): number;
  /** Whether the unit that begins at `from` may end at `to`; cheaper, and sure only where something else speaks for it. */
  isEnd(bytes: Buffer, from: number, to: number): boolean;
  /** What it says, without line break or header. */
  textOf(bytes: Buffer, from: number, to: number): string;
}

const NEWLINE = 10;
const RETURN = 13;

export const LINES: Framing = {
  endOf(bytes, from, end) {
    for (let at = from; at < end; at++) if (bytes[at] === NEWLINE) return at + 1;
    return -1;
  },

  isEnd: (bytes, _from, to) => bytes[to - 1] === NEWLINE,

  textOf(bytes, from, to) {
    const last = bytes[to - 2] === RETURN ? to - 2 : to - 1;
    return bytes.toString("utf8", from, last);
  },
};

/** Frames as a server sends them: unmasked. RFC 6455, 5.2. */
export const FRAMES: Framing = {
  endOf(bytes, from, end) {
    if (from + 2 > end) return -1;
    const header = headerLength(bytes, from);
    if (from + header > end) return -1;
    const to = from + header + payloadLength(bytes, from);
    return to <= end ? to : -1;
  },

  isEnd: (bytes, from, to) => FRAMES.endOf(bytes, from, to) === to,

  textOf: (bytes, from, to) => bytes.toString("utf8", from + headerLength(bytes, from), to),
};

export const Opcode = { continuation: 0, text: 1, close: 8, ping: 9, pong: 10 } as const;
const FINAL_TEXT = 0x80 | Opcode.text;
const LONG = 126;
const VERY_LONG = 127;

export function opcodeOf(bytes: Buffer, from: number): number {
  return bytes[from]! & 0x0f;
}

/** Whether a frame is a whole text message. */
export function isText(bytes: Buffer, from: number): boolean {
  return bytes[from] === FINAL_TEXT;
}

export function headerLength(bytes: Buffer, from: number): number {
  const length = bytes[from + 1]! & 0x7f;
  return length < LONG ? 2 : length === LONG ? 4 : 10;
}

function payloadLength(bytes: Buffer, from: number): number {
  const length = bytes[from + 1]! & 0x7f;
  if (length < LONG) return length;
  return length < VERY_LONG ? bytes.readUInt16BE(from + 2) : Number(bytes.readBigUInt64BE(from + 2));
}

/**
 * A frame as a client sends it. It has to be masked; a key of zero is legal and leaves the payload as it is, so that
 * masking costs the generator nothing.
 * @returns the header; the payload follows it
 */
export function clientHeader(opcode: number, length: number): Buffer {
  const long = length < LONG ? 0 : length < 65_536 ? 2 : 8;
  const header = Buffer.alloc(2 + long + 4);
  header[0] = 0x80 | opcode;
  header[1] = 0x80 | (long === 0 ? length : long === 2 ? LONG : VERY_LONG);
  if (long === 2) header.writeUInt16BE(length, 2);
  if (long === 8) header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}

/**
 * Takes the headers of all whole frames out of `bytes`, in place, so that lines which came in frames become a run of lines:
 * a line break takes the place where the next header was.
 * @param control is told of frames that hold no text
 * @returns how long the lines are, and where the first frame begins that is not there in full
 */
export function unwrapLines(
  bytes: Buffer,
  end: number,
  control: (bytes: Buffer, from: number, to: number) => void,
): { lines: number; rest: number } {
  let lines = 0;
  let rest = 0;
  for (let to; (to = FRAMES.endOf(bytes, rest, end)) >= 0; rest = to) {
    if (!isText(bytes, rest)) control(bytes, rest, to);
    else {
      const from = rest + headerLength(bytes, rest);
      bytes.copyWithin(lines, from, to);
      lines += to - from;
      bytes[lines++] = NEWLINE;
    }
  }
  return { lines, rest };
}
