/** What a message looks like: links, code, mentions, folding. */

import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import { bot } from "../scenario.ts";
import { browserTest, messages, open } from "./chromium.ts";

const LONG = Array.from({ length: 60 }, (_, line) => `line ${line} of many`).join("\n");

browserTest(
  "Code is in colours, keeps its shape, and is copied as it was written",
  async ({ server, browser }) => {
    const page = await browser.signIn("alice", { permissions: ["clipboard-read", "clipboard-write"] });
    const scripts = await page.evaluate<number>(
      'performance.getEntriesByType("resource").filter(({ name }) => name.includes("highlighter")).length',
    );
    assert.equal(scripts, 0, "nothing is loaded for colours before there is code");
    const bob = await server.json("bob");
    const code = "// why <b>not</b>\nconst sum = (a: number) =>\n\ta + 1; // @alice #general";
    await bob.say("#general", "look:\n```ts title\n" + code + "\n```\n```nonsense\nplain\n```");
    const row = messages(page, "look:");
    await row.locator(".code-keyword", { hasText: "const" }).waitFor();
    assert.deepEqual(await row.locator(".code-language").allInnerTexts(), ["ts", "nonsense"]);
    assert.equal(await row.locator("pre").first().textContent(), code);
    assert.equal(await row.locator("pre a, pre b").count(), 0, "code names nobody");
    assert.equal(await row.locator("pre").nth(1).locator("span").count(), 0);
    const copy = row.getByRole("button", { name: "Copy this code" }).first();
    await copy.focus();
    await page.keyboard.press("Enter");
    await row.getByRole("status").getByText("Copied").waitFor();
    assert.equal(await page.evaluate("navigator.clipboard.readText()"), code);
    assert.ok(await copy.evaluate((button) => button === button.ownerDocument.activeElement));
    await page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })");
    await row.getByRole("button", { name: "Copy this code" }).nth(1).click();
    await row.getByRole("status").nth(1).getByText("Copied").waitFor();
  },
);

browserTest("A long message is folded, opens by keyboard, and stays open", async ({ server, browser }) => {
  const bob = await server.json("bob");
  await bob.say("#general", "short");
  await bob.say("#general", LONG);
  const page = await browser.signIn("alice");
  const row = messages(page, "line 0 of many");
  const more = row.locator(".body-more");
  const folded = await height(row);
  assert.ok(folded < 520, `${folded} px`);
  assert.equal(await more.getAttribute("aria-expanded"), "false");
  assert.equal(await messages(page, "short").getByRole("button", { name: "Show all" }).count(), 0);
  await more.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Show less" }).waitFor();
  assert.equal(await more.getAttribute("aria-expanded"), "true");
  assert.ok(await height(row) > 1_000);
  await page.evaluate("document.activeElement.blur()");
  const carol = await server.json("carol");
  for (let n = 0; n < 8; n++) await carol.say("#general", `${n}\n`.repeat(24));
  await messages(page, "7").last().waitFor();
  await page.locator(".timeline-scroller").evaluate((scroller) => scroller.scrollTop = 0);
  await row.getByRole("button", { name: "Show less" }).waitFor();
  await more.click();
  await row.getByRole("button", { name: "Show all" }).waitFor();
  assert.equal(await height(row), folded);
});

browserTest(
  "Rooms and people are links in the page, the reader stands out, and a link says where it leads",
  async ({
    server,
    browser,
  }) => {
    const bob = await server.json("bob");
    await bob.say("#general", "hello @Alice and @bob, see #general and #42 in `@alice`");
    await bob.say(
      "#general",
      "links: [bank.test](http://elsewhere.test/x) [docs](https://docs.test/) https://bаnk.test/",
    );
    const page = await browser.signIn("alice");
    const row = messages(page, "hello");
    assert.deepEqual(await row.locator("a.reference").allInnerTexts(), ["@Alice", "@bob", "#general"]);
    assert.deepEqual(await row.locator("a.mention").allInnerTexts(), ["@Alice"]);
    const links = messages(page, "links:").locator("a");
    assert.deepEqual(await links.locator(".link-target").allInnerTexts(), [
      "elsewhere.test",
      "xn--bnk-6cd.test",
    ]);
    assert.equal(await links.nth(1).innerText(), "docs");
    for (const link of await links.all()) {
      assert.equal(await link.getAttribute("rel"), "noopener noreferrer");
      assert.equal(await link.getAttribute("target"), "_blank");
    }
    await row.getByRole("link", { name: "@bob" }).click();
    await page.getByRole("heading", { level: 1, name: "bob" }).waitFor();
  },
);

browserTest(
  "An answer that is being written grows at its end, and is not folded under the reader's eyes",
  async ({
    server,
    browser,
  }) => {
    const page = await browser.signIn("alice");
    const writer = await bot(server, "openai");
    const draft = (delta: string) =>
      writer.send(JSON.stringify({
        type: "command",
        message: "/draft",
        destination: "alice",
        metadata: { draft: "a", delta },
      }));
    await writer.say("alice", "hello");
    await open(page, "openai");
    draft("# First\n\n```js\nlet a = 1;\n```\n\nand **bo");
    const row = page.locator('[data-state="writing"]');
    await row.getByText("and **bo").waitFor();
    await row.locator("pre").evaluate((block) => block.dataset.seen = "yes");
    draft("ld** text\n\n" + LONG);
    await row.getByText("line 59 of many").waitFor();
    assert.equal(await row.locator("strong", { hasText: "bold" }).count(), 1);
    assert.equal(
      await row.locator("pre").getAttribute("data-seen"),
      "yes",
      "what stands above is not drawn again",
    );
    const text = "# First\n\n```js\nlet a = 1;\n```\n\nand **bold** text\n\n" + LONG;
    await writer.say("alice", text, { metadata: { draft: "a" } });
    await row.waitFor({ state: "detached" });
    const whole = messages(page, "line 59 of many");
    await whole.getByRole("button", { name: "Show less" }).waitFor();
    await whole.locator(".code-keyword").waitFor();
  },
);

async function height(row: Locator): Promise<number> {
  return (await row.boundingBox())?.height ?? 0;
}
