/** How many columns a text takes on a terminal, and cutting it to fit. */

const WIDE = /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator})$/u;
const NONE = /^[\p{M}\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff]$/u;

/**
 * Columns that a character takes. Where terminals disagree (emoji, rare scripts) it is the larger figure, so that a
 * line that is cut by it never wraps.
 */
export function charWidth(char: string): number {
  const code = char.codePointAt(0)!;
  if (code < 0x20) return 0;
  if (code < 0x300) return 1;
  if (NONE.test(char)) return 0;
  if (code >= 0x1100 || WIDE.test(char)) return isNarrow(code) ? 1 : 2;
  return 1;
}

export function textWidth(text: string): number {
  let width = 0;
  for (const char of text) width += charWidth(char);
  return width;
}

/** The beginning of a text, with `…` where it was cut. */
export function cutToWidth(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let cut = "";
  let width = 0;
  for (const char of text) {
    width += charWidth(char);
    if (width >= columns) break;
    cut += char;
  }
  return cut + "…";
}

/** A text in rows of at most so many columns, broken at spaces where there are any. Line breaks are kept. */
export function wrapToWidth(text: string, columns: number): string[] {
  return text.split("\n").flatMap((line) => wrapLine(line, Math.max(columns, 2)));
}

function wrapLine(line: string, columns: number): string[] {
  const rows: string[] = [];
  let row = "";
  let width = 0;
  for (const char of line) {
    if (width + charWidth(char) > columns) {
      const at = char === " " ? row.length : row.lastIndexOf(" ") + 1;
      const end = at > row.length / 2 ? at : row.length;
      rows.push(row.slice(0, end).trimEnd());
      row = row.slice(end);
      width = textWidth(row);
    }
    row += char;
    width += charWidth(char);
  }
  return [...rows, row];
}

/**
 * Breaks lines at spaces so that no row is wider than `columns`; each further row begins with `indent`. A word that is
 * longer than a row stays whole: the terminal breaks it, and an address can still be copied.
 * @param used columns that are taken already in the first row
 */
export function wrapWords(
  text: string,
  columns: number,
  { indent, used = 0 }: { indent: string; used?: number },
): string {
  return text.split("\n").map((line, at) => wrapWordsOf(line, columns, indent, at === 0 ? used : 0)).join(
    "\n",
  );
}

function wrapWordsOf(line: string, columns: number, indent: string, used: number): string {
  let rows = "";
  let width = used;
  for (const word of line.match(/ *[^ ]+/g) ?? []) {
    const bare = word.trimStart();
    const isBroken = rows !== "" && width + textWidth(word) > columns;
    rows += isBroken ? `\n${indent}${bare}` : word;
    width = isBroken ? indent.length + textWidth(bare) : width + textWidth(word);
    if (width > columns) width %= columns;
  }
  return rows;
}

/** Punctuation, arrows, box drawing and the like between U+2000 and U+2E7F, which are one column wide, and half-width forms. */
function isNarrow(code: number): boolean {
  if (code >= 0x1160 && code < 0x2000) return true;
  return (code >= 0x2000 && code < 0x231a) || (code >= 0x2400 && code < 0x2600) ||
    (code >= 0xff61 && code <= 0xffdc);
}
