/** How long a message is in the protocol's terms: bytes of UTF-8, of which there is a limit. */

import { LIMITS } from "../../../protocol/message.ts";

/** From here on the writer is told how much is left. */
const NEAR = 0.9;
/** A UTF-16 unit is at most so many bytes of UTF-8. */
const BYTES_PER_UNIT = 3;
const encoder = new TextEncoder();
const numbers = new Intl.NumberFormat("en");

/** How many bytes are left, negative where it is too long; undefined where the limit is far away. */
export function bytesLeft(text: string): number | undefined {
  if (text.length * BYTES_PER_UNIT < LIMITS.messageBytes * NEAR) return undefined;
  const bytes = encoder.encode(text).length;
  return bytes < LIMITS.messageBytes * NEAR ? undefined : LIMITS.messageBytes - bytes;
}

export function lengthWords(left: number): string {
  return left < 0 ? `${numbers.format(-left)} bytes too long` : `${numbers.format(left)} bytes left`;
}

/** @throws Error with words for whoever wrote it */
export function requireLength(text: string): void {
  const left = bytesLeft(text) ?? 0;
  if (left >= 0) return;
  const limit = numbers.format(LIMITS.messageBytes);
  throw new Error(
    `This is ${lengthWords(left)}: a message holds ${limit}. Shorten it, or send it in parts.`,
  );
}
