/** Walks through every view and keeps a picture of it, in each theme and at each width, as build/screenshots/THEME-SCHEME/WIDTH-VIEW.png. */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { axeProblems } from "./axe.ts";
import { browserTest } from "./chromium.ts";
import { READER, setScene } from "./scene.ts";
import { INSIDE, OUTSIDE, type View, Wire } from "./views.ts";

const FOLDER = new URL("../../build/screenshots/", import.meta.url);
const SIZES = [[320, 640], [768, 1024], [1440, 900]] as const;
const LOOKS = [["calm", "light"], ["calm", "dark"], ["sketch", "light"], ["sketch", "dark"]] as const;

browserTest(
  "Every view fits its width and has no fault that axe-core finds, in each theme, light and dark",
  async ({ server, browser }) => {
    await setScene(server);
    const page = await browser.visit({ reducedMotion: "reduce" });
    const wire = await Wire.on(page);
    await page.reload();
    const faults: string[] = [];
    const walk = async (views: readonly View[]) => {
      for (const view of views) faults.push(...await lookAt(page, view, wire));
    };
    await walk(OUTSIDE);
    await page.getByLabel("Your name").fill(READER);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("log").waitFor();
    await walk(INSIDE);
    assert.deepEqual(faults, []);
  },
);

/** Resolves with what is wrong with a view, wherever it is looked at. */
async function lookAt(page: Page, view: View, wire: Wire): Promise<string[]> {
  const faults: string[] = [];
  await page.setViewportSize({ width: 1440, height: 900 });
  await view.show(page, wire);
  for (const [width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    for (const [theme, scheme] of LOOKS) {
      await dress(page, theme, scheme);
      const where = `${theme}-${scheme}/${width}-${view.name}`;
      await page.screenshot({ path: new URL(`${where}.png`, FOLDER).pathname });
      const isFirst = theme === "calm" && scheme === "light";
      // What is not about colour is the same in all looks.
      const found = [
        ...await overflow(page),
        ...await axeProblems(page, isFirst ? undefined : ["color-contrast"]),
      ];
      faults.push(...found.map((fault) => `${where}: ${fault}`));
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await view.leave?.(page, wire);
  return faults;
}

async function dress(page: Page, theme: string, scheme: string): Promise<void> {
  await page.evaluate(
    `Object.assign(document.documentElement.dataset, { theme: "${theme}", scheme: "${scheme}" })`,
  );
  await page.evaluate("document.fonts.ready.then(() => {})");
}

/** What reaches beyond the side of the page. */
async function overflow(page: Page): Promise<string[]> {
  const pixels = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
  return pixels > 0 ? [`${pixels} px too wide`] : [];
}
