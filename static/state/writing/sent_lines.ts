/** What one sent in a conversation, to be brought back: what its timeline shows as one's own, and what was sent from here just now. */

import type { Entry } from "../reading/entry.ts";
import { conversationKey } from "../keys.ts";

const MAX_KEPT = 100;

export class SentLines {
  readonly #lines = new Map<string, readonly string[]>();

  note(name: string, line: string): void {
    const key = conversationKey(name);
    this.#lines.set(key, [...this.#lines.get(key) ?? [], line].slice(-MAX_KEPT));
  }

  /** As they were typed, the oldest first, each once where it was sent several times in a row. */
  of(name: string, entries: readonly Entry[]): readonly string[] {
    const own = entries.filter(({ kind }) => kind === "own").map(({ text }) => typedAs(text));
    const here = this.#lines.get(conversationKey(name)) ?? [];
    return withoutRepeats([...before(own, here), ...here]);
  }
}

/** What was said without what was sent from here, which the timeline shows too. */
function before(own: readonly string[], here: readonly string[]): readonly string[] {
  const left = [...own];
  for (const line of here.toReversed()) {
    const at = left.lastIndexOf(line);
    if (at >= 0) left.splice(at, 1);
  }
  return left;
}

/** A line that was said and begins with `/` was typed with one more. */
function typedAs(text: string): string {
  return text.startsWith("/") ? `/${text}` : text;
}

function withoutRepeats(lines: readonly string[]): readonly string[] {
  return lines.filter((line, index) => line !== lines[index + 1]);
}
