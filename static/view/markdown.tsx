/** Text that somebody wrote, as safe Markdown; folded where it is long. */

import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { renderMarkdown } from "./safe_markdown.ts";

/** What is higher is folded, in pixels; the style sheet sets the height when folded. */
const FOLD_ABOVE_PX = 480;
/** Shorter texts cannot be so high, and need not be measured. */
const MEASURE_FROM = { characters: 400, lines: 15 };

export function Markdown({ text, busy = false }: { text: string; busy?: boolean }) {
  const body = useRef<HTMLDivElement>(null);
  const isTall = useSignal(false);
  const isOpen = useSignal(false);
  useLayoutEffect(() => {
    body.current?.replaceChildren(renderMarkdown(text));
    isTall.value = !busy && isLong(text) && (body.current?.scrollHeight ?? 0) > FOLD_ABOVE_PX;
  }, [text, busy]);
  const isFolded = isTall.value && !isOpen.value;
  return (
    <>
      <div class={`body ${isFolded ? "body-folded" : ""}`} dir="auto" ref={body} />
      {isTall.value && (
        <button
          type="button"
          class="link"
          aria-expanded={isOpen.value}
          onClick={() => isOpen.value = !isOpen.value}
        >
          {isOpen.value ? "Show less" : "Show all of it"}
        </button>
      )}
    </>
  );
}

function isLong(text: string): boolean {
  return text.length > MEASURE_FROM.characters || text.split("\n").length > MEASURE_FROM.lines;
}
