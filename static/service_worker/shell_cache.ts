/** The files of the page, one cache for each build. */

import { PATHS, VERSION } from "./paths.ts";

declare const self: ServiceWorkerGlobalScope;

const PREFIX = "parley.shell ";
/** Held by every open page, followed by the address of its script. */
const PAGE_LOCK = "parley.page ";

/** Takes in all files of this build; what is there from the last one is not fetched again. */
export async function keepShell(): Promise<void> {
  const cache = await caches.open(PREFIX + VERSION);
  await Promise.all(PATHS.map(async (path) => {
    const url = new URL(path, self.registration.scope).href;
    const known = /-[A-Z0-9]{8}\.\w+$/.test(path) ? await caches.match(url) : undefined;
    const response = known ?? await fetch(url, { cache: "no-cache" });
    if (!isOfServer(response, path)) throw new Error(`${path} is not there`);
    await cache.put(url, response);
  }));
}

/** A network that wants a sign-in first, or another program on this port, answers everything with a page of its own. */
function isOfServer({ ok, redirected, headers }: Response, path: string): boolean {
  const isHtml = headers.get("content-type")?.startsWith("text/html") ?? false;
  return ok && !redirected && isHtml === !path.includes(".");
}

/** A file of this build, or of one before. */
export async function shellFile(path: string): Promise<Response | undefined> {
  const url = new URL(path, self.registration.scope).href;
  const cache = await caches.open(PREFIX + VERSION);
  return await cache.match(url) ?? await caches.match(url);
}

/** Drops the builds that no open page is made of. */
export async function removeOldShells(): Promise<void> {
  const { held = [] } = await self.navigator.locks.query();
  const scripts = held.flatMap(({ name = "" }) =>
    name.startsWith(PAGE_LOCK) ? [name.slice(PAGE_LOCK.length)] : []
  );
  for (const name of await caches.keys()) {
    if (name === PREFIX + VERSION || !name.startsWith(PREFIX)) continue;
    const cache = await caches.open(name);
    const inUse = await Promise.all(scripts.map((script) => cache.match(script)));
    if (!inUse.some(Boolean)) await caches.delete(name);
  }
}
