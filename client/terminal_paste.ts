/** Pasted text in the line editor: one message, however many lines it has. */

/** Stands for a line break in the line that is being typed. */
export const LINE_BREAK_SIGN = "␤";

/** A paste that is longer is shown as a mark, so that the input stays within the screen. */
const MAX_INLINE_CHARS = 300;
const MAX_INLINE_BREAKS = 3;

export class PasteBoard {
  readonly #pastes = new Map<string, string>();

  /** What to put into the line for a pasted text: one line without control characters. */
  add(pasted: string): string {
    const text = cleanPaste(pasted);
    const breaks = text.split("\n").length - 1;
    if (text.length <= MAX_INLINE_CHARS && breaks <= MAX_INLINE_BREAKS) {
      return text.replaceAll("\t", "    ").replaceAll("\n", LINE_BREAK_SIGN);
    }
    const size = breaks > 0 ? `${breaks + 1} lines` : `${text.length} characters`;
    const mark = `⟦pasted text ${this.#pastes.size + 1}: ${size}⟧`;
    this.#pastes.set(mark, text);
    return mark;
  }

  /** The line as it is meant: with line breaks, and with the pasted texts in the places of their marks. */
  expand(line: string): string {
    const text = line.replaceAll(LINE_BREAK_SIGN, "\n");
    return text.replace(/⟦pasted text \d+: [^⟧]*⟧/g, (mark) => this.#pastes.get(mark) ?? mark);
  }
}

/** Line breaks as `\n`, none at the end, and no other control characters but tabs. */
function cleanPaste(pasted: string): string {
  return pasted
    .replace(/\r\n?/g, "\n")
    // deno-lint-ignore no-control-regex
    .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "")
    .replace(/\n+$/, "");
}
