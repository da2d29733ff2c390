/** What is shown of a message that was found: the surroundings of its first hit. */

/** Around each hit, as `highlight` of FTS5 puts them; no text that is searched holds them. */
export const HIT_START = "\x01", HIT_END = "\x02";

/** UTF-16 units. */
const SNIPPET_LENGTH = 200, SHOWN_BEFORE_HIT = 60;

const MARKS = new RegExp(`[${HIT_START}${HIT_END}]`, "g");
const HALF_CHARACTERS = /^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g;

/** @param marked the text with marks around the hits. Begins and ends between words where there is such a place. */
export function snippetOf(marked: string): string {
  const start = startOf(marked);
  const end = endOf(marked, start);
  const shown = marked.slice(start, end).replace(HALF_CHARACTERS, "");
  const isOpen = shown.lastIndexOf(HIT_START) > shown.lastIndexOf(HIT_END);
  const hits = (isOpen ? shown + HIT_END : shown).replace(MARKS, "**");
  return `${start > 0 ? "…" : ""}${hits}${end < marked.length ? "…" : ""}`;
}

function startOf(marked: string): number {
  const hit = marked.indexOf(HIT_START);
  const earliest = hit - SHOWN_BEFORE_HIT;
  if (earliest <= 0) return 0;
  const space = marked.slice(earliest, hit).search(/\s/);
  return earliest + space + 1;
}

function endOf(marked: string, start: number): number {
  const latest = start + SNIPPET_LENGTH;
  if (latest >= marked.length) return marked.length;
  const space = Math.max(marked.lastIndexOf(" ", latest), marked.lastIndexOf("\n", latest));
  return space > start + SHOWN_BEFORE_HIT ? space : latest;
}
