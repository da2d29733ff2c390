/**
 * Keeps the page's shell (its files, and nothing of what is said) in the browser, so that the page opens without a server, and opens
 * the conversation of a notification that was clicked.
 *
 * A page is asked of the server first, so that a new build is there with the next load. Files whose name holds their hash come
 * from the cache. A build's files stay for as long as a page is open that was made of them.
 */

import { isPath } from "./paths.ts";
import { openConversation } from "./notification_click.ts";
import { keepShell, removeOldShells, shellFile } from "./shell_cache.ts";

declare const self: ServiceWorkerGlobalScope;

/** A server that is this slow counts as away. */
const PATIENCE_MS = 3_000;

self.addEventListener("install", (event) => {
  event.waitUntil(keepShell().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    Promise.all([self.clients.claim(), removeOldShells(), self.registration.navigationPreload?.enable()]),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  const path = pathname.slice(new URL(self.registration.scope).pathname.length);
  if (!isPath(path)) return;
  if (request.mode === "navigate") event.respondWith(page(event, path));
  else event.respondWith(file(request, path));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openConversation(event.notification));
});

async function page(event: FetchEvent, path: string): Promise<Response> {
  event.waitUntil(removeOldShells());
  const kept = await shellFile(path);
  const fresh = fromServer(event);
  if (!kept) return await fresh;
  const patience = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE_MS));
  const response = await Promise.race([fresh.catch(() => undefined), patience]);
  return response && response.status < 500 ? response : kept;
}

async function fromServer(event: FetchEvent): Promise<Response> {
  return await event.preloadResponse ?? await fetch(event.request);
}

async function file(request: Request, path: string): Promise<Response> {
  return await shellFile(path) ?? await fetch(request);
}
