/** The button on a block of code that copies it, says so, and is itself again. */

import { copyText } from "../controls/clipboard.ts";

const SAID_MS = 2_500;

/** @param event a click anywhere in a message's text */
export function copyPressed({ target }: MouseEvent): void {
  const button = target instanceof Element ? target.closest<HTMLElement>(".code-copy") : null;
  const code = button?.closest(".code-block")?.querySelector("code");
  if (!button || !code) return;
  void copyText(code.textContent).then((isCopied) => say(button, isCopied ? "Copied" : "Could not copy"));
}

/** The word beside the button is a live region: a screen reader speaks it, and the button keeps its name. */
function say(button: HTMLElement, words: string): void {
  const status = button.parentElement?.querySelector(".code-copied");
  if (!status) return;
  status.textContent = words;
  setTimeout(() => status.textContent = "", SAID_MS);
}
