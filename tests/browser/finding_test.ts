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

/** The entry of the switcher that Enter would follow. */
async function chosen(page: Page): Promise<string> {
  const id = await page.getByRole("combobox", { name: /^Go to/ }).getAttribute("aria-activedescendant");
  return await page.locator(`[id="${id}"]`).innerText();
}

async function goTo(page: Page, typed: string): Promise<void> {
  await page.keyboard.press("Control+K");
  await page.getByRole("combobox", { name: /^Go to/ }).waitFor();
  await page.keyboard.type(typed);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

browserTest(
  "By keyboard alone rooms are made, joined, gone through and left, and everything is found in the switcher",
  async ({ server, browser }) => {
    const bob = await server.json("bob");
    await bob.command("/join #garden");
    const page = await browser.signIn("alice");
    await page.getByLabel("Message", { exact: true }).and(page.locator(":focus")).waitFor();
    await goTo(page, "#plans");
    await title(page, "#plans");
    await page.keyboard.press("Control+K");
    await page.keyboard.type("gar");
    await page.getByRole("option", { name: /^#?\s*garden/ }).waitFor();
    assert.match(await chosen(page), /garden/);
    await page.keyboard.press("Enter");
    await title(page, "#garden");
    await goTo(page, "@zoe");
    await title(page, "zoe");

    for (
      const [key, name] of [
        ["Alt+ArrowUp", "#plans"],
        ["Alt+ArrowUp", "#general"],
        ["Alt+ArrowUp", "#garden"],
        ["Alt+ArrowDown", "#general"],
      ] as const
    ) {
      await page.keyboard.press(key);
      await title(page, name);
    }
    await bob.say("#garden", "the roses, @alice");
    await bob.say("alice", "psst");
    await item(page, "#garden").locator(".badge-mention").waitFor();
    await item(page, "bob").locator(".badge-mention").waitFor();
    await page.keyboard.press("Control+K");
    await page.getByRole("option").first().waitFor();
    assert.match(await chosen(page), /bob|garden/);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Alt+Shift+ArrowUp");
    await title(page, "#garden");
    await page.keyboard.press("Alt+a");
    await title(page, "bob");
    await item(page, "bob").locator(".badge").waitFor({ state: "detached" });
    await page.keyboard.press("Alt+a");
    await page.getByRole("status").filter({ hasText: "Nothing else is unread" }).waitFor();

    await page.keyboard.press("Alt+ArrowUp");
    await page.keyboard.type("half a word?");
    assert.equal(await page.getByRole("dialog").count(), 0, "? is a sign while one types");
    await page.keyboard.press("Control+/");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).getByText("Next unread conversation")
      .waitFor();
    await page.keyboard.press("Escape");
    await goTo(page, "leave");
    await page.getByRole("heading", { level: 1, name: "#plans" }).waitFor({ state: "detached" });
    assert.equal(await item(page, "#plans").count(), 0);
    await goTo(page, "> log out");
    await page.getByLabel("Your name").waitFor();
  },
);
