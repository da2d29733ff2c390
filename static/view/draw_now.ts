/** Drawing without waiting for the next frame. */

import { options } from "preact";

/** What `change` changes is drawn when this returns: the next key can be meant for it, and may come before a frame. */
export function drawNow(change: () => void): void {
  const { debounceRendering = queueMicrotask } = options;
  options.debounceRendering = (draw) => draw();
  try {
    change();
  } finally {
    options.debounceRendering = debounceRendering;
  }
}
