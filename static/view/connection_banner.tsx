/** Says what is wrong with the connection, and when the next attempt is; never in the way of typing. */

import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { ClientStatus, Hold } from "../../client/chat_client.ts";
import { isDeviceOnline } from "../state/connecting.ts";

interface ConnectionBannerProps {
  status: ClientStatus;
  /** Why nothing is sent although there is a connection. */
  hold?: Hold | undefined;
  onRetry: () => void;
  /** What becomes of what is done meanwhile. */
  children?: string;
}

interface Trouble {
  readonly words: string;
  /** Of trying to connect; undefined where there is a connection. */
  readonly attempt?: number;
  /** Until it goes on, in milliseconds; undefined where it is being tried now. */
  readonly waitMs?: number;
}

/** What is over sooner is not worth a banner, which moves the page. */
const LASTS_MS = 400;
/** The first connection usually takes a moment. */
const FIRST_LASTS_MS = 2_000;

export function ConnectionBanner({ status, hold, onRetry, children }: ConnectionBannerProps) {
  const trouble = troubleOf(status, hold);
  const lasts = useLasting(trouble !== undefined, isFirstAttempt(status) ? FIRST_LASTS_MS : LASTS_MS);
  const hadTrouble = useRef(false);
  if (lasts) hadTrouble.current = true;
  const isShown = trouble !== undefined && lasts;
  const words = isShown ? trouble.words : hadTrouble.current && !trouble ? "Connected again." : "";
  return (
    <div class={isShown ? "banner" : "for-ears"}>
      {isShown && <span class="banner-dot" aria-hidden="true" />}
      <div class="banner-words">
        <p role="status">
          <strong>{words}</strong> {isShown && children && <span class="banner-more">{children}</span>}
        </p>
        {isShown && <Countdown trouble={trouble} />}
      </div>
      {isShown && trouble.attempt !== undefined && <TryNow onRetry={onRetry} />}
    </div>
  );
}

function troubleOf(status: ClientStatus, hold: Hold | undefined): Trouble | undefined {
  if (status.state === "closed") return undefined;
  if (status.state === "online") return hold && { words: holdWords(hold), waitMs: hold.retryInMs };
  const words = isFirstAttempt(status)
    ? "Connecting to the server …"
    : status.problem ?? "The connection was lost.";
  return {
    words: isDeviceOnline.value ? words : "This device is offline.",
    attempt: Math.max(1, status.attempt),
    ...status.retryInMs !== undefined && { waitMs: status.retryInMs },
  };
}

function holdWords({ error }: Hold): string {
  return error.code === "rate_limited"
    ? "The server takes no more so fast."
    : "The server cannot store anything just now.";
}

function isFirstAttempt(status: ClientStatus): boolean {
  return status.state === "connecting" && status.attempt <= 1 && status.problem === undefined;
}

/** Whether something has lasted for so long. */
function useLasting(isSo: boolean, ms: number): boolean {
  const lasts = useSignal(false);
  useEffect(() => {
    lasts.value = false;
    if (!isSo) return;
    const timer = setTimeout(() => lasts.value = true, ms);
    return () => clearTimeout(timer);
  }, [isSo]);
  return lasts.value;
}

/** Only seen: it would be read aloud every second. */
function Countdown({ trouble }: { trouble: Trouble }) {
  const { attempt, waitMs } = trouble;
  const seconds = useSecondsLeft(trouble);
  const when = waitMs === undefined ? "now …" : `in ${seconds} s`;
  return (
    <span class="banner-count" aria-hidden="true">
      {attempt === undefined ? `Goes on ${when}` : `Attempt ${attempt} ${when}`}
    </span>
  );
}

function useSecondsLeft({ attempt, waitMs = 0 }: Trouble): number {
  const left = useSignal(0);
  useLayoutEffect(() => {
    const until = Date.now() + waitMs;
    const tick = () => left.value = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    tick();
    const timer = setInterval(tick, 250);
    return () => clearInterval(timer);
  }, [attempt, waitMs]);
  return left.value;
}

/** A click leaves the focus where one types; with the connection the button goes, and its focus goes there too. */
function TryNow({ onRetry }: { onRetry: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    const shown = button.current;
    return () => {
      if (shown !== document.activeElement) return;
      document.querySelector<HTMLElement>("textarea")?.focus();
    };
  }, []);
  return (
    <button
      type="button"
      ref={button}
      class="button button-small"
      onMouseDown={(event) => event.preventDefault()}
      onClick={onRetry}
    >
      Try now
    </button>
  );
}
