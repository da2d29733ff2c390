/** Text that somebody wrote, as safe Markdown; folded where it is long. */

import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { renderMarkdown } from "./safe_markdown.ts";

/** What is longer is folded, in characters and in lines. */
const FOLD_ABOVE = { characters: 2_500, lines: 30 };

export function Markdown({ text, busy = false }: { text: string; busy?: boolean }) {
  const body = useRef<HTMLDivElement>(null);
  const isOpen = useSignal(false);
  const isFolded = !busy && !isOpen.value && isLong(text);
  useLayoutEffect(() => body.current?.replaceChildren(renderMarkdown(text)), [text]);
  return (
    <>
      <div class={`body ${isFolded ? "body-folded" : ""}`} dir="auto" ref={body} />
      {isFolded && (
        <button type="button" class="link" onClick={() => isOpen.value = true}>Show all of it</button>
      )}
    </>
  );
}

function isLong(text: string): boolean {
  return text.length > FOLD_ABOVE.characters || text.split("\n").length > FOLD_ABOVE.lines;
}
