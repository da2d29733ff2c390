/** A browser whose profile stays on the disk, so that it can be closed and opened again. */

import { type BrowserContext, chromium, type Page } from "playwright-core";
import { CHROMIUM, FLAGS, PATIENCE } from "./chromium.ts";

/** Opens the browser with what it kept in `folder`, with the page in its first tab. */
export async function openProfile(
  folder: string,
  url: string,
): Promise<{ context: BrowserContext; page: Page }> {
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: CHROMIUM,
    args: FLAGS,
    viewport: { width: 1200, height: 700 },
  });
  context.setDefaultTimeout(PATIENCE);
  const page = context.pages()[0] ?? await context.newPage();
  await page.goto(url);
  return { context, page };
}

/** Resolves when the page would open without the server. */
export async function shellKept(page: Page): Promise<void> {
  await page.evaluate("navigator.serviceWorker.ready.then(() => undefined)");
}

/** What the page keeps in this browser, by the name of the store. */
export async function keptRecords(page: Page, store: string): Promise<Record<string, unknown>[]> {
  return await page.evaluate(`new Promise((resolve, reject) => {
    const opening = indexedDB.open("parley");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const reading = database.transaction("${store}").objectStore("${store}").getAll();
      reading.onsuccess = () => {
        database.close();
        resolve(reading.result);
      };
    };
  })`);
}
