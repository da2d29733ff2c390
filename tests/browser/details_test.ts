/** What people stumbled over on the page: words, colours, places and small screens. */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { colourOf, COLOURS } from "../../static/view/text/name_colour.ts";
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
} from "./chromium.ts";
import type { LineClient } from "../line_client.ts";
import { TestServer } from "../test_server.ts";

const PHONE = { viewport: { width: 390, height: 780 }, hasTouch: true };
/** Least contrast of words on their ground (WCAG 2.2, 1.4.3). */
const CONTRAST = 4.5;

async function bot(server: TestServer, name: string): Promise<LineClient> {
  return await server.json(name, { token: await server.chat.accounts.botToken(name) });
}

browserTest("On a phone whatever the list opens closes the list", async ({ browser }) => {
  const page = await browser.signIn("alice", PHONE);
  const close = page.getByRole("button", { name: "Close the list" });
  for (const name of ["Search", "Join or create a room", "Stored messages"]) {
    await page.getByRole("button", { name: "Conversations" }).click();
    await close.waitFor();
    await page.getByRole("button", { name, exact: true }).click();
    await close.waitFor({ state: "hidden" });
    if (name === "Search") await page.getByRole("button", { name: "Close the search" }).click();
    else if (name !== "Stored messages") await page.keyboard.press("Escape");
  }
  await page.getByText("There is nothing new.").waitFor();
});

for (const colorScheme of ["light", "dark"] as const) {
  browserTest(`Pressed toggles and names can be read, ${colorScheme}`, async ({ browser }) => {
    const page = await browser.signIn("alice", { colorScheme, reducedMotion: "reduce" });
    const ask = page.getByRole("button", { name: "Ask AI" });
    await ask.click();
    await ask.hover();
    assert.ok(await contrastOf(page, '[aria-label="Ask AI"][aria-pressed="true"]') >= CONTRAST, "Ask AI");
    await say(page, "a name to colour");
    await messages(page, "a name to colour").waitFor();
    for (let colour = 0; colour < COLOURS; colour++) {
      for (const selector of ["article .avatar", "article .message-sender"]) {
        await page.locator(selector).evaluate(
          (element, value) => element.setAttribute("data-colour", value),
          `${colour}`,
        );
        const contrast = await contrastOf(page, selector);
        assert.ok(contrast >= CONTRAST, `${selector}, colour ${colour}: ${contrast}`);
      }
    }
  });
}

/** Of an element's words on what they stand on. */
async function contrastOf(page: Page, selector: string): Promise<number> {
  return await page.evaluate<number>(`(${MEASURE_CONTRAST})(document.querySelector('${selector}'))`);
}

/** Runs in the page; a canvas turns every way of writing a colour into red, green and blue. */
const MEASURE_CONTRAST = `(element) => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (colour) => {
    const [r, g, b] = rgba(colour).map((value) => value / 255)
      .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let ground = element;
  while (rgba(getComputedStyle(ground).backgroundColor)[3] < 255) ground = ground.parentElement;
  const both = [getComputedStyle(element).color, getComputedStyle(ground).backgroundColor].map(luminance);
  return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
}`;

Deno.test("Common names spread over the colours", () => {
  const names =
    "alice bob carol dave erin frank grace heidi ivan judy mallory nora olga peggy quinn rita sam " +
    "tess uma vic walt xena yara zoltan wendy trent victor oscar nick mike leo kate jack igor hank gina";
  const counts = new Map<number, number>();
  for (const name of names.split(" ")) counts.set(colourOf(name), (counts.get(colourOf(name)) ?? 0) + 1);
  assert.equal(counts.size, COLOURS);
  assert.ok(Math.max(...counts.values()) <= 5, [...counts.values()].join(" "));
  assert.equal(colourOf("ALICE"), colourOf("alice"));
});

browserTest(
  "Whom nobody has seen yet can be written to, and the page says so in its own words",
  async (world) => {
    const page = await world.browser.signIn("alice");
    await say(page, "/msg zoltan hi stranger");
    await page.locator(".notice", { hasText: /^Nobody called zoltan has been here yet\. Message saved\./ })
      .waitFor();
    await page.getByRole("heading", { level: 2, name: "zoltan" }).waitFor();
    assert.equal(await page.locator(".notice").count(), 1);
    await page.reload();
    await messages(page, "hi stranger").waitFor();
    assert.equal(await page.locator(".notice").count(), 0);
  },
);

browserTest("Written to oneself are notes that only oneself can read", async ({ browser }) => {
  const page = await browser.signIn("alice");
  await page.getByRole("button", { name: "Members" }).click();
  await page.getByRole("complementary").getByRole("button", { name: "alice" }).click();
  await page.getByText("Only you can read it: notes to yourself.").waitFor();
  await say(page, "buy milk");
  await page.locator('[data-state="done"]', { hasText: "buy milk" }).waitFor();
  assert.equal(await page.getByText("the two of you").count(), 0);
});

browserTest("The time of a message in a group does not touch its text", async ({ browser }) => {
  const page = await browser.signIn("alice", { locale: "en-US" });
  await say(page, "one");
  await say(page, "two");
  const row = page.locator(".message-grouped", { hasText: "two" });
  await row.hover();
  const time = await row.locator("time").boundingBox();
  const text = await row.locator(".body").boundingBox();
  assert.ok(time!.width > 0 && time!.x + time!.width + 4 <= text!.x, `${time!.x} ${time!.width} ${text!.x}`);
});

browserTest("A bot that is away is still a service", async ({ server, browser }) => {
  const sensor = await bot(server, "rain-gauge");
  const page = await browser.signIn("alice");
  await sensor.say("alice", "it rains");
  await open(page, "rain-gauge");
  await sensor.command("/quit");
  await page.reload();
  const services = page.getByRole("region", { name: "Services" });
  await services.getByRole("button", { name: /rain-gauge/ }).waitFor();
  assert.equal(await item(page, "rain-gauge").getByText("away").count(), 1);
  await page.getByText("Service, away").waitFor();
});

browserTest(
  "The list tells where something was typed, and who is in no room joins one that is offered",
  async ({ server, browser }) => {
    await server.json("bob");
    const page = await browser.signIn("alice");
    const draft = item(page, "general").getByText("draft");
    await page.keyboard.type("half a sentence");
    await open(page, "bob");
    await draft.waitFor();
    await open(page, "#general");
    await draft.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Leave #general" }).click();
    await page.getByRole("heading", { name: "Join a room" }).waitFor();
    await page.getByRole("button", { name: /^Join\s*general/ }).click();
    await page.getByRole("heading", { level: 1, name: "#general" }).waitFor();
    assert.equal(await page.getByLabel("Message", { exact: true }).inputValue(), "half a sentence");
  },
);

browserTest(
  "Creating an account begins without the error and the password of the sign-in before",
  async (world) => {
    const { server, browser } = world;
    const owner = await server.json("carol");
    await owner.command("/password secret");
    const page = await browser.visit();
    await page.getByLabel("Your name").fill("carol");
    const password = page.getByLabel(/^Password/);
    await page.getByRole("button", { name: "I have a password" }).click();
    await password.waitFor();
    await page.getByRole("button", { name: "No password" }).click();
    await password.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "I have a password" }).click();
    await password.fill("wrong");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("alert").filter({ hasText: "The name or the password is wrong." }).waitFor();
    await page.getByRole("button", { name: "Create an account" }).click();
    await page.getByRole("alert").waitFor({ state: "detached" });
    assert.equal(await password.inputValue(), "");
    assert.equal(await page.getByLabel("Your name").inputValue(), "carol");
  },
);

browserTest(
  "Control characters are shown by name, and code that goes on fades out until its end is seen",
  async (world) => {
    const page = await world.browser.signIn("alice");
    await say(page, "red \x1b[31m\x07 end\n```\n" + "wide ".repeat(80) + "\n```\n```\nnarrow\n```");
    await messages(page, "red ‹ESC›[31m‹BEL› end").waitFor();
    const fade = (block: number) =>
      page.evaluate<string>(
        `getComputedStyle(document.querySelectorAll("pre")[${block}]).getPropertyValue("--fade")`,
      );
    assert.notEqual(await fade(0), "0px");
    assert.equal(await fade(1), "0px");
    await page.locator("pre", { hasText: "wide" }).evaluate((pre) => pre.scrollLeft = pre.scrollWidth);
    await page.evaluate("new Promise(requestAnimationFrame).then(() => new Promise(requestAnimationFrame))");
    assert.equal(await fade(0), "0px");
  },
);

browserTest(
  "What was stored while one was away is marked once, where it begins",
  async ({ server, browser }) => {
    const before = await server.json("wendy");
    before.sendJson({ type: "command", message: "/quit" });
    await before.rest();
    for (const name of ["alice", "bob"]) {
      const other = await server.json(name);
      for (const text of ["one", "two"]) await other.say("#general", `${name} ${text}`);
    }
    const page = await browser.signIn("wendy");
    await messages(page, "bob two").and(page.locator("[data-stored]")).waitFor();
    assert.equal(await page.locator("article[data-stored]").count(), 4);
    assert.equal(await page.locator(".tag-stored").count(), 1);
  },
);

async function logOut(page: Page): Promise<void> {
  await page.locator(".menu summary").click();
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByLabel("Your name").waitFor();
  assert.equal(await page.evaluate("localStorage.length"), 0);
}

async function tokenOf(page: Page): Promise<string> {
  return JSON.parse(await page.evaluate('localStorage.getItem("parley.session")')).token;
}

/** Waits until the server has ended this connection, and asserts why. */
async function assertTokenEnds(elsewhere: LineClient): Promise<void> {
  assert.equal(JSON.parse((await elsewhere.rest()).at(-1)!).metadata.error, "bad_credentials");
}

browserTest(
  "A log out ends the token, and whoever had it elsewhere is told in words",
  async ({ server, browser }) => {
    const page = await browser.signIn("alice");
    const token = await tokenOf(page);
    const elsewhere = await server.json("", { token });
    const other = await browser.visit();
    const session = JSON.stringify({ name: "alice", token });
    await other.evaluate(`localStorage.setItem("parley.session", ${JSON.stringify(session)})`);
    await other.reload();
    await timeline(other).waitFor();
    await logOut(page);
    await assertTokenEnds(elsewhere);
    await other.getByRole("alert").filter({ hasText: "Your last session has ended. Sign in again." })
      .waitFor();
    assert.equal(await other.evaluate("localStorage.length"), 0);
  },
);

Deno.test({
  name: "A log out works without a server, and ends the token where only the connection is missing",
  ...NEEDS_CHROMIUM,
  fn: async () => {
    await buildPage();
    const first = await TestServer.start({ folder: await Deno.makeTempDir({ prefix: "parley-page-" }) });
    const ports = { port: first.port, webPort: first.webPort };
    let server = first;
    await using browser = await TestBrowser.start(server.url);
    try {
      const [page, cut] = [await browser.signIn("alice"), await browser.signIn("bob")];
      const token = await tokenOf(cut);
      await cut.routeWebSocket(/./, (socket) => void socket.close());
      const stopped = server.stop();
      await page.getByText("The server cannot be reached.").waitFor();
      await page.getByText("What you write is kept and sent then.").waitFor();
      await logOut(page);
      await stopped;
      server = await TestServer.start({ folder: server.folder, ...ports });
      const elsewhere = await server.json("", { token });
      await cut.getByRole("button", { name: "Try now" }).waitFor();
      await logOut(cut);
      await assertTokenEnds(elsewhere);
    } finally {
      await server.stop();
      await Deno.remove(first.folder, { recursive: true });
    }
  },
});
