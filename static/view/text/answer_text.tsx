/** What an AI bot wrote, and where it was cut off, why. */

import { Markdown } from "./markdown.tsx";
import { visible } from "./visible_text.ts";

/** The bot ends an answer that was cut off with a line of its own, for clients that show only text. */
const MARK = /(?:^|\n\n)\[([^\]\n]+)\]\s*$/;

const WHY: ReadonlyMap<string, string> = new Map([
  ["stopped", "Stopped before its end."],
  ["closing", "Cut off: the AI was stopped. Please ask again."],
  ["too_long", "Cut off: a message can hold no more."],
]);

/** An answer that only says why there is none has no text beside that. */
export function AnswerText(
  { text, cutOff, isWriting }: { text: string; cutOff: string | undefined; isWriting: boolean },
) {
  const written = writtenOf(text, cutOff);
  return written === "" ? null : <Markdown text={written} busy={isWriting} />;
}

export function CutOff({ reason, text }: { reason: string; text: string }) {
  return (
    <p class={reason === "stopped" ? "cut-off" : "cut-off cut-off-problem"} dir="auto">
      {WHY.get(reason) ?? visible(MARK.exec(text)?.[1] ?? text)}
    </p>
  );
}

/** The text without the mark; empty where there is only the reason. */
export function writtenOf(text: string, cutOff: string | undefined): string {
  if (cutOff === undefined) return text;
  const mark = MARK.exec(text);
  if (mark) return text.slice(0, mark.index);
  // Without a mark nothing was written, and the text is the reason.
  return cutOff === "failed" || WHY.has(cutOff) ? "" : text;
}
