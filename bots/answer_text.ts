/** Collects an answer as it is written, up to what one message holds, and says at its end why it ended early. */

import { LIMITS, utf8Length } from "../protocol/message.ts";
import type { EndReason } from "./question_queue.ts";

/** An answer that cannot be given, or not to its end. The words are one line, fit to be shown to the asker. */
export class AnswerFailed extends Error {
  override readonly name = "AnswerFailed";

  /** @param details for the log */
  constructor(words: string, readonly details: Readonly<Record<string, unknown>> = {}) {
    super(words);
  }
}

/** How an answer ended. */
export type AnswerEnd =
  | { readonly kind: "complete" }
  | { readonly kind: EndReason }
  /** It was longer than a message may be. */
  | { readonly kind: "too_long" }
  | { readonly kind: "failed"; readonly words: string; readonly cause: unknown };

export interface Answer {
  /** What was written, without a mark; may be empty where it did not end `complete`. */
  readonly text: string;
  readonly end: AnswerEnd;
}

/** Room that is kept for the mark. */
const MARK_BYTES = 512;
const TEXT_BYTES = LIMITS.messageBytes - MARK_BYTES;

/**
 * Reads the pieces until they end, the signal is aborted, or the text is full. Does not wait for a source that
 * does not heed its signal. Never rejects.
 */
export async function collectAnswer(
  pieces: AsyncIterable<string>,
  signal: AbortSignal,
  onPiece: (piece: string) => void,
): Promise<Answer> {
  const iterator = pieces[Symbol.asyncIterator]();
  const abort = new Abort(signal);
  let text = "";
  let bytes = 0;
  try {
    for (;;) {
      const next = await abort.or(iterator.next());
      if (next === "aborted") return leave(iterator, { text, end: { kind: signal.reason as EndReason } });
      if (next.done) return finished(text);
      const piece = firstBytes(next.value, TEXT_BYTES - bytes);
      text += piece;
      bytes += utf8Length(piece);
      onPiece(piece);
      if (piece !== next.value) return leave(iterator, { text, end: { kind: "too_long" } });
    }
  } catch (cause) {
    return { text, end: { kind: "failed", words: failureWords(cause), cause } };
  } finally {
    abort.forget();
  }
}

/** The text to say, with its mark, and the metadata that tells programs the same. */
export function markAnswer({ text, end }: Answer): { text: string; metadata: Record<string, unknown> } {
  const written = text.trimEnd();
  const add = (mark: string) => written === "" ? mark : `${written}\n\n[${mark}]`;
  switch (end.kind) {
    case "complete":
      return { text: written, metadata: {} };
    case "stopped":
      return { text: add("Stopped."), metadata: { cut_off: "stopped" } };
    case "closing":
      return {
        text: add("Cut off: this bot is being stopped. Please ask again."),
        metadata: { cut_off: "closing" },
      };
    case "too_long":
      return { text: add("Cut off: a message can hold no more."), metadata: { cut_off: "too_long" } };
    case "failed":
      return {
        text: firstBytes(add(written === "" ? end.words : `Cut off: ${end.words}`), LIMITS.messageBytes),
        metadata: { cut_off: "failed" },
      };
    default:
      return end satisfies never;
  }
}

/** The longest beginning of a text that has at most so many bytes of UTF-8 and ends between characters. */
export function firstBytes(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes || utf8Length(text) <= maxBytes) return text;
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(Math.max(0, maxBytes)));
  return text.slice(0, read);
}

function finished(text: string): Answer {
  if (text.trim() !== "") return { text, end: { kind: "complete" } };
  const cause = new AnswerFailed("The answer was empty. Please ask again, or in other words.");
  return { text: "", end: { kind: "failed", words: cause.message, cause } };
}

function failureWords(error: unknown): string {
  return error instanceof AnswerFailed
    ? firstBytes(error.message, MARK_BYTES - 64)
    : "Something went wrong inside this bot. It was logged; please ask again later.";
}

/** Ends the source without waiting for it, since it may be stuck; what it throws then is of no use to anyone. */
function leave(iterator: AsyncIterator<string>, answer: Answer): Answer {
  Promise.resolve(iterator.return?.()).catch(() => {});
  return answer;
}

/** Waits for a signal beside something else. `Promise.race` would keep a reaction for each piece until the answer ends. */
class Abort {
  readonly #signal: AbortSignal;
  #resolve: (() => void) | undefined;
  readonly #onAbort = () => this.#resolve?.();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", this.#onAbort);
  }

  /** What comes first. One at a time. */
  or<T>(promise: Promise<T>): Promise<T | "aborted"> {
    return new Promise((resolve, reject) => {
      this.#resolve = () => resolve("aborted");
      promise.then(resolve, reject);
      if (this.#signal.aborted) resolve("aborted");
    });
  }

  forget(): void {
    this.#signal.removeEventListener("abort", this.#onAbort);
  }
}
