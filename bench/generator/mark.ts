/**
 * What a message says, and how it is found again in what a receiver reads. Each text begins with a mark: `~`, stream
 * (5 digits), number (8 digits), intended send time in microseconds (11 digits); then padding. ASCII only.
 */

const STREAM_DIGITS = 5;
const NUMBER_DIGITS = 8;
const TIME_DIGITS = 11;
const STREAM_AT = 1;
const NUMBER_AT = STREAM_AT + STREAM_DIGITS;
const TIME_AT = NUMBER_AT + NUMBER_DIGITS;
export const MARK_LENGTH = TIME_AT + TIME_DIGITS;
/** Streams that a mark can tell apart. */
export const MAX_STREAMS = 10 ** STREAM_DIGITS;

const TILDE = 126;
const ZERO = 48;

/** What a mark says; one object is used for all that are read, so that reading makes no garbage. */
export class Mark {
  /** One sender's messages to one destination. */
  stream = 0;
  /** Of the message in its stream, from 0. */
  number = 0;
  /** When it was due, in microseconds of the generator's clock. */
  intendedUs = 0;

  /** Whether a mark stands at `at` and ends before `end`. */
  read(bytes: Uint8Array, at: number, end: number): boolean {
    if (at + MARK_LENGTH > end || bytes[at] !== TILDE) return false;
    this.stream = readDigits(bytes, at + STREAM_AT, STREAM_DIGITS);
    this.number = readDigits(bytes, at + NUMBER_AT, NUMBER_DIGITS);
    this.intendedUs = readDigits(bytes, at + TIME_AT, TIME_DIGITS);
    return this.stream >= 0 && this.number >= 0 && this.intendedUs >= 0;
  }
}

/** A text of `size` bytes with room for a mark, to be filled in by `writeMark`. */
export function unmarkedText(size: number): string {
  return ("~" + "0".repeat(MARK_LENGTH - 1)).padEnd(size, "x");
}

export function writeMark(
  bytes: Uint8Array,
  at: number,
  stream: number,
  number: number,
  intendedUs: number,
): void {
  writeDigits(bytes, at + STREAM_AT, STREAM_DIGITS, stream);
  writeDigits(bytes, at + NUMBER_AT, NUMBER_DIGITS, number);
  writeDigits(bytes, at + TIME_AT, TIME_DIGITS, intendedUs);
}

/** An id for a message, which a reply can be told by: 14 bytes. */
export const ID_LENGTH = STREAM_DIGITS + 1 + NUMBER_DIGITS;
export const UNWRITTEN_ID = `${"0".repeat(STREAM_DIGITS)}-${"0".repeat(NUMBER_DIGITS)}`;

export function writeId(bytes: Uint8Array, at: number, stream: number, number: number): void {
  writeDigits(bytes, at, STREAM_DIGITS, stream);
  writeDigits(bytes, at + STREAM_DIGITS + 1, NUMBER_DIGITS, number);
}

/** Where it is none, `stream` is NaN. */
export function readId(id: string): { stream: number; number: number } {
  return {
    stream: Number(id.slice(0, STREAM_DIGITS)),
    number: Number(id.slice(STREAM_DIGITS + 1, ID_LENGTH)),
  };
}

/** -1 where it is not all digits. */
function readDigits(bytes: Uint8Array, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at++) {
    const digit = bytes[at]! - ZERO;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function writeDigits(bytes: Uint8Array, from: number, count: number, value: number): void {
  for (let at = from + count - 1; at >= from; at--) {
    const rest = Math.floor(value / 10);
    bytes[at] = ZERO + value - rest * 10;
    value = rest;
  }
}
