/** The whole page: the sign-in, or the chat of whoever is signed in. The chat's part is loaded while the sign-in is seen. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { whenIdle } from "../idle.ts";
import { keepShell } from "../install.ts";
import { chat, isLoading, loadChat, pending } from "../state/session.ts";
import { SignIn } from "./sign_in.tsx";

type App = typeof import("./app.tsx").App;

const app = signal<App | null>(null);
const hasFailed = signal(false);

export function Entrance() {
  const App = app.value;
  const isNeeded = chat.value !== null || pending.value !== null || isLoading.value;
  useEffect(() => isNeeded ? void load() : whenIdle(() => void loadAhead()), [isNeeded]);
  if (!chat.value) return <SignIn />;
  if (App) return <App chat={chat.value} key={chat.value} />;
  return hasFailed.value ? <NotLoaded /> : <p class="entering" role="status">Opening …</p>;
}

/** What the chat needs, in parts of which none keeps a key waiting for long. */
const PARTS: readonly (() => unknown)[] = [loadChat, readyDates, load];

/** The browser reads how dates are written where the reader is, which takes as long as all the code. */
function readyDates(): void {
  new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" }).format();
}

async function loadAhead(): Promise<void> {
  try {
    for (const part of PARTS) {
      await new Promise<void>((resolve) => whenIdle(resolve));
      await part();
    }
  } catch {
    // What does not come now is asked for again when it is needed.
  }
}

async function load(): Promise<void> {
  if (app.value) return;
  try {
    hasFailed.value = false;
    const [{ App }] = await Promise.all([import("./app.tsx"), loadChat()]);
    if (app.value) return;
    app.value = App;
    whenIdle(keepShell);
  } catch {
    hasFailed.value = true;
  }
}

/** Where the server went away, or has another build by now. */
function NotLoaded() {
  return (
    <main class="entering">
      <p role="alert">A part of the page could not be loaded.</p>
      <button type="button" class="button button-primary" onClick={() => location.reload()}>Reload</button>
    </main>
  );
}
