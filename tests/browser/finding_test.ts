/** Finding one's way on the page: links, the list, the switcher, search, keys, phones. */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { browserTest, item, messages, open, say } from "./chromium.ts";

async function title(page: Page, name: string): Promise<void> {
  await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
}

async function hash(page: Page): Promise<string> {
  return await page.evaluate("location.hash");
}

/** Goes where a link leads, as a click on one does. */
async function follow(page: Page, address: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(address)}`);
}

browserTest(
  "A link opens after the sign-in; to a room one is not in it offers to join; to what is not there it says so",
  async ({ server, browser }) => {
    const alice = await server.json("alice");
    await alice.command("/join #tea");
    const { metadata } = await alice.say("#tea", "the kettle is on");
    for (let i = 0; i < 120; i++) await alice.say("#tea", `line-${i}.`);

    const page = await browser.visit();
    await follow(page, `#/tea/${metadata.seq}`);
    await page.getByLabel("Your name").fill("bob");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await title(page, "You are not in #tea");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await title(page, "#tea");
    await page.locator(".message-target", { hasText: "the kettle is on" }).waitFor();
    assert.equal(await hash(page), `#/tea/${metadata.seq}`);

    await page.reload();
    await page.locator(".message-target", { hasText: "the kettle is on" }).waitFor();
    await follow(page, "#/general/999999");
    await page.getByText("The message of this link is not here, or you may not read it.").waitFor();
    assert.equal(await hash(page), "#/general");
    await follow(page, "#/nosuchroom");
    await title(page, "There is no room #nosuchroom");
    await follow(page, "#/a/b/c");
    await title(page, "This link leads nowhere");
    await page.getByRole("button", { name: "Back to #general" }).click();
    await title(page, "#general");
    await follow(page, "#/@zoltan");
    await title(page, "zoltan");
  },
);

browserTest(
  "Back and forward go between conversations, and a message's link can be copied",
  async ({ browser }) => {
    const page = await browser.signIn("alice", { permissions: ["clipboard-read", "clipboard-write"] });
    await say(page, "look at this");
    const row = messages(page, "look at this").and(page.locator('[data-state="done"]'));
    await row.hover();
    await row.getByRole("button", { name: "Copy link" }).click();
    await page.getByRole("status").filter({ hasText: "Link copied" }).waitFor();
    const link = await page.evaluate<string>("navigator.clipboard.readText()");
    assert.match(link, new RegExp(`^${page.url().replace(/#.*/, "")}#/general/[0-9]+$`));

    await say(page, "/join #plans");
    await title(page, "#plans");
    await say(page, "/msg bob hello");
    await title(page, "bob");
    await page.goBack();
    await title(page, "#plans");
    await page.goBack();
    await title(page, "#general");
    await page.goForward();
    await title(page, "#plans");
    assert.equal(await hash(page), "#/plans");
    await page.goto(link);
    await page.locator(".message-target", { hasText: "look at this" }).waitFor();
    await open(page, "bob");
    await page.goBack();
    await page.locator(".message-target", { hasText: "look at this" }).waitFor();
    assert.equal(await item(page, "#general").locator('[aria-current="page"]').count(), 1);
  },
);
