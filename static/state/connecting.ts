/** How soon the page tries again to connect, and when it looks whether the connection is still one. */

import { signal } from "@preact/signals";
import type { ChatClient } from "../../client/chat_client.ts";
import { defaultBackoff } from "../../client/backoff.ts";

/** A page that somebody looks at tries so often at the least. */
const VISIBLE_WAIT_MS = 1_000;
/** How long a connection may take to show that it lives, where there is reason to doubt it. */
const CHECK_MS = 3_000;
/** Timers that come so much too late tell that the machine slept. */
const TICK_MS = 5_000;
const SLEPT_MS = 15_000;

/** What the device says about itself; a server on this machine can be reached whatever it says. */
export const isDeviceOnline = signal(navigator.onLine);
addEventListener("online", () => isDeviceOnline.value = true);
addEventListener("offline", () => isDeviceOnline.value = false);

/** Milliseconds before attempt 1, 2, …: a page that is seen tries every second or sooner. */
export function pageBackoff(attempt: number): number {
  const wait = defaultBackoff(attempt);
  return document.hidden ? wait : Math.min(wait, VISIBLE_WAIT_MS);
}

/** Looks at the connection whenever it may have died unnoticed, until `ended`. */
export function watchConnection(client: ChatClient, ended: AbortSignal): void {
  const check = () => client.check(CHECK_MS);
  for (const event of ["online", "offline", "pageshow", "focus"]) {
    addEventListener(event, check, { signal: ended });
  }
  document.addEventListener("visibilitychange", () => !document.hidden && check(), { signal: ended });
  let ticked = Date.now();
  const timer = setInterval(() => {
    if (Date.now() - ticked > SLEPT_MS) check();
    ticked = Date.now();
  }, TICK_MS);
  ended.addEventListener("abort", () => clearInterval(timer));
}
