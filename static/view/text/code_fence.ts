/** Where fenced code begins and ends while it is being written (CommonMark 0.31, section 4.5). */

const OPENING = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/;
const CLOSING = /^ {0,3}(`{3,}|~{3,})\s*$/;

/** Whether what is typed at `caret` belongs to a code block that is not closed before it. */
export function isInCodeBlock(text: string, caret: number): boolean {
  let fence = "";
  for (const line of text.slice(0, caret).split("\n")) {
    if (fence === "") fence = OPENING.exec(line)?.[1] ?? "";
    else if (CLOSING.exec(line)?.[1]?.startsWith(fence)) fence = "";
  }
  return fence !== "";
}
