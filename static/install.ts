/** Has the browser keep the page's files, where it may: over HTTPS and on this machine itself. */

/** What a page holds while it is open, so that the files it was made of stay; the service worker knows the name. */
const PAGE_LOCK = "parley.page ";

export function keepShell(): void {
  if (!("serviceWorker" in navigator)) return;
  void navigator.locks.request(PAGE_LOCK + import.meta.url, { mode: "shared" }, () => new Promise(() => {}));
  const register = () => {
    // Private windows and strict settings refuse it; the page works without.
    navigator.serviceWorker.register("./service_worker.js", { updateViaCache: "none" }).catch(() => {});
  };
  if (document.readyState === "complete") register();
  else addEventListener("load", register, { once: true });
}
