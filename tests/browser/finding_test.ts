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

browserTest("The switcher takes what is typed before its file is there", async ({ server, browser }) => {
  const page = await browser.blank({ serviceWorkers: "block" });
  const held = Promise.withResolvers<void>();
  await page.route("**/parts-*.js", async (route) => {
    await held.promise;
    await route.continue();
  });
  await page.goto(server.url);
  await page.getByLabel("Your name").fill("alice");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  const field = page.getByLabel("Message", { exact: true });
  const focused = field.and(page.locator(":focus"));
  await focused.waitFor();
  await page.keyboard.press("Control+K");
  await page.keyboard.type("zoe");
  await page.keyboard.press("Escape");
  await focused.waitFor();
  await page.keyboard.press("Control+K");
  await page.keyboard.type("#pla");
  held.resolve();
  const switcher = page.getByRole("combobox", { name: /^Go to/ });
  await switcher.and(page.locator(":focus")).waitFor();
  await page.keyboard.type("ns");
  assert.equal(await switcher.inputValue(), "#plans");
  await page.keyboard.press("Escape");
  await focused.waitFor();
  assert.equal(await field.inputValue(), "");
});

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
    await page.getByRole("combobox", { name: /^Go to/ }).and(page.locator(":focus")).waitFor();
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
    assert.equal(await page.getByLabel("Message", { exact: true }).inputValue(), "half a word?");
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

browserTest(
  "Search by keyboard: filters, marked snippets, older results, to a message among its neighbours and back",
  async ({ server, browser }) => {
    const bob = await server.json("bob");
    await bob.command("/join #tea");
    for (let i = 0; i < 25; i++) await bob.say("#tea", `leaf ${i} of **green** tea`);
    for (let i = 0; i < 60; i++) await bob.say("#tea", `line-${i}.`);
    await bob.say("#general", "a leaf in general");
    const page = await browser.signIn("alice");
    await goTo(page, "#tea");
    await title(page, "#tea");
    await page.keyboard.press("Alt+ArrowUp");
    await title(page, "#general");

    await page.keyboard.press("Control+Shift+F");
    const field = page.getByLabel(/^Words/);
    await field.and(page.locator(":focus")).waitFor();
    await page.keyboard.type("leaf in:#tea from:bob");
    await page.keyboard.press("Enter");
    await page.getByRole("status").filter({ hasText: "The newest 20 messages" }).waitFor();
    assert.equal(await page.getByLabel("In", { exact: true }).inputValue(), "#tea");
    assert.equal(await page.getByLabel("From", { exact: true }).inputValue(), "bob");
    const results = page.locator(".result");
    assert.deepEqual(await results.first().locator("mark").allInnerTexts(), ["leaf"]);
    assert.match(await results.first().innerText(), /leaf 24 of green tea/);
    await page.getByRole("button", { name: "Older results" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("status").filter({ hasText: /^25 messages/ }).waitFor();

    await field.focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await title(page, "#tea");
    await page.locator(".message-target", { hasText: "leaf 22 of" }).waitFor();
    await messages(page, "leaf 21 of").waitFor();
    await results.nth(2).and(page.locator(":focus")).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("complementary", { name: "Search" }).waitFor({ state: "detached" });
    await page.getByLabel("Message", { exact: true }).and(page.locator(":focus")).waitFor();
    await page.keyboard.press("Escape");
    await messages(page, "line-59.").waitFor();

    await page.keyboard.press("Control+Shift+F");
    await field.and(page.locator(":focus")).waitFor();
    await page.keyboard.press("ArrowDown");
    await results.nth(2).and(page.locator(":focus")).waitFor();
    await page.keyboard.press("Control+Shift+F");
    await field.and(page.locator(":focus")).waitFor();
    await page.keyboard.type("nowhere to be found");
    await page.keyboard.press("Enter");
    await page.getByRole("status").filter({ hasText: "Nothing was found for" }).waitFor();
    await page.getByRole("button", { name: "Look everywhere" }).press("Enter");
    await page.getByRole("status").filter({ hasText: /Nothing was found for “nowhere to be found”\.$/ })
      .waitFor();
    await field.fill("lea");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Words that begin with it" }).press("Enter");
    await page.getByRole("status").filter({ hasText: "The newest 20 messages" }).waitFor();
    await page.getByLabel("From", { exact: true }).fill("nobodyatall");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").filter({ hasText: "There is no user" }).waitFor();
  },
);

const PHONE = { viewport: { width: 320, height: 640 }, hasTouch: true, reducedMotion: "reduce" } as const;

/** A finger that goes along a line, as the page's own pointer events. */
async function swipe(
  page: Page,
  from: readonly [number, number],
  to: readonly [number, number],
): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const touch = (
    type: "touchStart" | "touchMove" | "touchEnd",
    points: readonly (readonly [number, number])[],
  ) => session.send("Input.dispatchTouchEvent", { type, touchPoints: points.map(([x, y]) => ({ x, y })) });
  await touch("touchStart", [from]);
  for (let step = 1; step <= 8; step++) {
    const at = (axis: 0 | 1) => from[axis] + (to[axis] - from[axis]) * step / 8;
    await touch("touchMove", [[at(0), at(1)]]);
  }
  await touch("touchEnd", []);
  await session.detach();
}

browserTest(
  "On a phone the list comes by swipe or button, keeps the focus, and gives it back; panels are sheets",
  async ({ server, browser }) => {
    const bob = await server.json("bob");
    await bob.command("/join #garden");
    const page = await browser.signIn("alice", PHONE);
    const close = page.getByRole("button", { name: "Close the list" });
    const opener = page.getByRole("button", { name: "Conversations" });
    await swipe(page, [40, 300], [280, 310]);
    await close.waitFor();
    await swipe(page, [250, 300], [20, 310]);
    await close.waitFor({ state: "hidden" });
    await swipe(page, [150, 500], [160, 200]);
    assert.ok(await close.isHidden(), "a finger that goes down opens nothing");

    await opener.focus();
    await page.keyboard.press("Enter");
    await page.locator('.sidebar [aria-current="page"]:focus').waitFor();
    for (let i = 0; i < 30; i++) {
      await page.keyboard.press("Tab");
      assert.ok(await page.evaluate("!document.activeElement.closest('main')"), "the focus left the list");
    }
    await page.keyboard.press("Escape");
    await opener.and(page.locator(":focus")).waitFor();

    await opener.tap();
    await page.getByRole("button", { name: /^Go to/ }).tap();
    await page.getByRole("combobox", { name: /^Go to/ }).fill("gard");
    const box = await page.getByRole("dialog", { name: "Go to" }).boundingBox();
    assert.deepEqual([box!.width, box!.height], [320, 640]);
    await page.getByRole("option", { name: /garden/ }).first().tap();
    await title(page, "#garden");
    await page.getByRole("button", { name: "Members" }).tap();
    await page.getByRole("dialog", { name: "Members" }).getByRole("button", { name: "bob" }).tap();
    await title(page, "bob");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Search in bob" }).tap();
    await page.getByRole("dialog", { name: "Search" }).getByLabel("In", { exact: true }).waitFor();
    assert.equal(await page.getByLabel("In", { exact: true }).inputValue(), "bob");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 320);
  },
);

browserTest(
  "Sections fold and stay so, what is unread shows all the same, and what lies outside the view is told",
  async ({ server, browser }) => {
    const bob = await server.json("bob");
    const page = await browser.signIn("alice", { viewport: { width: 1000, height: 420 } });
    for (let i = 10; i < 24; i++) {
      await bob.command(`/join #room-${i}`);
      await say(page, `/join #room-${i}`);
      await title(page, `#room-${i}`);
    }
    await item(page, "#general").click();
    await bob.say("#room-23", "hear, @alice");
    await page.getByRole("button", { name: "1 unread below" }).click();
    await item(page, "#room-23").locator(".badge-mention").waitFor();
    await page.getByRole("button", { name: "1 unread below" }).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Rooms", exact: true }).click();
    await item(page, "#room-12").waitFor({ state: "detached" });
    assert.equal(await item(page, "#room-23").count(), 1);
    await page.reload();
    await item(page, "#general").waitFor();
    assert.equal(await item(page, "#room-12").count(), 0);
    assert.equal(
      await page.getByRole("button", { name: "Rooms", exact: true }).getAttribute("aria-expanded"),
      "false",
    );
  },
);
