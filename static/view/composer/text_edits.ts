/** Changes of a text area that its undo knows of: as if they had been typed. */

/** Puts `insert` in the place of a part of the text, with the caret behind it. */
export function replaceText(area: HTMLTextAreaElement, start: number, end: number, insert: string): void {
  area.focus();
  area.setSelectionRange(start, end);
  if (start === end && insert === "") return;
  // The only way that keeps what was done before undoable, in every browser; it tells of itself with an input event.
  const isDone = insert === ""
    ? document.execCommand("delete")
    : document.execCommand("insertText", false, insert);
  if (isDone) return;
  area.setRangeText(insert, start, end, "end");
  area.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertReplacementText" }));
}

export function replaceAll(area: HTMLTextAreaElement, text: string): void {
  replaceText(area, 0, area.value.length, text);
}

/** Puts `insert` where the caret is, in the place of what is selected. */
export function insertAtCaret(area: HTMLTextAreaElement, insert: string): void {
  replaceText(area, area.selectionStart, area.selectionEnd, insert);
}

/** Whether the caret stands behind all of the text, with nothing selected. */
export function isCaretAtEnd(area: HTMLTextAreaElement): boolean {
  return area.selectionStart === area.value.length && area.selectionEnd === area.value.length;
}
