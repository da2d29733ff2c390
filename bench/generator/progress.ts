/** How a run goes, in words. */

import type { Progress } from "./run.ts";

export function progressWords(
  { phase, connected, elapsedSeconds, sent, delivered, outstanding }: Progress,
): string {
  if (phase === "connecting") return `connecting: ${connected} clients are logged in`;
  return `${phase}, ${
    elapsedSeconds.toFixed(1)
  } s: ${sent} sent, ${delivered} delivered, ${outstanding} on their way`;
}
