/** Has the browser keep the page's files, where it may: over HTTPS and on this machine itself. */

/** What a page holds while it is open, so that the files it was made of stay; the service worker knows the name. */
const PAGE_LOCK = "parley.page ";

/** To be called before anything else is loaded. */
export function holdShell(): void {
  if (!("serviceWorker" in navigator)) return;
  void navigator.locks.request(PAGE_LOCK + import.meta.url, { mode: "shared" }, () => new Promise(() => {}));
}

/** To be called when nothing else is: it fetches all files. */
export function keepShell(): void {
  if (!("serviceWorker" in navigator)) return;
  // Private windows and strict settings refuse it; the page works without.
  navigator.serviceWorker.register(workerAddress(), { updateViaCache: "none" }).catch(() => {});
}

/** Where Trusted Types are known, an address of a script has to come from a policy that the server allows. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL: () => string }): {
    createScriptURL(input: string): string;
  };
}

/** The one script that this page names while it runs; no other address can be made with the policy. */
function workerAddress(): string {
  const address = () => "./service_worker.js";
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  return trustedTypes?.createPolicy("parley-worker", { createScriptURL: address }).createScriptURL("") ??
    address();
}
