/** Says what is wrong with the connection, and when the next attempt is; never in the way of typing. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ClientStatus } from "../../client/chat_client.ts";

interface ConnectionBannerProps {
  status: ClientStatus;
  onRetry: () => void;
  /** What becomes of what is done meanwhile. */
  children?: string;
}

export function ConnectionBanner({ status, onRetry, children }: ConnectionBannerProps) {
  const seconds = useCountdown(status);
  if (status.state !== "connecting" || isFirstAttempt(status)) return null;
  return (
    <div class="banner" role="status">
      <span class="banner-dot" aria-hidden="true" />
      <p class="banner-words">
        <strong>{status.problem ?? "The connection was lost."}</strong>{" "}
        {/* The countdown would be read aloud every second. */}
        <span aria-hidden="true">
          {seconds > 0 ? `Trying again in ${seconds} s.` : "Trying again …"}
        </span>{" "}
        {children}
      </p>
      <button type="button" class="button button-small" onClick={onRetry}>Try now</button>
    </div>
  );
}

/** The first connection usually takes a moment, which is not worth a banner. */
function isFirstAttempt(status: Extract<ClientStatus, { state: "connecting" }>): boolean {
  return status.attempt <= 1 && status.problem === undefined && status.retryInMs === undefined;
}

function useCountdown(status: ClientStatus): number {
  const left = useSignal(0);
  const waitMs = status.state === "connecting" ? status.retryInMs : undefined;
  useEffect(() => {
    if (waitMs === undefined) {
      left.value = 0;
      return;
    }
    const until = Date.now() + waitMs;
    const tick = () => left.value = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    tick();
    const timer = setInterval(tick, 250);
    return () => clearInterval(timer);
  }, [status]);
  return left.value;
}
