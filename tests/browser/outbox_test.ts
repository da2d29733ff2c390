/** What was typed is never lost: without a server, through reloads and restarts, in several tabs. */

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { Page } from "playwright-core";
import type { Envelope } from "../../protocol/message.ts";
import type { LineClient } from "../line_client.ts";
import { ServerProcess } from "../server_process.ts";
import { TestServer } from "../test_server.ts";
import {
  browserTest,
  buildPage,
  messages,
  NEEDS_CHROMIUM,
  open,
  say,
  TestBrowser,
  until,
} from "./chromium.ts";
import { keptRecords, openProfile, shellKept } from "./profile.ts";

const STORES = ["typed", "unsent", "overviews", "pages"];

function box(page: Page) {
  return page.getByLabel("Message", { exact: true });
}

function inState(page: Page, state: string, text: string) {
  return messages(page, text).and(page.locator(`[data-state="${state}"]`));
}

/** Where a message is told of whose room one is not in any more. */
function stranded(page: Page, text: string) {
  return page.locator(".banner", { hasText: "Not sent to #tea" }).filter({ hasText: text });
}

/** The texts and ids of what came from `sender`, as a raw client got it, up to `last`. */
async function heard(client: LineClient, sender: string, last: string): Promise<Partial<Envelope>[]> {
  const result: Partial<Envelope>[] = [];
  for (;;) {
    const { message, id } = await client.envelope((each) => each.type === "chat" && each.sender === sender);
    result.push({ message, ...id !== undefined && { id } });
    if (message === last) return result;
  }
}

Deno.test({
  name:
    "What was typed and said without a server outlives a reload and the browser, and is sent once, in order",
  ...NEEDS_CHROMIUM,
  fn: async () => {
    await buildPage();
    const folder = await Deno.makeTempDir({ prefix: "parley-profile-" });
    const first = await TestServer.start({ folder: await Deno.makeTempDir({ prefix: "parley-page-" }) });
    const url = first.url;
    let { context, page } = await openProfile(folder, url);
    let server = first;
    try {
      await page.getByLabel("Your name").fill("alice");
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await first.json("bob");
      await say(page, "before");
      await inState(page, "done", "before").waitFor();
      await shellKept(page);
      await open(page, "bob");
      await say(page, "hello bob");
      await inState(page, "done", "hello bob").waitFor();
      await box(page).fill("half a letter to bob");
      await open(page, "#general");
      await first.stop();
      await page.getByRole("button", { name: "Try now" }).waitFor();

      await say(page, "one");
      await say(page, "two");
      await inState(page, "sending", "two").waitFor();
      await box(page).fill("half a thou");
      await page.reload();
      await inState(page, "done", "before").waitFor();
      await page.getByRole("button", { name: "Try now" }).waitFor();
      await page.keyboard.press("Control+K");
      await page.getByRole("combobox", { name: /^Go to/ }).waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      assert.equal(await box(page).inputValue(), "half a thou");
      await say(page, "three");
      await inState(page, "sending", "three").waitFor();
      await box(page).fill("another half");
      const texts = await page.locator('[data-state="sending"] .message-main').allInnerTexts();
      assert.deepEqual(texts.map((text) => /one|two|three/.exec(text)?.[0]), ["one", "two", "three"]);
      await until(async () => (await keptRecords(page, "unsent")).length === 3);
      const kept = await keptRecords(page, "unsent");
      await context.close();

      ({ context, page } = await openProfile(folder, url));
      await inState(page, "sending", "three").waitFor();
      assert.equal(await box(page).inputValue(), "another half");
      server = await TestServer.start({ folder: first.folder, port: first.port, webPort: first.webPort });
      const bob = await server.json("bob");
      await inState(page, "done", "three").waitFor();
      await say(page, "four");
      await inState(page, "done", "four").waitFor();
      await bob.envelope(({ message }) => message === "four");
      const said = bob.transcript.map((line) => line.startsWith("{") ? JSON.parse(line) as Envelope : null)
        .filter((each) => each?.type === "chat" && each.destination === "#general");
      assert.deepEqual(said.map((each) => each?.message), ["one", "two", "three", "four"]);
      assert.deepEqual(said.slice(0, 3).map((each) => each?.id), kept.map(({ id }) => id));
      for (const text of ["before", "one", "two", "three", "four"]) {
        assert.equal(await messages(page, text).count(), 1, text);
      }
      await until(async () => (await keptRecords(page, "unsent")).length === 0);
      await open(page, "bob");
      assert.equal(await box(page).inputValue(), "half a letter to bob");
    } finally {
      await context.close();
      await server.stop();
      await Deno.remove(folder, { recursive: true });
      await Deno.remove(first.folder, { recursive: true });
    }
  },
});

browserTest(
  "What one tab has not sent shows in the others, and one of them sends it when that tab is gone",
  async (world) => {
    const { server, browser } = world;
    const bob = await server.json("bob");
    const one = await browser.signIn("alice");
    const other = await one.context().newPage();
    await other.goto(one.url());
    await box(other).waitFor();
    await box(one).fill("typed in one tab");
    await until(async () => await box(other).inputValue() === "typed in one tab");

    await until(async () => (await keptRecords(one, "overviews")).length === 1);

    // Only this tab loses its connection, for good.
    await one.addInitScript('window.WebSocket = function () { throw new Error("no connection") }');
    await one.reload();
    await box(one).waitFor();
    await say(one, "first of a lost tab");
    await say(one, "second of a lost tab");
    await inState(other, "sending", "second of a lost tab").waitFor();
    await until(async () => (await keptRecords(other, "unsent")).length === 2);
    await one.close();
    await inState(other, "done", "second of a lost tab").waitFor();
    await say(other, "said by the other");
    const said = await heard(bob, "alice", "said by the other");
    assert.deepEqual(said.map(({ message }) => message), [
      "first of a lost tab",
      "second of a lost tab",
      "said by the other",
    ]);
    assert.equal(await messages(other, "first of a lost tab").count(), 1);
    assert.deepEqual(await keptRecords(other, "unsent"), []);
  },
);

browserTest(
  "What was refused says why through a reload, until it is tried again or discarded",
  async (world) => {
    const { server, browser } = world;
    const page = await browser.signIn("alice");
    await say(page, "/join #tea");
    await page.getByRole("heading", { level: 1, name: "#tea" }).waitFor();
    for (const text of ["/ask left in #tea", "/ask not worth it"]) await say(page, text);
    await inState(page, "failed", "not worth it").waitFor();
    await say(page, "/leave");
    await page.getByRole("heading", { level: 1, name: "#general" }).waitFor();
    await stranded(page, "not worth it").getByRole("button", { name: "Discard" }).click();
    await stranded(page, "not worth it").waitFor({ state: "detached" });
    for (const text of ["/ask one question", "/ask another question"]) await say(page, text);
    await inState(page, "failed", "another question").waitFor();
    await page.getByRole("log").getByText("Not sent: another question.").waitFor();
    await page.reload();
    const failed = inState(page, "failed", "one question");
    await failed.waitFor();
    const reason = await failed.locator(".problem").innerText();
    assert.match(reason, /AI|bot/);
    const bot = await server.json("openai", { token: await server.chat.accounts.botToken("openai") });
    await failed.getByRole("button", { name: "Retry" }).click();
    await inState(page, "done", "one question").waitFor();
    assert.equal((await bot.envelope(({ metadata }) => metadata.ask === true)).message, "one question");
    await stranded(page, "left in #tea").getByRole("button", { name: "Join and send" }).click();
    await inState(page, "done", "left in #tea").waitFor();
    assert.equal(await stranded(page, "left in #tea").count(), 0);
    await open(page, "#general");
    await inState(page, "failed", "another question").getByRole("button", { name: "Discard" }).click();
    await messages(page, "another question").waitFor({ state: "detached" });
    await until(async () => (await keptRecords(page, "unsent")).length === 0);
    await page.reload();
    await inState(page, "done", "one question").waitFor();
    assert.equal(await messages(page, "another question").count(), 0);
  },
);

browserTest("A log out leaves nothing of what was typed, also from another tab", async ({ browser }) => {
  const one = await browser.signIn("alice");
  await say(one, "/ask nobody");
  await inState(one, "failed", "nobody").waitFor();
  const other = await one.context().newPage();
  await other.goto(one.url());
  // It hears of what is said from now on.
  await inState(other, "failed", "nobody").waitFor();
  await say(one, "stored by the first");
  await inState(other, "done", "stored by the first").waitFor();
  await box(other).fill("a secret");
  await until(async () => (await keptRecords(one, "typed")).length === 1);
  await until(async () => (await keptRecords(one, "overviews")).length === 1);
  await other.locator(".menu summary").click();
  await other.getByRole("button", { name: "Log out" }).click();
  await other.getByText("This discards 1 message that is not sent and 1 draft.").waitFor();
  await other.getByRole("button", { name: "Discard and log out" }).click();
  for (const tab of [one, other]) await tab.getByLabel("Your name").waitFor();
  for (const store of STORES) {
    await until(async () => (await keptRecords(one, store)).length === 0);
  }
  await other.getByLabel("Your name").fill("bob");
  await other.getByRole("button", { name: "Sign in", exact: true }).click();
  await box(other).waitFor();
  assert.equal(await box(other).inputValue(), "");
  assert.equal(await messages(other, "nobody").count(), 0);
});

browserTest("Where the browser keeps nothing the page works, and says so once", async ({ browser }) => {
  const page = await browser.visit();
  await page.addInitScript(`
    Object.defineProperty(window, "indexedDB", { value: { open() { throw new DOMException("no", "SecurityError"); } } });
    Object.defineProperty(window, "localStorage", { get() { throw new DOMException("no", "SecurityError"); } });
  `);
  await page.reload();
  await page.getByLabel("Your name").fill("alice");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await say(page, "works all the same");
  await inState(page, "done", "works all the same").waitFor();
  const notices = page.locator(".notice", { hasText: "This browser keeps nothing" });
  await notices.waitFor();
  assert.equal(await notices.count(), 1);
});

Deno.test({
  name:
    "After a kill of the server the page shows what it missed, once; a restored log makes what it kept void; after a session that ended it sends the rest",
  ...NEEDS_CHROMIUM,
  fn: async () => {
    await buildPage();
    const folder = await Deno.makeTempDir({ prefix: "parley-page-" });
    let server = await ServerProcess.start(folder, ["--no-thermometer", "--no-openai"]);
    const ports = ["--port", `${server.port}`, "--web-port", `${server.webPort}`];
    const flags = [...ports, "--no-thermometer", "--no-openai"];
    await using browser = await TestBrowser.start(`http://127.0.0.1:${server.webPort}/`);
    try {
      const page = await browser.signIn("alice");
      await say(page, "before the kill");
      await inState(page, "done", "before the kill").waitFor();
      await box(page).pressSequentially("being ty");
      await server.end("SIGKILL");
      await page.getByRole("button", { name: "Try now" }).waitFor();
      await page.keyboard.type("ped");
      server = await ServerProcess.start(folder, flags);
      const bob = await server.tcp();
      bob.send("bob");
      for (const text of ["missed 1", "missed 2", "missed 3"]) bob.send(text);
      await messages(page, "missed 3").waitFor();
      assert.equal(await box(page).inputValue(), "being typed");
      assert.equal(await page.evaluate("document.activeElement.name"), "message");
      for (const text of ["before the kill", "missed 1", "missed 2", "missed 3"]) {
        assert.equal(await messages(page, text).count(), 1, text);
      }
      await bob.close();

      await until(async () => JSON.stringify(await keptRecords(page, "pages")).includes("missed 3"));
      await server.end("SIGKILL");
      await page.getByRole("button", { name: "Try now" }).waitFor();
      await say(page, "for any log");
      const store = new DatabaseSync(`${folder}/data/parley.db`);
      store.exec("DELETE FROM messages; UPDATE meta SET value = 'another' WHERE key = 'epoch'");
      store.close();
      server = await ServerProcess.start(folder, flags);
      await inState(page, "done", "for any log").waitFor();
      await messages(page, "missed 3").waitFor({ state: "detached" });
      await until(async () => !JSON.stringify(await keptRecords(page, "pages")).includes("missed 3"));

      // Without its token the page would log in by name again, but for one that was resumed.
      await page.reload();
      await say(page, "by token");
      await inState(page, "done", "by token").waitFor();
      await server.end("SIGKILL");
      await page.getByRole("button", { name: "Try now" }).waitFor();
      for (const text of ["one for later", "two for later"]) await say(page, text);
      await inState(page, "sending", "two for later").waitFor();
      const tokens = new DatabaseSync(`${folder}/data/parley.db`);
      tokens.exec("DELETE FROM tokens");
      tokens.close();
      server = await ServerProcess.start(folder, flags);
      await page.getByLabel("Your name").fill("alice");
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await inState(page, "done", "two for later").waitFor();
      const later = await messages(page, "for later").locator(".message-main").allInnerTexts();
      assert.deepEqual(later.map((text) => /one|two/.exec(text)?.[0]), ["one", "two"]);
    } finally {
      await server.end("SIGKILL").catch(() => {});
      await Deno.remove(folder, { recursive: true });
    }
  },
});
