/** The first load, up to the room, and a second visit. */

import type { Page } from "playwright-core";
import { TestBrowser } from "../../tests/browser/chromium.ts";
import { TestServer } from "../../tests/test_server.ts";

const SLOWDOWN = 4;
/** A task may take so long before it counts as blocking (web.dev/tbt). */
const TASK_MS = 50;
/** What still happens so long after the form is there belongs to the first load. */
const SETTLE_MS = 1_500;

/** Run before the page's own scripts. */
const OBSERVE = `
  globalThis.seen = { lcp: 0, fcp: 0, shift: 0, tasks: [], formAt: 0, roomAt: 0 };
  const observe = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  observe("largest-contentful-paint", (entry) => seen.lcp = entry.startTime);
  observe("paint", (entry) => { if (entry.name === "first-contentful-paint") seen.fcp = entry.startTime; });
  observe("layout-shift", (entry) => { if (!entry.hadRecentInput) seen.shift += entry.value; });
  observe("longtask", ({ startTime, duration }) => seen.tasks.push({ startTime, duration }));
  const note = (selector, name) => new MutationObserver((_, self) => {
    if (!document.querySelector(selector)) return;
    seen[name] = performance.now();
    self.disconnect();
  }).observe(document, { childList: true, subtree: true });
  note("form input", "formAt");
  note("[role=log]", "roomAt");
`;

interface Seen {
  readonly lcp: number;
  /** When the first content was painted. */
  readonly fcp: number;
  readonly shift: number;
  readonly formAt: number;
  readonly tasks: readonly { startTime: number; duration: number }[];
}

export async function measureLoad(): Promise<Record<string, number>> {
  await using server = await TestServer.start();
  await using browser = await TestBrowser.start(server.url);
  const page = await browser.blank();
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWDOWN });
  await page.addInitScript(OBSERVE);

  await page.goto(server.url);
  await page.getByLabel("Your name").waitFor();
  const formScriptKib = await scriptKibOf(page, "formAt");
  await page.waitForTimeout(SETTLE_MS);
  const first = await page.evaluate<Seen>("seen");

  await page.getByLabel("Your name").fill("alice");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  const clickedAt = performance.now();
  await page.getByRole("log").waitFor();
  const signInMs = performance.now() - clickedAt;
  const scriptKib = await scriptKibOf(page, "roomAt");
  await page.waitForTimeout(SETTLE_MS);
  const signedIn = await page.evaluate<Seen>("seen");
  const again = await secondVisit(page);
  return {
    formScriptKib,
    scriptKib,
    lcpMs: first.lcp,
    interactiveMs: interactiveAt(first),
    blockingMs: blocking(first, 0),
    blockingAfterPaintMs: blocking(first, first.fcp),
    layoutShift: signedIn.shift,
    signInMs,
    againLcpMs: again.lcp,
  };
}

/**
 * The scripts that the page had asked for by then, without headers: compressed, unless they came from the service worker, which
 * keeps them as they are.
 */
async function scriptKibOf(page: Page, until: "formAt" | "roomAt"): Promise<number> {
  const sizes = await page.evaluate<[string, number][]>(`performance.getEntriesByType("resource")
    .filter(({ name, startTime }) => new URL(name).pathname.endsWith(".js") && startTime <= seen.${until})
    .map(({ name, encodedBodySize }) => [name, encodedBodySize])`);
  // One that was preloaded can be there twice.
  return new Map(sizes).values().reduce((sum, bytes) => sum + bytes, 0) / 1024;
}

async function secondVisit(page: Page): Promise<Seen> {
  await page.reload();
  await page.getByRole("log").waitFor();
  await page.waitForTimeout(SETTLE_MS);
  return await page.evaluate<Seen>("seen");
}

/** The form is there, and the task in which it came has ended. */
function interactiveAt({ formAt, tasks }: Seen): number {
  const ends = tasks.filter(({ startTime }) => startTime <= formAt).map((task) =>
    task.startTime + task.duration
  );
  return Math.max(formAt, ...ends);
}

/** Of the tasks that began from then on. */
function blocking({ tasks }: Seen, from: number): number {
  return tasks.filter(({ startTime }) => startTime >= from)
    .reduce((sum, { duration }) => sum + Math.max(0, duration - TASK_MS), 0);
}
