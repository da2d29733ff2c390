/** Work that can wait until the page has nothing else to do. */

/** It is not put off for longer, in milliseconds. */
const LATEST_MS = 2_000;
/** Where there are no idle callbacks (Safari): after what is drawn first. */
const USUALLY_MS = 200;

/** Returns what takes it back. */
export function whenIdle(action: () => void): () => void {
  if (!("requestIdleCallback" in globalThis)) {
    const timer = setTimeout(action, USUALLY_MS);
    return () => clearTimeout(timer);
  }
  const callback = requestIdleCallback(action, { timeout: LATEST_MS });
  return () => cancelIdleCallback(callback);
}
