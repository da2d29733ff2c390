/** `/ask` in a real Chromium: a visitor talks to the AI as a guest. */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { startAibot } from "../../bots/aibot.ts";
import type { RunningBot } from "../../bots/bot.ts";
import { startOpenAi } from "../../bots/openai.ts";
import type { Quotas } from "../../bots/question_quotas.ts";
import { memoryConnect } from "../../server/memory.ts";
import { answer, cut, delta, Dribble, FakeOpenAiServer, status } from "../fake_openai_server.ts";
import type { TestServer } from "../test_server.ts";
import { browserTest, type World } from "./chromium.ts";

const SILENT = { info: () => {}, warn: () => {}, error: () => {} };

async function joining(server: TestServer, name: string) {
  const connect = memoryConnect((connection) => void server.chat.serve(connection));
  return { connect, log: SILENT, token: await server.chat.accounts.botToken(name) };
}

/** The AI bot with a model behind it that does what a test tells it to. */
async function model(server: TestServer, quotas?: Quotas) {
  const endpoint = new FakeOpenAiServer();
  const bot = startOpenAi({
    ...await joining(server, "openai"),
    endpoint: { apiKey: "sk-own", baseURL: endpoint.baseURL, model: "model-1" },
    ...quotas && { quotas },
  });
  await bot.ready;
  return ending(bot, endpoint, () => endpoint[Symbol.asyncDispose]());
}

function ending(bot: RunningBot, endpoint: FakeOpenAiServer, also: () => Promise<void>) {
  return {
    endpoint,
    async [Symbol.asyncDispose]() {
      await bot.stop();
      await also();
    },
  };
}

async function visitAsk({ browser, server }: World): Promise<Page> {
  const page = await browser.visit();
  await page.goto(`${server.url}/ask`);
  return page;
}

async function ask(page: Page, question: string): Promise<void> {
  const field = page.getByLabel("Your question");
  await field.fill(question);
  await field.press("Enter");
}

function turn(page: Page, question: string) {
  return page.getByRole("article").filter({ hasText: question });
}

browserTest(
  "A visitor asks as a guest, sees the answer grow, stops one, and goes on with the same conversation after a reload",
  async (world) => {
    await using ai = await model(world.server);
    const page = await visitAsk(world);
    await page.evaluate("localStorage.setItem('parley.session', 'kept')");
    const dribble = new Dribble();
    ai.endpoint.script(dribble.script);
    await ask(page, "Why is it so?");
    await ai.endpoint.next();
    dribble.send(delta("Because **it"));
    const first = turn(page, "Why is it so?");
    await first.and(page.locator('[data-state="writing"]')).getByText("Because").waitFor();
    assert.doesNotMatch(await page.getByRole("status").allInnerTexts().then(String), /Because/);
    dribble.send(delta(" must**.") + delta("") + "data: [DONE]\n\n");
    await first.and(page.locator('[data-state="done"]')).locator("strong", { hasText: "it must" }).waitFor();
    await page.getByRole("status").filter({ hasText: "The answer: Because" }).waitFor({ state: "attached" });

    const second = new Dribble();
    ai.endpoint.script(second.script);
    await ask(page, "And then?");
    await ai.endpoint.next();
    second.send(delta("Then comes"));
    await turn(page, "And then?").getByText("Then comes").waitFor();
    await turn(page, "And then?").getByRole("button", { name: "Stop" }).click();
    await turn(page, "And then?").getByText("Stopped before its end.").waitFor();
    await turn(page, "And then?").getByText("Then comes", { exact: true }).waitFor();

    await page.reload();
    await turn(page, "Why is it so?").getByText("it must").waitFor();
    await turn(page, "And then?").getByText("Stopped before its end.").waitFor();
    ai.endpoint.script(answer("It ends."));
    await ask(page, "How does it end?");
    await turn(page, "How does it end?").getByText("It ends.").waitFor();
    assert.deepEqual(
      ai.endpoint.requests.at(-1)!.messages.slice(1).map(({ content }) => content),
      ["Why is it so?", "Because **it must**.", "And then?", "Then comes", "How does it end?"],
    );
    assert.equal(await page.getByRole("article").count(), 3);
    assert.equal(await page.evaluate("localStorage.getItem('parley.session')"), "kept");

    await page.getByRole("button", { name: "Start over" }).click();
    await page.getByRole("heading", { name: "What would you like to know?" }).waitFor();
    await page.reload();
    ai.endpoint.script(answer("Anew."));
    await ask(page, "Who are you?");
    await turn(page, "Who are you?").getByText("Anew.").waitFor();
    assert.equal(ai.endpoint.requests.at(-1)!.messages.length, 2);
    assert.equal(await page.getByRole("article").count(), 1);
  },
);

browserTest(
  "What goes wrong with the AI is one clear line, and a quota that is used up says when it comes back",
  async (world) => {
    await using ai = await model(world.server, { userPerHour: 2, allPerDay: 0 });
    const page = await visitAsk(world);
    ai.endpoint.script(cut("Half of"), status(401));
    await ask(page, "Will it break?");
    const broken = turn(page, "Will it break?");
    await broken.getByText("Half of", { exact: true }).waitFor();
    await broken.getByText("Cut off: The connection to the AI service broke before its answer was complete.")
      .waitFor();
    await page.getByText("1 question left for now.").waitFor();
    await ask(page, "Is it well?");
    await turn(page, "Is it well?").getByText("The AI service refused the API key (401).").waitFor();
    assert.equal(await turn(page, "Is it well?").locator(".turn-answer p").count(), 1);
    await page.getByText(/Your questions are used up for now\. You can ask again (tomorrow )?at \d/)
      .waitFor();
    await page.getByLabel("Your question").fill("One more?");
    assert.ok(await page.getByRole("button", { name: "Ask", exact: true }).isDisabled());
    await page.reload();
    await page.getByText(/Your questions are used up for now/).waitFor();
  },
);

browserTest(
  "Where no AI is there the page says so; what is asked while offline goes out when the connection is back",
  async (world) => {
    const page = await visitAsk(world);
    await page.getByText("There is no AI here just now.").waitFor();
    await page.getByLabel("Your question").fill("Anyone?");
    assert.ok(await page.getByRole("button", { name: "Ask", exact: true }).isDisabled());
    const bot = startAibot(await joining(world.server, "aibot"));
    await bot.ready;
    await page.reload();
    await page.getByText("A small built-in agent answers").waitFor();
    await world.server.chat.stop("The server restarts.");
    await page.getByRole("button", { name: "Try now" }).waitFor();
    await ask(page, "What is a WebSocket?");
    await turn(page, "What is a WebSocket?").getByText("Waiting for the connection").waitFor();
    await page.reload();
    await turn(page, "What is a WebSocket?").waitFor();
    await bot.stop();
  },
);
