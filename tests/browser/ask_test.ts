/** `/ask` in a real Chromium: a visitor talks to the AI as a guest. */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { startAibot } from "../../bots/aibot.ts";
import { answer, cut, delta, Dribble, status } from "../fake_openai_server.ts";
import { joining, Model } from "./ai_scene.ts";
import { axeProblems } from "./axe.ts";
import { browserTest, tryNow, type World } from "./chromium.ts";
import { shellKept } from "./profile.ts";
import { Wire } from "./views.ts";

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
    await using ai = await Model.start(world.server);
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
    await using ai = await Model.start(world.server, { userPerHour: 2, allPerDay: 0 });
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
    assert.deepEqual(await axeProblems(page), []);
  },
);

browserTest(
  "An endpoint that takes no more (429) is one line that says when to ask again, the question is asked again, and the answer is copied",
  async (world) => {
    await using ai = await Model.start(world.server);
    const page = await visitAsk(world);
    ai.endpoint.script(status(429, null, { "retry-after": "600" }), status(429, "insufficient_quota"));
    await ask(page, "Too soon?");
    await turn(page, "Too soon?").getByText(
      "The AI service is getting too many requests (429). Please ask again in 600 s.",
      { exact: true },
    ).waitFor();
    await ask(page, "No credit?");
    await turn(page, "No credit?").locator(".cut-off", { hasText: /credit|quota/i }).waitFor();
    ai.endpoint.script(answer("Now it goes."));
    assert.equal(
      await turn(page, "Too soon?").getByRole("button").count(),
      0,
      "only the last one is asked again",
    );
    await turn(page, "No credit?").getByRole("button", { name: "Ask again" }).press("Enter");
    const answered = turn(page, "No credit?").filter({ hasText: "Now it goes." });
    await answered.waitFor();
    assert.equal(await page.getByRole("button", { name: "Ask again" }).count(), 0);
    assert.equal(ai.endpoint.requests.length, 3);
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await answered.getByRole("button", { name: "Copy the answer" }).press("Enter");
    await answered.getByRole("status").filter({ hasText: "Copied" }).waitFor();
    assert.equal(await page.evaluate("navigator.clipboard.readText()"), "Now it goes.");
  },
);

browserTest(
  "Where no AI is there the page says so; what is asked while offline outlives a reload and goes out, once, when the connection is back",
  async (world) => {
    const page = await world.browser.blank();
    const wire = await Wire.on(page);
    await page.goto(`${world.server.url}/ask`);
    await page.getByText("There is no AI here just now.").waitFor();
    await page.getByLabel("Your question").fill("Anyone?");
    assert.ok(await page.getByRole("button", { name: "Ask", exact: true }).isDisabled());
    const bot = startAibot(await joining(world.server, "aibot"));
    await bot.ready;
    await page.reload();
    await page.getByText("A small built-in agent answers").waitFor();
    await wire.cut();
    await page.getByRole("button", { name: "Try now" }).waitFor();
    await ask(page, "What is a WebSocket?");
    await turn(page, "What is a WebSocket?").getByText("Waiting for the connection").waitFor();
    await page.reload();
    await turn(page, "What is a WebSocket?").getByText("Waiting for the connection").waitFor();
    await page.getByRole("button", { name: "Try now" }).waitFor();
    assert.deepEqual(await axeProblems(page), []);
    wire.mend();
    await tryNow(page);
    const answered = turn(page, "What is a WebSocket?").and(page.locator('[data-state="done"]'));
    await answered.getByText(/full-duplex|both ways|both directions|connection/).first().waitFor();
    await page.reload();
    await answered.waitFor();
    assert.equal(await page.getByRole("article").count(), 1);
    await bot.stop();
  },
);

browserTest(
  "A visitor is in no room, works with the keys alone, and the page opens without a server",
  async (world) => {
    await using ai = await Model.start(world.server);
    const alice = await world.server.json("alice");
    const reader = await world.browser.signIn("bob");
    const page = await visitAsk(world);
    await page.getByRole("button", { name: "What is a WebSocket, in two sentences?" }).and(
      page.locator(":enabled"),
    ).waitFor();
    const heard = new Set((await alice.settled()).map(({ metadata }) => metadata.user));
    assert.deepEqual([...heard], ["bob"], "the visitor was not in the lobby for a moment either");
    const { metadata } = await alice.command("/users #general");
    assert.deepEqual((metadata.users as { user: string }[]).map(({ user }) => user).sort(), [
      "alice",
      "bob",
    ]);
    await world.server.json("carol");
    await reader.getByText("carol joined #general").waitFor();
    assert.deepEqual(
      await reader.getByText("guest-").evaluateAll((all) => all.map((each) => each.outerHTML)),
      [],
    );
    assert.equal(await page.evaluate("document.activeElement.name"), "question");
    const dribble = new Dribble();
    ai.endpoint.script(dribble.script);
    await page.keyboard.type("By keys?");
    await page.keyboard.press("Enter");
    await ai.endpoint.next();
    dribble.send(delta("Half an answer"));
    await turn(page, "By keys?").getByText("Half an answer").waitFor();
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    await turn(page, "By keys?").getByText("Stopped before its end.").waitFor();
    assert.deepEqual(await axeProblems(page), []);
    await shellKept(page);
    await page.context().setOffline(true);
    await page.reload();
    await turn(page, "By keys?").getByText("Half an answer").waitFor();
    await page.context().setOffline(false);
  },
);
