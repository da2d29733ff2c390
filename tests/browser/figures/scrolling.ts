/**
 * How the page bears a long past: scrolling through a room of 100,000 messages with the CPU slowed four times, back to its first
 * message, the memory on the way, and jumps. Prints figures and judges nothing: `deno run -A tests/browser/figures/scrolling.ts`.
 */

import type { CDPSession, Page } from "playwright-core";
import { writePast } from "../../../bench/million.ts";
import { TestServer } from "../../test_server.ts";
import { buildPage, messages, PATIENCE, TestBrowser, timeline } from "../chromium.ts";
import { heapMiB, print, printFigure, SLOWED } from "./printing.ts";

const MESSAGES = 100_000;
const USERS = 20;
const ROOM = "#past-0";
/** A wheel that turns fast, and somebody who drags the scroll bar; in pixels a frame. */
const STEADY_PX = 120;
const RUSH_PX = 2_400;
const STEADY_FRAMES = 400;
const HALF_WAY = MESSAGES / 2;
const TO_THE_BEGINNING_MS = 170_000;

/** Scrolls by so much in each frame until `done` or so many frames, and tells how long each took. */
const SCROLL = `globalThis.scrollBack = async (pixels, frames) => {
  const list = document.querySelector(".timeline-scroller");
  const intervals = [];
  const tasks = [];
  const observer = new PerformanceObserver((entries) => tasks.push(...entries.getEntries().map((each) => each.duration)));
  observer.observe({ type: "longtask" });
  let last = performance.now();
  while (intervals.length < frames && !document.querySelector(".beginning h2")) {
    list.scrollTop -= pixels;
    const now = await new Promise(requestAnimationFrame);
    intervals.push(now - last);
    last = now;
  }
  observer.disconnect();
  return { intervals, tasks };
};`;

interface Scrolled {
  readonly intervals: number[];
  readonly tasks: number[];
}

if (import.meta.main) {
  await buildPage();
  const folder = await Deno.makeTempDir({ prefix: "parley-scrolling-" });
  await writePast(folder, { messages: MESSAGES, users: USERS, rooms: 1 }, () => {});
  {
    await using server = await TestServer.start({ folder });
    await using browser = await TestBrowser.start(server.url);
    await measure(await enter(browser, server.url));
  }
  await Deno.remove(folder, { recursive: true });
}

async function enter(browser: TestBrowser, url: string): Promise<Page> {
  const page = await browser.signIn("bob");
  await page.getByLabel("Message", { exact: true }).fill(`/join ${ROOM}`);
  await page.keyboard.press("Enter");
  await page.goto(`${url}/#/${ROOM.slice(1)}`);
  await page.getByRole("region", { name: `Messages in ${ROOM}` }).waitFor();
  await messages(page, String(MESSAGES - 1)).waitFor();
  return page;
}

async function measure(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await page.evaluate(SCROLL);
  printFigure("heap at the end, MiB", await heapMiB(devtools));
  await measureSteady(page, devtools, "back from the end");
  await measureJump(page, `#/${ROOM.slice(1)}/${HALF_WAY}`, devtools);
  await measureSteady(page, devtools, "back from the middle");
  await toLatest(page);
  await measureRush(page, devtools);
  await toLatest(page);
  await measureSteady(page, devtools, "back from the end again");
}

async function measureSteady(page: Page, devtools: CDPSession, where: string): Promise<void> {
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWED });
  const { intervals, tasks } = await scroll(page, STEADY_PX, STEADY_FRAMES);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  print(`frames, ${where}, ${STEADY_PX} px each, slowed ${SLOWED} times`, intervals);
  print("  long tasks", tasks);
}

/** To the first message, as fast as what is before comes. */
async function measureRush(page: Page, devtools: CDPSession): Promise<void> {
  const begin = performance.now();
  let frames = 0;
  for (let part = 1; !await isAtBeginning(page); part++) {
    const { intervals } = await scroll(page, RUSH_PX, 1_000);
    frames += intervals.length;
    print(`frames, to the beginning, part ${part}`, intervals);
    printFigure("  heap, MiB", await heapMiB(devtools));
    printFigure("  rows in the document", await page.getByRole("article").count());
    if (performance.now() - begin > TO_THE_BEGINNING_MS) throw new Error("The beginning was not reached.");
  }
  printFigure(
    `seconds to the first of ${MESSAGES} messages, in ${frames} frames`,
    (performance.now() - begin) / 1000,
  );
}

async function measureJump(page: Page, hash: string, devtools: CDPSession): Promise<void> {
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWED });
  const begin = performance.now();
  await page.evaluate(`location.hash = "${hash}"`);
  await page.locator(".message-target").waitFor();
  printFigure("ms to a message in the middle", performance.now() - begin);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 1 });
}

async function toLatest(page: Page): Promise<void> {
  const begin = performance.now();
  await page.getByRole("button", { name: /jump to latest/i }).click();
  await messages(page, String(MESSAGES - 1)).waitFor();
  printFigure("ms to the latest message", performance.now() - begin);
}

async function isAtBeginning(page: Page): Promise<boolean> {
  return await timeline(page).getByRole("heading", { level: 2 }).isVisible();
}

async function scroll(page: Page, pixels: number, frames: number): Promise<Scrolled> {
  page.setDefaultTimeout(PATIENCE * 4);
  return await page.evaluate<Scrolled>(`scrollBack(${pixels}, ${frames})`);
}
