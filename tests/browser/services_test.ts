/** Services on the page, in a real Chromium: devices with their cards, AI bots with their panels. */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { startAibot } from "../../bots/aibot.ts";
import { startThermometer } from "../../bots/thermometer.ts";
import { SYSTEM_CLOCK } from "../../server/clock.ts";
import { answer, cut, delta, Dribble } from "../fake_openai_server.ts";
import { bot, joining, Model } from "./ai_scene.ts";
import { axeProblems } from "./axe.ts";
import { browserTest, item, messages, open, say } from "./chromium.ts";

/** Seconds by which the server's clock is behind. */
let secondsBehind = 0;
const MOVED_CLOCK = { ...SYSTEM_CLOCK, now: () => Date.now() - secondsBehind * 1000 };

browserTest(
  "A device's card shows its latest value and a chart that grows, and tells what came of what one asks for",
  async ({ server, browser }) => {
    const thermometer = startThermometer({
      ...await joining(server, "thermometer1"),
      intervalSeconds: 1,
      random: () => 0.5,
    });
    await thermometer.ready;
    const page = await browser.signIn("alice");
    const scripts: string[] = [];
    page.on("request", (request) => scripts.push(new URL(request.url()).pathname));
    await open(page, "thermometer1");
    const card = page.getByRole("region", { name: "thermometer1, device" });
    await card.getByText("New readings show here once you subscribe.").waitFor();
    await card.getByRole("button", { name: "Subscribe", exact: true }).click();
    await card.getByText("Subscribed: new readings show here.").waitFor();
    await card.locator(".device-value", { hasText: "°C" }).waitFor();
    await card.locator("canvas").waitFor();
    assert.ok(scripts.some((path) => path.startsWith("/chart-")), "the chart's code comes with the card");
    await item(page, "thermometer1").locator(".live-value", { hasText: "°C" }).waitFor();
    await card.getByText(/^[3-9] readings in \d seconds: from/).waitFor();
    await card.getByRole("button", { name: "Reboot" }).press("Enter");
    await card.getByText("Rebooting: the sensor and its clock start again.").waitFor();
    await card.getByRole("button", { name: "Range" }).click();
    await card.locator(".device-outcome", { hasText: "I give 12.0 °C to 30.0 °C." }).waitFor();
    await messages(page, "I give 12.0 °C").waitFor();
    assert.equal(await page.locator('article[data-kind="reading"]').count(), 0);
    assert.equal(await item(page, "thermometer1").locator(".badge").count(), 0);
    await card.getByRole("button", { name: "Unsubscribe" }).click();
    await card.getByText("You get no more readings.").waitFor();
    await thermometer.stop();
    await page.reload();
    await card.getByText(/^thermometer1 is offline\. Its last reading came/).waitFor();
    await card.getByRole("button", { name: "Now" }).click();
    await card.getByText("It is offline, and finds this when it is back.").waitFor();
  },
);

browserTest(
  "Readings are read one by one with the keys, in the last hour, day or all, with gaps, and as a list",
  async ({ server, browser }) => {
    const sensor = await bot(server, "sensor");
    for (let minutes = 2 * 24 * 60; minutes > 0; minutes -= 10) {
      secondsBehind = minutes * 60;
      if (minutes > 100 && minutes < 200) continue;
      const value = (20 + minutes % 7).toFixed(1);
      await sensor.say("", `${value} %`, { type: "subscription" });
    }
    secondsBehind = 0;
    const page = await browser.signIn("alice", { locale: "en-US", colorScheme: "light" });
    await open(page, "sensor");
    const card = page.getByRole("region", { name: "sensor, device" });
    const chart = card.getByRole("slider", { name: "Chart of sensor" });
    await card.getByText(/^[67] readings in [56]0 minutes: from 2[01]\.0\s% to 26\.0\s%\.$/).waitFor();
    await card.getByRole("radio", { name: "Day" }).check();
    await card.getByText(/^13[56] readings in 24 hours: .* Nothing came in 1 gap\.$/).waitFor();
    await card.getByRole("radio", { name: "All" }).check();
    await card.getByText(/^279 readings in 2 days: /).waitFor();

    await chart.focus();
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowLeft");
    await chart.and(page.locator('[aria-valuetext^="26.0"][aria-valuenow="278"]')).waitFor();
    await card.locator("figcaption", { hasText: /^26\.0\s% (at|on) / }).waitFor();
    const drawn = await drawing(page);
    await page.emulateMedia({ colorScheme: "dark" });
    assert.notEqual(await drawing(page), drawn, "the chart has the colours of the scheme");
    await card.locator("figcaption", { hasText: /^26\.0\s% / }).waitFor();
    await page.keyboard.press("Escape");
    await card.getByText(/^279 readings/).waitFor();
    await card.locator(".u-over").hover({ position: { x: 5, y: 20 } });
    await card.locator("figcaption", { hasText: /^\d\d\.0 % on / }).waitFor();

    await card.getByRole("button", { name: "Show as a list" }).click();
    const list = card.getByRole("region", { name: "Readings of sensor, as a list" });
    assert.match(await list.locator("tr[data-seq]").first().innerText(), /^23\.0 %\s+\w/);
    await list.getByRole("button", { name: "Older readings" }).click();
    await list.getByRole("row").nth(150).waitFor();
    assert.equal(await list.locator(".after-gap").count(), 1);
    assert.deepEqual(await axeProblems(page), []);
  },
  { clock: MOVED_CLOCK },
);

browserTest(
  "Announcements that are no numbers are a list, shown as text, and a device tells the words that it knows",
  async ({ server, browser }) => {
    const doorbell = await bot(server, "doorbell");
    await doorbell.say("", "<b>Somebody</b> is at the door \u001b[31m", { type: "subscription" });
    const page = await browser.signIn("alice");
    await open(page, "doorbell");
    const card = page.getByRole("region", { name: "doorbell, device" });
    await card.locator("td", { hasText: "<b>Somebody</b> is at the door ‹ESC›[31m" }).waitFor();
    assert.equal(await card.getByRole("slider").count(), 0);
    assert.deepEqual(await card.locator(".device-commands").getByRole("button").allInnerTexts(), [
      "Help",
      "Subscribe",
    ]);
    assert.deepEqual(await axeProblems(page), []);
    await card.getByRole("button", { name: "Help" }).press("Enter");
    await doorbell.envelope(({ message }) => message === "help");
    await doorbell.say("alice", "Say: ring, mute.", { metadata: { commands: ["ring", "mute", "<i>", 7] } });
    await card.getByRole("button", { name: "Ring" }).click();
    assert.equal(
      (await doorbell.envelope(({ type, message }) => type === "chat" && message !== "help")).message,
      "ring",
    );
    assert.deepEqual(await card.locator(".device-commands").getByRole("button").allInnerTexts(), [
      "Ring",
      "Mute",
      "Help",
      "Subscribe",
    ]);
  },
);

browserTest(
  "An AI bot's panel shows its personality, what it remembers and how much may be asked; an answer that ends early says why",
  async ({ server, browser }) => {
    await using ai = await Model.start(server, { userPerHour: 3, allPerDay: 0 });
    const page = await browser.signIn("alice");
    await open(page, "openai");
    const panel = page.getByRole("complementary", { name: "About openai" });
    const pressed = panel.getByRole("group", { name: "Personality" }).locator('[aria-pressed="true"]');
    await panel.getByRole("button", { name: "Angry" }).click();
    await pressed.and(page.getByRole("button", { name: "Angry" })).waitFor();
    ai.endpoint.script(answer("It **must**."), cut("Half of"));
    await say(page, "Why?");
    await messages(page, "It must.").locator("strong").waitFor();
    await panel.getByText("2 left when it last answered.").waitFor();
    await say(page, "And now?");
    const broken = messages(page, "Half of");
    await broken.locator(".cut-off", { hasText: "The connection to the AI service broke" }).waitFor();
    assert.equal(await broken.locator(".body").innerText(), "Half of");
    await panel.getByRole("button", { name: "What do you remember?" }).click();
    await panel.getByText(/it remembers 2 questions and the answers, about \d+ of 4000 tokens\./).waitFor();
    await panel.getByRole("button", { name: "Forget this conversation" }).click();
    await panel.getByText(/it remembers nothing of this conversation\./).waitFor();
    await say(page, "Once more?");
    await panel.getByText(/^None left\. You can ask again (at|on) /).waitFor();
    assert.deepEqual(await axeProblems(page), []);
    await page.setViewportSize({ width: 390, height: 800 });
    const sheet = page.getByRole("dialog", { name: "About openai" });
    await sheet.waitFor();
    await page.keyboard.press("Escape");
    await sheet.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "About openai" }).press("Enter");
    await sheet.waitFor();
    assert.deepEqual(await axeProblems(page), []);
  },
);

browserTest(
  "An answer grows in a room and alone, ends with Stop where it was, for all who are there, and is announced once",
  async ({ server, browser }) => {
    await using ai = await Model.start(server);
    const [alice, bob] = [await browser.signIn("alice"), await browser.signIn("bob")];
    for (const [place, line] of [["general", "/ask Why?"], ["openai", "Why again?"]] as const) {
      const readers = place === "openai" ? [alice] : [alice, bob];
      await open(alice, place);
      const dribble = new Dribble();
      ai.endpoint.script(dribble.script);
      await say(alice, line);
      await ai.endpoint.next();
      dribble.send(delta(`Because of ${place}`));
      for (const page of readers) {
        const growing = messages(page, `Because of ${place}`).and(page.locator('[aria-busy="true"]'));
        await growing.locator("p", { hasText: "Writing" }).waitFor();
        assert.equal(await announced(page).getByText(`Because of ${place}`).count(), 0);
      }
      await messages(alice, `Because of ${place}`).getByRole("button", { name: "Stop" }).press("Enter");
      for (const page of readers) {
        const ended = messages(page, `Because of ${place}`).and(page.locator('[aria-busy="false"]'));
        await ended.getByText("Stopped before its end.").waitFor();
        assert.equal(await ended.locator(".body").innerText(), `Because of ${place}`);
        await announced(page).getByText(`Because of ${place}`).waitFor({ state: "attached" });
        assert.equal(await announced(page).getByText(`Because of ${place}`).count(), 1);
      }
    }
  },
);

browserTest(
  "The built-in agent answers in the chat, and its panel promises no memory; a quota that is over is not told",
  async ({ server, browser }) => {
    const agent = startAibot(await joining(server, "aibot"));
    await agent.ready;
    const page = await browser.signIn("alice");
    await open(page, "aibot");
    await say(page, "What is a WebSocket?");
    await messages(page, "I am the built-in agent").waitFor();
    await page.locator('article[data-kind="bot"]').nth(1).waitFor();
    const panel = page.getByRole("complementary", { name: "About aibot" });
    await panel.getByText("A built-in agent: a table of topics, without a language model.").waitFor();
    await panel.getByText("It keeps nothing of what you say").waitFor();
    assert.deepEqual(await panel.getByRole("button").allInnerTexts(), ["", "Help"]);
    const model = await bot(server, "openai");
    const again = "2026-01-01T00:00:00.000Z";
    await model.say("alice", "Not now.", {
      metadata: { personality: "angry", questions_left: 0, ask_again_at: again },
    });
    await open(page, "openai");
    const other = page.getByRole("complementary", { name: "About openai" });
    await other.locator('[aria-pressed="true"]', { hasText: "Angry" }).waitFor();
    assert.equal(await other.getByRole("heading", { name: "Questions" }).count(), 0);
    await agent.stop();
  },
);

/** The chart as it is painted next. */
async function drawing(page: Page): Promise<string> {
  return await page.evaluate<string>(
    `new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() =>
      resolve(document.querySelector(".chart canvas").toDataURL()))))`,
  );
}

/** What a screen reader was told of the conversation. */
function announced(page: Page) {
  return page.getByRole("log", { name: "New messages" });
}
