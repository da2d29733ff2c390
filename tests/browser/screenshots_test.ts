/** Walks through every view and keeps a picture of it, in each theme and at each width, as build/screenshots/THEME-SCHEME/WIDTH-VIEW.png. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { CDPSession, Page } from "playwright-core";
import { axeProblems } from "./axe.ts";
import { browserTest } from "./chromium.ts";
import { READER, SCENE_CLOCK, setScene } from "./scene.ts";
import { INSIDE, OUTSIDE, type View, Wire } from "./views.ts";

const FOLDER = new URL("../../build/screenshots/", import.meta.url);
const SIZES = [[320, 640], [768, 1024], [1440, 900]] as const;
const WIDE = { width: 1440, height: 900 };
const LOOKS = [["calm", "light"], ["calm", "dark"], ["sketch", "light"], ["sketch", "dark"]] as const;

browserTest(
  "Every view fits its width and has no fault that axe-core finds, in each theme, light and dark",
  async ({ server, browser }) => {
    await setScene(server);
    const page = await browser.visit({ reducedMotion: "reduce" });
    const wire = await Wire.on(page);
    await page.reload();
    const camera = await page.context().newCDPSession(page);
    const faults: string[] = [];
    const walk = async (views: readonly View[]) => {
      for (const view of views) faults.push(...await lookAt(page, camera, view, wire));
    };
    await walk(OUTSIDE);
    await page.getByLabel("Your name").fill(READER);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("log").waitFor();
    await walk(INSIDE);
    assert.deepEqual(faults, []);
  },
  { clock: SCENE_CLOCK },
);

/** Resolves with what is wrong with a view, wherever it is looked at. */
async function lookAt(page: Page, camera: CDPSession, view: View, wire: Wire): Promise<string[]> {
  const faults: string[] = [];
  await page.setViewportSize(WIDE);
  await view.show(page, wire);
  for (const [width, height] of SIZES) {
    if (view.isNarrow && width === WIDE.width) continue;
    await page.setViewportSize({ width, height });
    for (const [theme, scheme] of LOOKS) {
      await dress(page, theme, scheme);
      const where = `${theme}-${scheme}/${width}-${view.name}`;
      await picture(camera, new URL(`${where}.png`, FOLDER));
      const found = [...await overflow(page), ...await axeProblems(page, rulesFor(theme, scheme, width))];
      faults.push(...found.map((fault) => `${where}: ${fault}`));
    }
  }
  await page.setViewportSize(WIDE);
  await view.leave?.(page, wire);
  return faults;
}

/** What is not about colour is the same in all looks, and colours are the same at all widths. */
function rulesFor(theme: string, scheme: string, width: number): readonly string[] | undefined {
  if (width === 768) return ["color-contrast"];
  return theme === "calm" && scheme === "light" ? undefined : [];
}

/** Larger files than Playwright's own pictures, in a fraction of the time. */
async function picture(camera: CDPSession, file: URL): Promise<void> {
  const { data } = await camera.send("Page.captureScreenshot", { format: "png", optimizeForSpeed: true });
  await Deno.mkdir(new URL("./", file), { recursive: true });
  await Deno.writeFile(file, Buffer.from(data, "base64"));
}

async function dress(page: Page, theme: string, scheme: string): Promise<void> {
  await page.evaluate(
    `Object.assign(document.documentElement.dataset, { theme: "${theme}", scheme: "${scheme}" })`,
  );
  await page.evaluate("document.fonts.ready.then(() => {})");
}

/** What reaches beyond the side of the page, or of a box in it that only scrolls up and down. */
async function overflow(page: Page): Promise<string[]> {
  const boxes = "html, main, .sidebar-lists, dialog, .panel-body, .dialog-body, .timeline-scroller";
  return await page.evaluate<string[]>(
    `[...document.querySelectorAll("${boxes}")].filter((box) => box.scrollWidth > box.clientWidth + 1)
      .map((box) => box.localName + "." + box.className + ": " + (box.scrollWidth - box.clientWidth) + " px too wide")`,
  );
}
