/** How conversations are read: first unread, following, places that hold, counts, and what a screen reader hears. */

import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import type { LineClient } from "../line_client.ts";
import type { TestServer } from "../test_server.ts";
import { SYSTEM_CLOCK } from "../../server/clock.ts";
import { browserTest, item, messages, open, say, timeline } from "./chromium.ts";
import { Wire } from "./views.ts";

/** Says so many lines without waiting for each to be stored. */
async function sayMany(client: LineClient, to: string, count: number, from = 0): Promise<void> {
  for (let i = from; i < from + count - 1; i++) {
    client.sendJson({ type: "chat", destination: to, message: `line-${i}.`, id: `many-${to.slice(1)}-${i}` });
  }
  await client.say(to, `line-${from + count - 1}.`);
}

/** A user who has read all so far and is away now. */
async function leaveAfterReading(user: LineClient, seq: number): Promise<void> {
  await user.command(`/seen #general ${seq}`);
  user.sendJson({ type: "command", message: "/quit" });
  await user.rest();
}

/** Between the top of the list of messages and the top of what is asked for, in pixels. */
async function topOf(page: Page, what: Locator): Promise<number> {
  const [list, box] = [await timeline(page).boundingBox(), await what.boundingBox()];
  assert.ok(list && box, "it is in the page");
  return box.y - list.y;
}

async function frames(page: Page): Promise<void> {
  await page.evaluate("new Promise(requestAnimationFrame).then(() => new Promise(requestAnimationFrame))");
}

async function distanceFromEnd(page: Page): Promise<number> {
  return await timeline(page).evaluate((each) => each.scrollHeight - each.scrollTop - each.clientHeight);
}

/** The page's icon, as text; an address where nothing is on it. */
async function icon(page: Page): Promise<string> {
  return decodeURIComponent(await page.evaluate<string>(`document.querySelector('link[rel="icon"]').href`));
}

async function iconShows(page: Page, text: string): Promise<void> {
  await until(async () => (await icon(page)).includes(text), page);
}

/** Asks again with each frame. */
async function until(holds: () => Promise<boolean>, page: Page): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!await holds()) {
    assert.ok(Date.now() < deadline, `it did not come about: ${holds}`);
    await frames(page);
  }
}

async function titleIsPlain(page: Page): Promise<void> {
  await until(async () => !(await page.title()).startsWith("("), page);
}

async function readSeq(user: LineClient, destination: string): Promise<number> {
  const { metadata } = await user.command("/conversations");
  const rows = metadata.conversations as { destination: string; read_seq: number }[];
  return rows.find((row) => row.destination === destination)!.read_seq;
}

async function sessionOf(page: Page): Promise<string> {
  return await page.evaluate<string>('localStorage.getItem("parley.session")');
}

/** A second profile of the one who is signed in on `page`. */
async function otherDevice(page: Page, device: Page): Promise<Page> {
  const session = JSON.stringify(await sessionOf(page));
  await device.evaluate(`localStorage.setItem("parley.session", ${session})`);
  await device.reload();
  await timeline(device).waitFor();
  return device;
}

async function elsewhere(server: TestServer, page: Page): Promise<LineClient> {
  return await server.json("", { token: JSON.parse(await sessionOf(page)).token });
}

browserTest(
  "A conversation opens at the first unread message under a line, and counts what is scrolled past as read",
  async ({ server, browser }) => {
    const [alice, bob] = [await server.json("alice"), await server.json("bob")];
    await sayMany(alice, "#general", 40);
    const { seq } = await bob.envelope(({ message }) => message === "line-39.");
    await leaveAfterReading(bob, seq!);
    await sayMany(alice, "#general", 200, 40);
    const page = await browser.signIn("bob");
    const line = page.locator(".divider-new");
    await line.waitFor();
    await frames(page);
    const view = (await timeline(page).boundingBox())!.height;
    const top = await topOf(page, line);
    assert.ok(top >= 0 && top <= view / 3, `the line is ${top} of ${view} px below the top`);
    assert.ok(await topOf(page, messages(page, "line-39.")) < top);
    assert.ok(await topOf(page, messages(page, "line-40.")) > top);
    assert.equal(await messages(page, "line-239.").count(), 0);

    const device = await elsewhere(server, page);
    await timeline(page).evaluate((each) => each.scrollTop += each.clientHeight);
    await device.envelope(({ metadata }) => metadata.code === "seen");
    await page.getByRole("button", { name: /^1\d\d new, jump to latest/ }).waitFor();
    const read = await readSeq(device, "#general");
    assert.ok(read > seq! + 10 && read < seq! + 100, `read ${read - seq!} of 200`);

    await page.getByRole("button", { name: /jump to latest/ }).click();
    await messages(page, "line-239.").waitFor();
    await titleIsPlain(page);
    await page.getByRole("button", { name: /jump to latest/ }).waitFor({ state: "detached" });
  },
);

browserTest(
  "The end stays in view while the window, the composer and an answer change their size",
  async ({ server, browser }) => {
    const bot = await server.json("aibot", { token: await server.chat.accounts.botToken("aibot") });
    const alice = await server.json("alice");
    await sayMany(alice, "#general", 60);
    const page = await browser.signIn("bob");
    await messages(page, "line-59.").waitFor();
    const atEnd = async (why: string) => {
      await frames(page);
      assert.ok(await distanceFromEnd(page) < 2, `${why}: ${await distanceFromEnd(page)} px to the end`);
    };
    await page.setViewportSize({ width: 390, height: 400 });
    await atEnd("a smaller window");
    await page.getByLabel("Message", { exact: true }).fill("a\nb\nc\nd\ne\nf");
    await atEnd("a taller composer");
    await page.getByLabel("Message", { exact: true }).fill("");
    await page.setViewportSize({ width: 1200, height: 700 });
    await atEnd("a larger window");

    await say(page, "/ask tell me");
    const question = await bot.envelope(({ metadata }) => metadata.ask === true);
    const log = page.getByRole("log");
    bot.sendDraft("#general", "d", "first words\n\n".repeat(10));
    const answer = page.locator('article[data-state="writing"]');
    await answer.filter({ hasText: "first words" }).waitFor();
    await atEnd("a growing answer");
    assert.equal(await log.locator("p").count(), 0, "neither what was there nor a draft is announced");

    await timeline(page).evaluate((each) => each.scrollTop -= 700);
    await page.getByRole("button", { name: /Jump to latest/ }).waitFor();
    const row = messages(page, "line-50.");
    const top = await topOf(page, row);
    bot.sendDraft("#general", "d", "more words\n\n".repeat(10));
    await bot.say("#general", "the whole answer", { metadata: { draft: "d", answer_to: question.seq } });
    await page.getByRole("button", { name: "1 new, jump to latest" }).waitFor();
    assert.equal(await topOf(page, row), top);
    await log.getByText("aibot: the whole answer").waitFor();
    assert.equal(await log.locator("p").count(), 1);
  },
);

browserTest(
  "Many live messages leave few rows in the page, and a reader above them is not moved by one pixel",
  async ({ server, browser }) => {
    const alice = await server.json("alice");
    const page = await browser.signIn("bob");
    await sayMany(alice, "#general", 1500);
    await messages(page, "line-1499.").waitFor();
    assert.ok(await page.getByRole("article").count() < 200, "rows out of view are not drawn");
    assert.ok(await distanceFromEnd(page) < 2);
    // Of the readings of a long day one scrolls far up: what was let go is loaded again, nothing is missing or twice.
    const seen = new Set<string>();
    while (!seen.has("line-900.")) {
      await timeline(page).evaluate((each) => each.scrollTop -= each.clientHeight * 0.7);
      await frames(page);
      for (const text of await page.locator("article .body").allInnerTexts()) seen.add(text);
    }
    const numbers = [...seen].map((text) => Number(/\d+/.exec(text)![0])).sort((a, b) => a - b);
    assert.deepEqual(numbers, Array.from({ length: 1500 - numbers[0]! }, (_, i) => numbers[0]! + i));

    const read = page.getByRole("article").filter({ hasText: /line-90\d\./ }).first();
    const text = await read.innerText();
    const row = page.getByRole("article").filter({ hasText: text.match(/line-\d+\./)![0] });
    await frames(page);
    const top = await topOf(page, row);
    await sayMany(alice, "#general", 300, 1500);
    await page.getByRole("button", { name: "300 new, jump to latest" }).waitFor();
    assert.equal(await topOf(page, row), top);
    assert.equal(await row.count(), 1);
    const heads = await page.locator("article:not(.message-grouped)").count();
    assert.ok(heads <= 1, `messages of one sender and time stand under one head, not ${heads}`);
  },
  { isRateLimited: false },
);

browserTest(
  "The end is followed through hurries of long messages, and none of the view is missing when it is quiet",
  async ({ server, browser }) => {
    const alice = await server.json("alice");
    const page = await browser.signIn("bob", { viewport: { width: 1200, height: 2400 } });
    for (let from = 0; from < 60; from += 20) {
      const bodies = Array.from({ length: 20 }, (_, at) => `long-${from + at}.\n\n${"word ".repeat(700)}`);
      for (const message of bodies.slice(0, -1)) {
        alice.sendJson({ type: "chat", destination: "#general", message });
      }
      await alice.say("#general", bodies.at(-1)!);
      // When the hurry is over, rows above and what can be done with a message are drawn again.
      const last = messages(page, `long-${from + 19}.`);
      await last.locator(".message-actions").waitFor({ state: "attached" });
      await frames(page);
      assert.ok(await distanceFromEnd(page) < 2, `${await distanceFromEnd(page)} px to the end`);
      assert.equal(await page.getByRole("button", { name: /jump to latest/ }).count(), 0);
      for (let at = 15; at < 20; at++) assert.equal(await messages(page, `long-${from + at}.`).count(), 1);
    }
  },
  { isRateLimited: false },
);

browserTest(
  "Mentions are counted live and after being away, in the icon too, and reading clears them on all devices",
  async ({ server, browser }) => {
    const [alice, bob] = [await server.json("alice"), await server.json("bob")];
    await bob.command("/join #tea");
    await alice.command("/join #tea");
    const { metadata: last } = await alice.say("#general", "nothing for anyone");
    await leaveAfterReading(bob, Number(last.seq));
    for (const text of ["@Bob, tea?", "mail bob@bob.example, @bobby, x@bob", "(@bob)"]) {
      await alice.say("#tea", text);
    }
    const page = await browser.signIn("bob");
    await iconShows(page, ">2</text>");
    await until(async () => (await page.title()).startsWith("(3) #general"), page);
    await page.reload();
    await iconShows(page, ">2</text>");
    const other = await otherDevice(page, await browser.visit());
    await iconShows(other, ">2</text>");
    await alice.say("#tea", "still there, @bob?");
    await alice.say("bob", "and a direct one");
    await iconShows(page, ">4</text>");
    await iconShows(other, ">4</text>");
    await open(page, "#tea");
    await iconShows(page, ">1</text>");
    await iconShows(other, ">1</text>");
    await item(other, "#tea").locator(".badge").waitFor({ state: "detached" });
    await open(other, "alice");
    await titleIsPlain(page);
    assert.ok(!(await icon(page)).startsWith("data:"));
    await say(other, "/msg alice @bob I call myself");
    await alice.envelope(({ message }) => message.includes("I call myself"));
    await frames(other);
    assert.ok(!(await icon(other)).startsWith("data:"));
  },
);

browserTest(
  "A screen reader hears each new message of others once, many as a number, and nothing of what is loaded",
  async ({ server, browser }) => {
    const alice = await server.json("alice");
    await alice.command("/join #tea");
    await sayMany(alice, "#general", 150);
    await alice.say("#tea", "an old story");
    const page = await browser.visit();
    const wire = await Wire.on(page);
    await page.reload();
    await page.getByLabel("Your name").fill("bob");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    const log = page.getByRole("log");
    await messages(page, "line-149.").waitFor();
    await until(async () => {
      await timeline(page).evaluate((each) => each.scrollTop = 0);
      return await messages(page, "line-0.").count() > 0;
    }, page);
    await say(page, "/join #tea");
    await messages(page, "an old story").waitFor();
    await alice.say("#general", "elsewhere");
    await item(page, "#general").locator(".badge").waitFor();
    await say(page, "my own words");
    await page.locator('[data-state="done"]', { hasText: "my own words" }).waitFor();
    assert.equal(await log.locator("p").count(), 0);

    await alice.say("#tea", "a new story");
    await log.getByText("alice: a new story", { exact: true }).waitFor();
    await sayMany(alice, "#tea", 12);
    await log.getByText("12 new messages").waitFor();
    await wire.cut();
    await alice.say("#tea", "missed meanwhile");
    wire.mend();
    await messages(page, "missed meanwhile").waitFor();
    await alice.say("#tea", "heard again");
    await log.getByText("alice: heard again", { exact: true }).waitFor();
    assert.equal(await log.locator("p").count(), 3, "what was missed is history");
    assert.equal(await log.count(), 1);
    assert.equal(await page.locator("[aria-live]:not([aria-live=off])").count(), 0);
  },
  { isRateLimited: false },
);

browserTest(
  "The focus stays on a row that is scrolled out of view, and arrows and Page Up scroll the list",
  async ({ server, browser }) => {
    const alice = await server.json("alice");
    await sayMany(alice, "#general", 90);
    await alice.say("#general", "the last one");
    const page = await browser.signIn("bob");
    await messages(page, "the last one").waitFor();
    await timeline(page).focus();
    await page.keyboard.press("PageUp");
    await page.getByRole("button", { name: /Jump to latest/ }).waitFor();
    await page.keyboard.press("End");
    await page.getByRole("button", { name: /Jump to latest/ }).waitFor({ state: "detached" });
    // Somebody else speaks, so that there is a head with a button in it.
    const carol = await server.json("carol");
    await carol.say("#general", "a head to focus");
    const sender = messages(page, "a head to focus").getByRole("button", { name: "carol" });
    await sender.focus();
    const element = await sender.elementHandle();
    await timeline(page).evaluate((each) => each.scrollTop = 0);
    await messages(page, "line-0.").waitFor();
    await sayMany(alice, "#general", 40, 90);
    await page.getByRole("button", { name: "40 new, jump to latest" }).waitFor();
    assert.equal(await messages(page, "line-129.").count(), 0);
    assert.ok(await element!.evaluate((each) => each === each.ownerDocument?.activeElement));
    await timeline(page).evaluate((each) => each.scrollTop = each.scrollHeight);
    await messages(page, "line-89.").first().waitFor();
    assert.ok(await element!.evaluate((each) => each === each.ownerDocument?.activeElement));
  },
);

/** A server whose day begins in the Pacific between two messages. */
let hour = Date.UTC(2025, 0, 31, 9, 50);
browserTest("Days and times are those of the reader's own zone", async ({ server, browser }) => {
  const bob = await server.json("bob");
  await bob.say("#general", "before midnight");
  hour = Date.UTC(2025, 0, 31, 10, 20);
  await bob.say("#general", "after midnight");
  const shown = async (timezoneId: string) => {
    const page = await browser.signIn(timezoneId.replace(/.*\//, ""), { timezoneId, locale: "en-US" });
    await messages(page, "after midnight").waitFor();
    const row = messages(page, "before midnight");
    return {
      days: await page.locator(".divider:not(.divider-new)").allInnerTexts(),
      time: (await row.locator("time").first().innerText()).replace(/\s/g, " "),
      title: await row.locator("time").first().getAttribute("title"),
    };
  };
  const [east, west] = [await shown("Pacific/Kiritimati"), await shown("America/Los_Angeles")];
  assert.deepEqual(east.days, ["January 31, 2025", "February 1, 2025"]);
  assert.equal(east.time, "11:50 PM");
  assert.match(east.title ?? "", /January 31, 2025 at 11:50/);
  assert.deepEqual(west.days, ["January 31, 2025"]);
  assert.equal(west.time, "1:50 AM");
}, { clock: { ...SYSTEM_CLOCK, now: () => hour } });
