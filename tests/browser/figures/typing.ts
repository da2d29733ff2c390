/**
 * How the page bears a busy room: keys typed while 200 messages a second come in, with the CPU slowed four times, and
 * the memory after many messages. Prints figures and judges nothing: `deno run -A tests/browser/figures/typing.ts`.
 */

import type { CDPSession, Page } from "playwright-core";
import type { LineClient } from "../../line_client.ts";
import { TestServer } from "../../test_server.ts";
import { buildPage, messages, TestBrowser, timeline } from "../chromium.ts";
import { heapMiB, print, printFigure, SLOWED } from "./printing.ts";

const PER_SECOND = 200;
const TICK_MS = 25;
const KEYS = 120;
/** People do not type evenly: from the shortest to the longest pause, each as likely. */
const KEY_PAUSE_MS = { least: 50, most: 250 };
/** What a key may take, from when the browser has it until its frame is done. */
const WANTED_MS = 50;
const LIVE = [5_000, 20_000];
const SCROLLS = 300;

/**
 * Gathers the time from each key to the beginning and to the end of the frame that shows it, and the long tasks. The time of an event is
 * when the browser got it: what keeps the page from hearing of it counts. It listens before the page does, so that what the page
 * does after that frame does not count as a part of it.
 */
const WATCH = `globalThis.figures = { frames: [], keys: [], tasks: [] };
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => figures.keys.push(performance.now() - data);
  addEventListener("keydown", ({ timeStamp }) => {
    requestAnimationFrame(() => {
      figures.frames.push(performance.now() - timeStamp);
      port2.postMessage(timeStamp);
    });
  }, { capture: true });
  new PerformanceObserver((list) => figures.tasks.push(...list.getEntries().map((each) => each.duration)))
    .observe({ type: "longtask" });`;

interface Figures {
  readonly frames: number[];
  readonly keys: number[];
  readonly tasks: number[];
}

if (import.meta.main) {
  await buildPage();
  await using server = await TestServer.start({ isRateLimited: false });
  await using browser = await TestBrowser.start(server.url);
  const alice = await server.json("alice");
  const page = await browser.signIn("bob");
  await page.addInitScript(WATCH);
  await page.reload();
  await page.getByLabel("Message", { exact: true }).waitFor();
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWED });
  await measureTyping(page);
  await measureTyping(page, alice);
  await measureMemory(page, devtools, alice);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  await measureScrolling(page, devtools);
}

/** @param speaker says 200 messages a second meanwhile; left out, nobody says anything */
async function measureTyping(page: Page, speaker?: LineClient): Promise<void> {
  const stop = new AbortController();
  const busy = speaker && sayUntil(speaker, stop.signal);
  await page.getByLabel("Message", { exact: true }).focus();
  const word = "the quick brown fox ";
  for (let key = 0; key < KEYS; key++) {
    await page.keyboard.press(word[key % word.length] === " " ? "Space" : word[key % word.length]!);
    await wait(pauseAfter(key));
  }
  stop.abort();
  const said = await busy ?? 0;
  const figures = await page.evaluate<Figures>("figures");
  await page.evaluate("for (const each of Object.values(figures)) each.length = 0");
  print(`keys while ${said} messages came, from the key to the beginning of its frame`, figures.frames);
  print("  to its end", figures.keys);
  printFigure(`  % of them within ${WANTED_MS} ms`, within(figures.keys, WANTED_MS));
  print("  long tasks", figures.tasks);
}

function within(times: readonly number[], most: number): number {
  return times.filter((time) => time <= most).length / times.length * 100;
}

/** The same pauses in each run, spread evenly. */
function pauseAfter(key: number): number {
  const { least, most } = KEY_PAUSE_MS;
  return least + (key * 0.618_034 % 1) * (most - least);
}

async function measureMemory(page: Page, devtools: CDPSession, alice: LineClient): Promise<void> {
  let said = 0;
  printFigure("heap before, MiB", await heapMiB(devtools));
  for (const count of LIVE) {
    await sayMany(alice, count - said, `the last of ${count}`);
    said = count;
    await messages(page, `the last of ${count}`).waitFor();
    printFigure(`heap after ${count} live messages, MiB`, await heapMiB(devtools));
    printFigure("  rows in the document", await page.getByRole("article").count());
  }
}

/** Scrolls up through what was said, as fast as it loads. */
async function measureScrolling(page: Page, devtools: CDPSession): Promise<void> {
  const begin = performance.now();
  await page.evaluate("figures.tasks.length = 0");
  for (let step = 0; step < SCROLLS; step++) {
    await timeline(page).evaluate((each) => each.scrollTop = 0);
    await page.evaluate("new Promise(requestAnimationFrame).then(() => new Promise(requestAnimationFrame))");
  }
  printFigure(
    `seconds for ${SCROLLS} scrolls to the top of what is loaded`,
    (performance.now() - begin) / 1000,
  );
  printFigure("  rows that are loaded, guessed by height", await loadedRows(page));
  print("  long tasks", (await page.evaluate<Figures>("figures")).tasks);
  printFigure("  heap, MiB", await heapMiB(devtools));
}

async function loadedRows(page: Page): Promise<number> {
  return await timeline(page).evaluate((each) => {
    const rows = [...each.querySelectorAll("article")];
    const height = rows.reduce((sum, row) => sum + row.getBoundingClientRect().height, 0) / rows.length;
    return each.scrollHeight / height;
  });
}

async function sayUntil(client: LineClient, signal: AbortSignal): Promise<number> {
  let said = 0;
  while (!signal.aborted) {
    for (let i = 0; i < PER_SECOND * TICK_MS / 1000; i++) {
      said += 1;
      client.sendJson({
        type: "chat",
        destination: "#general",
        message: `busy **message** number ${said}`,
        id: `busy-${said}`,
      });
    }
    await wait(TICK_MS);
  }
  return said;
}

async function sayMany(client: LineClient, count: number, last: string): Promise<void> {
  for (let i = 1; i < count; i++) {
    client.sendJson({
      type: "chat",
      destination: "#general",
      message: `message ${i} of many`,
      id: `${last.replaceAll(" ", "-")}-${i}`,
    });
    if (i % 500 === 0) await client.command("/ping");
  }
  await client.say("#general", last);
}

/** The pace of keys and of speakers is what is set here; nothing is awaited. */
function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
