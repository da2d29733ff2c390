/** What a reader chooses about the looks of the page, and what the page does for those who see or move differently. */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { axeProblems } from "./axe.ts";
import { browserTest, item } from "./chromium.ts";
import { setScene } from "./scene.ts";

const FONT = /patrick-hand/;

async function openSettings(page: Page): Promise<void> {
  await page.locator(".menu summary").click();
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("dialog", { name: "Settings" }).waitFor();
}

const chosen = (page: Page) =>
  page.evaluate<Record<string, string>>(
    "(({ theme, scheme, density, text }) => ({ theme, scheme, density, text }))(document.documentElement.dataset)",
  );

browserTest(
  "A theme and a scheme are chosen by keyboard, count in all tabs at once, and are there before the page is drawn again",
  async ({ browser }) => {
    const page = await browser.signIn("ada", { colorScheme: "light" });
    const fonts: string[] = [];
    page.context().on("request", (request) => FONT.test(request.url()) && fonts.push(request.url()));
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.getByRole("log").waitFor();
    assert.deepEqual(fonts, [], "the calm theme loads no font");
    // A tab behind another one has few frames, and a click waits for them.
    await page.bringToFront();

    await openSettings(page);
    await page.getByRole("radio", { name: "Calm" }).focus();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("radio", { name: "Dark" }).check();
    await page.getByRole("radio", { name: "Compact" }).check();
    await page.keyboard.press("Escape");
    const looks = { theme: "sketch", scheme: "dark", density: "compact", text: "medium" };
    assert.deepEqual(await chosen(page), looks);
    await other.waitForFunction("document.documentElement.dataset.density === 'compact'", undefined, {
      polling: 50,
    });
    assert.deepEqual(await chosen(other), looks);
    await page.evaluate("document.fonts.ready.then(() => {})");
    assert.ok(fonts.length > 0, "the hand-drawn theme has its font");

    // Without its modules the page is not drawn, and is in the chosen theme all the same.
    await page.route(/\/main-.*\.js$/, (route) => route.abort());
    await page.reload();
    assert.equal((await chosen(page)).theme, "sketch");
    assert.equal(await page.evaluate("getComputedStyle(document.documentElement).colorScheme"), "dark");
    browser.problems.length = 0;
  },
);

browserTest("A dialog gives the focus back to where it was", async ({ browser }) => {
  const page = await browser.signIn("ada");
  const plus = page.getByRole("button", { name: "Join or create a room" });
  await plus.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.ok(await plus.evaluate((element) => element.matches(":focus")));
});

browserTest(
  "The page can be read right to left, at 200 % zoom, with other colours and with high contrast",
  async ({ server, browser }) => {
    await setScene(server);
    const zoomed = {
      viewport: { width: 720, height: 450 },
      deviceScaleFactor: 2,
      reducedMotion: "reduce" as const,
    };
    const page = await browser.signIn("ada", { ...zoomed, contrast: "more", forcedColors: "active" });
    await page.evaluate("document.documentElement.dir = 'rtl'");
    assert.deepEqual(await axeProblems(page), []);
    assert.equal(await page.evaluate("document.documentElement.scrollWidth - innerWidth"), 0);
    const list = page.getByRole("button", { name: "Conversations" });
    assert.ok((await list.boundingBox())!.x > 600, "the list opens on the right");
    await list.click();
    const box = (await page.getByRole("navigation").boundingBox())!;
    assert.equal(Math.round(box.x + box.width), 720);
    await page.keyboard.press("Escape");
    const field = page.getByLabel("Message", { exact: true });
    const { y, height } = (await field.boundingBox())!;
    assert.ok(y + height <= 450, "one can write without scrolling");
    await list.focus();
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Tab");
    const outline = await page.evaluate("getComputedStyle(document.activeElement).outlineWidth");
    assert.equal(outline, "3px", "what has the focus is seen without shadows");
  },
);

browserTest(
  "Where the system sets the colours, what is chosen has those of a selection, in both themes",
  async ({ server, browser }) => {
    await setScene(server);
    for (const theme of ["calm", "sketch"]) {
      const page = await browser.signIn("ada", { forcedColors: "active", reducedMotion: "reduce" });
      await page.evaluate(`localStorage.setItem("parley.preference.theme", "${theme}")`);
      await page.reload();
      await item(page, "thermometer1").click();
      const chosen = page.locator(".item[aria-current]");
      await chosen.locator(".live-value").waitFor();
      const { seen, wanted } = await page.evaluate<Record<"seen" | "wanted", string[]>>(`(() => {
        const [chosen] = document.querySelectorAll(".item[aria-current]");
        const probe = document.body.appendChild(document.createElement("i"));
        probe.style = "forced-color-adjust: none; color: HighlightText; background: Highlight";
        const coloursOf = (...all) => all.map((each) => getComputedStyle(each)).flatMap((style) => [style.color, style.backgroundColor]);
        const nothing = "rgba(0, 0, 0, 0)";
        return {
          seen: coloursOf(chosen, chosen.querySelector(".live-value")),
          wanted: [...coloursOf(probe), getComputedStyle(probe).color, nothing],
        };
      })()`);
      assert.deepEqual(seen, wanted, theme);
      await page.close();
    }
  },
);
