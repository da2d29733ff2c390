/** The web page in a real Chromium, against a real server. */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { startThermometer } from "../../bots/thermometer.ts";
import { memoryConnect } from "../../server/memory.ts";
import {
  browserTest,
  buildPage,
  item,
  messages,
  NEEDS_CHROMIUM,
  open,
  say,
  TestBrowser,
  timeline,
  tryNow,
  until,
} from "./chromium.ts";
import { TestServer } from "../test_server.ts";

browserTest(
  "Two people on the page talk in a room, and each sees every message once",
  async ({ browser }) => {
    const alice = await browser.signIn("alice");
    const bob = await browser.signIn("bob");
    await say(alice, "Hello **bob**");
    await messages(bob, "Hello bob").waitFor();
    await say(bob, "Hello back");
    await messages(alice, "Hello back").waitFor();
    assert.equal(await messages(alice, "Hello bob").count(), 1);
    assert.equal(await messages(alice, "Hello bob").getAttribute("data-kind"), "own");
    assert.equal(await messages(bob, "Hello bob").getAttribute("data-kind"), "room");
    assert.equal(await bob.locator("strong", { hasText: "bob" }).count(), 1);
  },
);

browserTest("Older messages load while one scrolls up, and what is read stays where it is", async (world) => {
  const { server, browser } = world;
  const alice = await server.json("alice");
  for (let i = 0; i < 180; i++) await alice.say("#general", `line-${i}.`);
  const page = await browser.signIn("bob");
  await messages(page, "line-179.").waitFor();
  const log = timeline(page);
  assert.equal(await messages(page, "line-0.").count(), 0);
  const drift = await scrollUpAndMeasure(page);
  assert.ok(Math.abs(drift) <= 1, `what was read moved by ${drift} px`);
  while (await messages(page, "line-0.").count() === 0) {
    await log.evaluate((element) => element.scrollTop = 0);
    await page.evaluate("new Promise(requestAnimationFrame)");
  }
  const seen = new Set<string>();
  while (!seen.has("line-179.")) {
    for (const text of await page.locator("article .body").allInnerTexts()) seen.add(text);
    await log.evaluate((element) => element.scrollTop += element.clientHeight);
    await page.evaluate("new Promise(requestAnimationFrame).then(() => new Promise(requestAnimationFrame))");
  }
  assert.deepEqual([...seen], Array.from({ length: 180 }, (_, i) => `line-${i}.`));
});

/** Scrolls to where older messages load; how far a visible message moved meanwhile, in pixels. */
async function scrollUpAndMeasure(page: Page): Promise<number> {
  return await timeline(page).evaluate(async (log) => {
    const { requestAnimationFrame: next } = globalThis as unknown as {
      requestAnimationFrame: (then: (time: number) => void) => void;
    };
    const frame = () => new Promise((resolve) => next(resolve));
    log.scrollTop = 300;
    await frame();
    await frame();
    const height = log.scrollHeight;
    const row = [...log.querySelectorAll("article")].find((each) => each.getBoundingClientRect().top > 200)!;
    const top = row.getBoundingClientRect().top;
    while (log.scrollHeight < height + 500) await frame();
    await frame();
    await frame();
    return row.getBoundingClientRect().top - top;
  });
}

browserTest(
  "New messages do not move a reader who is not at the end, and are offered as a jump",
  async (world) => {
    const { server, browser } = world;
    const alice = await server.json("alice");
    for (let i = 0; i < 60; i++) await alice.say("#general", `line-${i}.`);
    const page = await browser.signIn("bob");
    await messages(page, "line-59.").waitFor();
    const log = timeline(page);
    await log.evaluate((element) => element.scrollTop -= 500);
    const read = messages(page, "line-40.");
    await read.waitFor();
    const place = await read.boundingBox();
    await page.getByRole("button", { name: "Jump to latest" }).waitFor();
    await alice.say("#general", "one more");
    await alice.say("#general", "and another");
    const jump = page.getByRole("button", { name: "2 new, jump to latest" });
    await jump.waitFor();
    assert.deepEqual(await read.boundingBox(), place);
    await jump.click();
    await messages(page, "and another").and(page.locator(":visible")).waitFor();
    await jump.waitFor({ state: "detached" });
    await alice.say("#general", "followed");
    await messages(page, "followed").waitFor();
    assert.ok(await log.evaluate((each) => each.scrollHeight - each.scrollTop - each.clientHeight < 2));
  },
);

browserTest("People who are away can be written to, and they find it stored", async ({ browser }) => {
  const alice = await browser.signIn("alice");
  await say(alice, "/msg joe");
  await alice.getByRole("heading", { level: 1, name: "joe" }).waitFor();
  await say(alice, "Call me when you are back");
  await alice.getByText("Nobody called joe has been here yet. Message saved.").waitFor();
  await alice.getByRole("heading", { level: 1, name: "joe" }).waitFor();
  const joe = await browser.signIn("joe");
  await item(joe, "alice").locator(".badge").waitFor();
  await open(joe, "alice");
  const stored = messages(joe, "Call me when you are back");
  await stored.waitFor();
  assert.deepEqual(await stored.evaluateAll((all) => all.map((each) => each.hasAttribute("data-stored"))), [
    true,
  ]);
  await joe.getByRole("button", { name: "Stored messages" }).click();
  await joe.getByText("There is nothing new.").waitFor();
});

browserTest("Unread counts rise elsewhere, fall when read, and stay so after a reload", async (world) => {
  const { server, browser } = world;
  const alice = await server.json("alice");
  const page = await browser.signIn("bob");
  await alice.say("bob", "psst");
  await alice.say("bob", "psst again");
  await item(page, "alice").locator(".badge", { hasText: "2" }).waitFor();
  await until(async () => (await page.title()).startsWith("(2)"));
  const { token } = JSON.parse(await page.evaluate('localStorage.getItem("parley.session")'));
  const elsewhere = await server.json("bob", { token });
  await open(page, "alice");
  await item(page, "alice").locator(".badge").waitFor({ state: "detached" });
  await elsewhere.envelope(({ metadata }) => metadata.code === "seen" && metadata.destination === "alice");
  await page.reload();
  await messages(page, "psst again").waitFor();
  await open(page, "#general");
  assert.equal(await item(page, "alice").locator(".badge").count(), 0);
});

browserTest("Rooms are made, found, joined and left", async ({ browser }) => {
  const alice = await browser.signIn("alice");
  await alice.getByRole("button", { name: "Join or create a room" }).click();
  await alice.getByLabel("Find a room, or name a new one").fill("tea");
  await alice.getByRole("button", { name: "Create room" }).click();
  await alice.getByRole("heading", { level: 1, name: "#tea" }).waitFor();
  await say(alice, "the kettle is on");
  await alice.locator('[data-state="done"]', { hasText: "the kettle" }).waitFor();
  const bob = await browser.signIn("bob");
  await bob.getByRole("button", { name: "Join or create a room" }).click();
  await bob.getByRole("listitem").filter({ hasText: "#tea" }).getByRole("button", { name: "Join" }).click();
  await messages(bob, "the kettle is on").waitFor();
  await alice.getByText("bob joined #tea").waitFor();
  await bob.getByRole("button", { name: "Leave #tea" }).click();
  await bob.getByRole("heading", { level: 1, name: "#general" }).waitFor();
  assert.equal(await item(bob, "#tea").count(), 0);
  await alice.getByText("bob left #tea").waitFor();
});

browserTest("A line that begins with / is a command, and its answer is a notice", async ({ browser }) => {
  const page = await browser.signIn("alice");
  await say(page, "/join #plans");
  await page.getByRole("heading", { level: 1, name: "#plans" }).waitFor();
  await say(page, "/foo");
  await page.getByRole("alert").filter({ hasText: "There is no command /foo" }).waitFor();
  await say(page, "/users");
  await page.locator(".notice", { hasText: "In #plans: alice" }).waitFor();
  await say(page, "/nick alicia");
  await page.locator(".menu .item-name", { hasText: "alicia" }).waitFor();
  await say(page, "//not a command");
  await messages(page, "/not a command").waitFor();
  await say(page, "/msg bob come here");
  await page.getByRole("heading", { level: 1, name: "bob" }).waitFor();
  await messages(page, "come here").waitFor();
});

browserTest("A message that is refused says why, and can be discarded", async ({ browser }) => {
  const page = await browser.signIn("alice");
  await say(page, "/ask is anybody there?");
  const failed = page.locator('[data-state="failed"]');
  await failed.getByText("No AI bot is here").waitFor();
  await failed.getByRole("button", { name: "Retry" }).click();
  await failed.getByText("No AI bot is here").waitFor();
  await failed.getByRole("button", { name: "Discard" }).click();
  await failed.waitFor({ state: "detached" });
});

browserTest("A typing user is shown until they have said it", async ({ browser }) => {
  const alice = await browser.signIn("alice");
  const bob = await browser.signIn("bob");
  await bob.getByLabel("Message", { exact: true }).pressSequentially("hm");
  await alice.getByText("bob is typing").waitFor();
  await bob.getByLabel("Message", { exact: true }).press("Enter");
  await messages(alice, "hm").waitFor();
  await alice.getByText("bob is typing").waitFor({ state: "detached" });
});

browserTest("The thermometer is subscribed to, asked and left with buttons", async ({ server, browser }) => {
  const connect = memoryConnect((connection) => void server.chat.serve(connection));
  const token = await server.chat.accounts.botToken("thermometer1");
  const thermometer = startThermometer({ connect, token, log: SILENT });
  try {
    await thermometer.ready;
    const page = await browser.signIn("alice");
    await open(page, "thermometer1");
    await page.getByRole("button", { name: "Subscribe", exact: true }).click();
    await page.getByText(/Subscribed to thermometer1/).waitFor();
    await page.getByRole("button", { name: "Reboot" }).click();
    await page.locator(".device-value", { hasText: "°C" }).waitFor();
    await page.getByRole("button", { name: "Range" }).click();
    await page.locator('article[data-kind="bot"]').first().waitFor();
    await page.getByRole("button", { name: "Unsubscribe" }).click();
    await page.getByRole("button", { name: "Subscribe", exact: true }).waitFor();
  } finally {
    await thermometer.stop();
    await thermometer.ended;
  }
});

const SILENT = { info: () => {}, warn: () => {}, error: () => {} };

browserTest("An AI answer grows as a draft and becomes the stored message in its place", async (world) => {
  const { server, browser } = world;
  const bot = await server.json("aibot", { token: await server.chat.accounts.botToken("aibot") });
  const page = await browser.signIn("alice");
  const other = await browser.signIn("bob");
  await page.getByRole("button", { name: "Ask AI" }).click();
  await say(page, "What is a WebSocket?");
  const question = await bot.envelope(({ metadata }) => metadata.ask === true);
  bot.sendDraft("#general", "d1", "One connection ", question.seq);
  bot.sendDraft("#general", "d1", "that stays **open**", question.seq);
  const answer = page.locator("article", { hasText: "One connection that stays open" });
  await answer.and(page.locator('[data-state="writing"]')).getByRole("button", { name: "Stop" }).waitFor();
  const seen = other.locator('article[data-state="writing"]', { hasText: "that stays open" });
  await seen.waitFor();
  assert.equal(await seen.getByRole("button", { name: "Stop" }).count(), 0, "who did not ask cannot stop it");
  const row = await answer.elementHandle();
  await bot.say("#general", "One connection that stays **open**, both ways.", {
    metadata: { draft: "d1", answer_to: question.seq },
  });
  await answer.and(page.locator('[data-state="done"]')).waitFor();
  assert.equal(await answer.count(), 1);
  assert.ok(await row?.evaluate((element) => element.isConnected), "it stays the same element");
  assert.match(await answer.innerText(), /both ways/);
});

browserTest("A running answer can be stopped, and its personalities and reset are buttons", async (world) => {
  const { server, browser } = world;
  const bot = await server.json("openai", { token: await server.chat.accounts.botToken("openai") });
  const page = await browser.signIn("alice");
  await open(page, "openai");
  for (
    const [button, text] of [["Angry", "personality angry"], ["Forget this conversation", "reset"]] as const
  ) {
    await page.getByRole("button", { name: button }).click();
    assert.equal((await bot.envelope(({ type }) => type === "chat")).message, text);
  }
  await say(page, "tell me");
  await bot.envelope(({ message }) => message === "tell me");
  bot.sendDraft("alice", "d2", "Once upon");
  await page.getByText("Once upon").waitFor();
  await page.getByRole("button", { name: "Stop" }).click();
  await bot.envelope(({ metadata }) => metadata.code === "stop" || metadata.code === "stopped");
});

browserTest(
  "Search finds what was said and leads to it among what stood around it",
  async ({ server, browser }) => {
    const alice = await server.json("alice");
    await alice.say("#general", "the treasure is under the oak");
    for (let i = 0; i < 120; i++) await alice.say("#general", `line-${i}.`);
    const page = await browser.signIn("bob");
    await messages(page, "line-119.").waitFor();
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await page.getByLabel(/Words/).fill("treasure");
    await page.keyboard.press("Enter");
    await page.locator(".result", { hasText: "under the oak" }).click();
    await page.locator(".message-target", { hasText: "the treasure is under the oak" }).waitFor();
    await alice.say("#general", "live meanwhile");
    await page.getByRole("button", { name: "Jump to latest" }).click();
    await messages(page, "live meanwhile").waitFor();
    assert.equal(await messages(page, "live meanwhile").count(), 1);
  },
);

browserTest("A phone shows the list as a drawer and scrolls in one direction only", async ({ browser }) => {
  const page = await browser.signIn("alice", { viewport: { width: 320, height: 640 }, hasTouch: true });
  await page.getByLabel("Message", { exact: true }).fill("w".repeat(400));
  await page.getByRole("button", { name: "Send" }).click();
  await messages(page, "www").waitFor();
  assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 320);
  assert.ok(await timeline(page).evaluate((log) => log.scrollWidth <= log.clientWidth));
  await page.getByRole("button", { name: "Conversations" }).click();
  await open(page, "#general");
  await page.getByRole("button", { name: "Close the list" }).waitFor({ state: "hidden" });
});

Deno.test({
  name: "When the server restarts, the page says so, keeps what is typed, and shows everything once",
  ...NEEDS_CHROMIUM,
  fn: async () => {
    await buildPage();
    const first = await TestServer.start({ folder: await Deno.makeTempDir({ prefix: "parley-page-" }) });
    let server = first;
    await using browser = await TestBrowser.start(first.url);
    try {
      const page = await browser.signIn("alice");
      await say(page, "before");
      await page.locator('[data-state="done"]', { hasText: "before" }).waitFor();
      const bobBefore = await first.json("bob");
      await bobBefore.say("#general", "bob was here");
      await messages(page, "bob was here").waitFor();

      await first.stop();
      await page.getByRole("button", { name: "Try now" }).waitFor();
      await say(page, "said while it was away");
      await page.getByText("Waiting to be sent").waitFor();
      await page.getByLabel("Message", { exact: true }).fill("half a thou");

      server = await TestServer.start({ folder: first.folder, port: first.port, webPort: first.webPort });
      const bob = await server.json("bob");
      await bob.say("#general", "said by bob meanwhile");
      await tryNow(page);
      await page.locator('[data-state="done"]', { hasText: "said while it was away" }).waitFor();
      await messages(page, "said by bob meanwhile").waitFor();
      for (const text of ["before", "bob was here", "said while it was away", "said by bob meanwhile"]) {
        assert.equal(await messages(page, text).count(), 1, text);
      }
      assert.equal(await page.getByLabel("Message", { exact: true }).inputValue(), "half a thou");
    } finally {
      await server.stop();
      await Deno.remove(first.folder, { recursive: true });
    }
  },
});
