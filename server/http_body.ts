/** The body of a request, read within bounds: `Deno.serve` in Deno 2.9 sets none of its own. */

import { Buffer } from "node:buffer";
import { ChatError } from "../protocol/errors.ts";
import { LIMITS } from "../protocol/message.ts";
import type { Clock } from "./clock.ts";

/** A body that takes longer comes from nobody who means it. */
const DEADLINE_MS = 30_000;

/** @throws ChatError `bad_encoding`, `too_long`, `idle_timeout`, and `bad_message` where it broke off */
export async function readBody(request: Request, clock: Clock): Promise<string> {
  if (Number(request.headers.get("content-length") ?? 0) > LIMITS.lineBytes) throw tooLong();
  if (!request.body) return "";
  const reader = request.body.getReader();
  let isLate = false;
  const cancel = clock.after(DEADLINE_MS, () => {
    isLate = true;
    reader.cancel().catch(() => {}); // It broke off meanwhile: `read` tells.
  });
  try {
    const bytes = await readAll(reader);
    if (!isLate) return decode(bytes);
  } finally {
    cancel();
    reader.cancel().catch(() => {}); // What is left of it is not wanted.
  }
  throw new ChatError("idle_timeout", `The body did not come within ${DEADLINE_MS / 1000} seconds.`);
}

async function readAll(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new ChatError("bad_message", "The body broke off.");
    });
    if (done) return Buffer.concat(parts);
    bytes += value.length;
    if (bytes > LIMITS.lineBytes) throw tooLong();
    parts.push(value);
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ChatError("bad_encoding", "The body is not UTF-8.");
  }
}

function tooLong(): ChatError {
  return new ChatError("too_long", `A body may be ${LIMITS.lineBytes} bytes long.`);
}
