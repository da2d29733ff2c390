/** How much of a reply is read: so much in all, so much of one event, and nothing that is compressed. */

import { EndpointFailure } from "./endpoint_failure.ts";

/** An answer of 16 KiB, a few letters an event, takes under 4 MiB. Only one event of it is ever held. */
export const MAX_BODY_BYTES = 4 * 1024 * 1024;
/** A whole answer of 16 KiB in one event, with each letter escaped, takes under 100 KiB. */
export const MAX_EVENT_BYTES = 128 * 1024;

/** What is passed on in one turn of the event loop: as many tiny events as take about half a millisecond to read. */
const TURN_BYTES = 4 * 1024;

const LF = 0x0a;
const CR = 0x0d;

/**
 * A body that fails with `too_big` where it grows past its bounds, and comes in small parts, between which the rest of
 * the process has its turn: others chat meanwhile. `onBytes` is called for each piece that comes.
 */
export function boundedBody(
  body: ReadableStream<Uint8Array>,
  maxEventBytes: number,
  onBytes: () => void,
): ReadableStream<Uint8Array> {
  let bytes = 0;
  const event = new EventSize();
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      async transform(chunk, controller) {
        onBytes();
        for (const part of parts(chunk)) {
          const turns = Math.floor(bytes / TURN_BYTES);
          bytes += part.length;
          const isTooBig = bytes > MAX_BODY_BYTES || event.growsPast(maxEventBytes, part);
          if (isTooBig) return controller.error(new EndpointFailure("too_big"));
          if (bytes / TURN_BYTES >= turns + 1) await nextTurn();
          controller.enqueue(part);
        }
      },
    }),
  );
}

function* parts(chunk: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < chunk.length; at += TURN_BYTES) yield chunk.subarray(at, at + TURN_BYTES);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** The beginning of a body as text; the rest is not read. */
export async function firstText(
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
  onBytes: () => void,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of body) {
    onBytes();
    bytes += chunk.length;
    text += decoder.decode(chunk, { stream: true });
    if (bytes > maxBytes) break;
  }
  return text.slice(0, maxBytes);
}

/** Whether a body is something else than what its length says, as a few KiB that are gigabytes when inflated. */
export function isCompressed(headers: Headers): boolean {
  const encoding = headers.get("content-encoding")?.trim().toLowerCase() ?? "";
  return encoding !== "" && encoding !== "identity";
}

/** Counts the bytes since the last empty line: that is what ends an event (HTML, 9.2.5), after LF, CR or both. */
class EventSize {
  #bytes = 0;
  #last = LF;
  #isLineEmpty = true;

  growsPast(max: number, chunk: Uint8Array): boolean {
    for (const byte of chunk) {
      if (++this.#bytes > max) return true;
      const isLineEnd = byte === CR || byte === LF && this.#last !== CR;
      if (isLineEnd) {
        if (this.#isLineEmpty) this.#bytes = 0;
        this.#isLineEmpty = true;
      } else if (byte !== LF) this.#isLineEmpty = false;
      this.#last = byte;
    }
    return false;
  }
}
