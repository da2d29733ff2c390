/** The whole page: the sign-in, or the chat of whoever is signed in. The chat's part is loaded while the sign-in is seen. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
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

/** In two steps, so that neither keeps a key waiting for long. What does not come now is asked for again when it is needed. */
async function loadAhead(): Promise<void> {
  if (await loadChat().catch(() => undefined)) whenIdle(() => void load());
}

async function load(): Promise<void> {
  if (app.value) return;
  try {
    hasFailed.value = false;
    const [{ App }] = await Promise.all([import("./app.tsx"), loadChat()]);
    app.value = App;
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

/** After the sign-in is drawn, so that it does not wait. Safari has no idle callbacks. */
function whenIdle(action: () => void): () => void {
  if (!("requestIdleCallback" in globalThis)) {
    const timer = setTimeout(action, 200);
    return () => clearTimeout(timer);
  }
  const callback = requestIdleCallback(action, { timeout: 2_000 });
  return () => cancelIdleCallback(callback);
}
