/** Up in an empty text area brings back what was sent here last, and Up again what came before; Down goes forward. */

import { useRef } from "preact/hooks";
import { useChat } from "../chat_context.ts";
import { isCaretAtEnd, replaceAll } from "./text_edits.ts";

interface Recalled {
  readonly lines: readonly string[];
  readonly index: number;
}

/**
 * Returns what a key does: true where it was for this.
 * @param onShown what was brought back stands in the text area
 */
export function useRecall(
  name: string,
  onShown: () => void,
): (event: KeyboardEvent, area: HTMLTextAreaElement) => boolean {
  const chat = useChat();
  const recalled = useRef<Recalled | undefined>(undefined);
  const show = (area: HTMLTextAreaElement, lines: readonly string[], index: number) => {
    recalled.current = { lines, index };
    replaceAll(area, lines[index] ?? "");
    onShown();
  };
  return (event, area) => {
    if (event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return false;
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return false;
    const known = recalled.current;
    const isRecalled = known && area.value !== "" && known.lines[known.index] === area.value &&
      isCaretAtEnd(area);
    if (area.value !== "" && !isRecalled) return false;
    if (!isRecalled && event.key === "ArrowDown") return false;
    const lines = isRecalled ? known.lines : chat.writing.sent.of(name, chat.timeline(name).entries.value);
    const index = (isRecalled ? known.index : lines.length) + (event.key === "ArrowUp" ? -1 : 1);
    event.preventDefault();
    if (index >= 0) show(area, lines, index);
    return true;
  };
}
