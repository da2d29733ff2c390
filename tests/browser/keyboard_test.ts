/** The whole page without a pointer: where the Tab key leads, and that the focus is seen and comes back. */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { axeProblems } from "./axe.ts";
import { browserTest, messages, open, say, timeline } from "./chromium.ts";

/** The least side of what is pressed, in CSS pixels (WCAG 2.2, 2.5.8). Links in a line of text are exempt. */
const LEAST_PX = 24;
const LONG = Array.from({ length: 40 }, (_, at) => `line ${at} https://example.org/${at}`).join("\n\n");

browserTest(
  "Tab enters the messages at one, arrows go between them, and what is in one follows before the message field",
  async ({ server, browser }) => {
    const carol = await server.json("carol");
    for (const text of ["first with https://example.org/one", "second", LONG]) {
      await carol.say("#general", text);
    }
    const page = await browser.signIn("bob");
    await say(page, "the last one");
    await messages(page, "the last one").waitFor();
    await page.getByLabel("Message", { exact: true }).focus();
    await page.keyboard.press("Shift+Tab");
    await focused(page, /the last one/);
    assert.match(await page.evaluate<string>("document.activeElement.ariaLabel"), /^bob, .*\d{4}/);
    assert.notEqual(await page.evaluate("getComputedStyle(document.activeElement).boxShadow"), "none");
    await page.keyboard.press("ArrowUp");
    await focused(page, /line 0/);
    // The links before the fold, what unfolds it, its own link; then out of the list.
    const stops = await tabThrough(page, /^(?:Message|Jump to latest)$/);
    assert.equal(stops[0], "https://example.org/0");
    assert.ok(stops.includes("Show all"), stops.join());
    assert.equal(stops.at(-1), "Copy link");
    assert.ok(!stops.some((stop) => stop.includes("example.org/39")), "a link inside the fold");
    await messages(page, "first with").focus();
    await page.keyboard.press("ArrowDown");
    await focused(page, /^second/);
    await page.keyboard.press("Shift+Tab");
    assert.equal(await page.evaluate("document.activeElement.closest('.timeline')"), null);
    await page.keyboard.press("Tab");
    assert.ok(await timeline(page).evaluate((list) => list.contains(list.ownerDocument.activeElement)));
    assert.deepEqual(await axeProblems(page), []);
  },
);

browserTest(
  "Every stop of the Tab key shows the focus and is large enough, and what opens gives the focus back",
  async ({ server, browser }) => {
    const carol = await server.json("carol");
    await carol.say("#general", "something to read");
    const page = await browser.signIn("bob");
    await messages(page, "something to read").waitFor();
    const stops = await stopsOf(page);
    assert.ok(stops.length > 10, `${stops.length} stops`);
    assert.deepEqual(stops.filter(({ isShown }) => !isShown), [], "not seen to have the focus");
    assert.deepEqual(stops.filter(({ side }) => side < LEAST_PX), [], "too small");
    for (const name of ["Join or create a room", "Write to somebody"]) {
      const opener = page.getByRole("button", { name, exact: true });
      await opener.focus();
      await page.keyboard.press("Enter");
      await page.getByRole("dialog").waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      assert.ok(await opener.evaluate((each) => each === each.ownerDocument.activeElement), name);
    }
    await page.getByRole("button", { name: "Join or create a room" }).press("Enter");
    await page.locator(".room-row").first().waitFor();
    await page.keyboard.press("ArrowDown");
    assert.equal(await page.evaluate("document.activeElement.textContent"), "Open");
    await page.keyboard.press("Enter");
    await open(page, "#general");
  },
);

/** Waits until a message with such a text has the focus. */
async function focused(page: Page, text: RegExp): Promise<void> {
  await page.waitForFunction(
    `document.activeElement.matches("article") && ${text}.test(document.activeElement.querySelector(".body").textContent)`,
  );
}

/** The names of what the Tab key leads to, before one with the name `end`. */
async function tabThrough(page: Page, end: RegExp): Promise<string[]> {
  const names: string[] = [];
  for (let at = 0; at < 60; at++) {
    await page.keyboard.press("Tab");
    const name = await page.evaluate<string>(
      "document.activeElement.ariaLabel ?? document.activeElement.textContent",
    );
    if (end.test(name)) return names;
    names.push(name);
  }
  throw new Error(`no end after ${names.join()}`);
}

interface Stop {
  readonly what: string;
  readonly isShown: boolean;
  readonly side: number;
}

/** All stops from the first of the page until they come again. */
async function stopsOf(page: Page): Promise<Stop[]> {
  await page.evaluate("document.activeElement.blur()");
  const stops = new Map<string, Stop>();
  for (let at = 0; at < 60; at++) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate<Stop>(STOP);
    if (stops.has(stop.what)) break;
    stops.set(stop.what, stop);
  }
  return [...stops.values()];
}

const STOP = `(() => {
  const active = document.activeElement;
  const { width, height, x, y } = active.getBoundingClientRect();
  const seen = (each) => each && (getComputedStyle(each).boxShadow !== "none" || parseFloat(getComputedStyle(each).outlineWidth) >= 2);
  return {
    what: [active.localName, active.ariaLabel ?? active.textContent.slice(0, 40), Math.round(x), Math.round(y)].join(" "),
    isShown: seen(active) || seen(active.closest(".composer")),
    side: Math.min(width, height),
  };
})()`;
