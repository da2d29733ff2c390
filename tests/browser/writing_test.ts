/** Writing on the page: keys, completion, emoji, limits, and what is told while somebody types. By keyboard alone, but on a phone. */

import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { axeProblems } from "./axe.ts";
import { browserTest, messages, say } from "./chromium.ts";

function area(page: Page): Locator {
  return page.getByLabel("Message", { exact: true });
}

function options(page: Page): Locator {
  return page.getByRole("listbox").getByRole("option");
}

async function labels(page: Page): Promise<string[]> {
  await options(page).first().waitFor();
  await drawn(page);
  return await page.locator(".completion-label").allInnerTexts();
}

/** The next drawing has been. */
async function drawn(page: Page): Promise<void> {
  await page.evaluate("new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)))");
}

async function assertNoList(page: Page, why: string): Promise<void> {
  await drawn(page);
  assert.equal(await options(page).count(), 0, why);
}

/** The suggestion that the text area names as the one that is marked. */
async function marked(page: Page): Promise<string> {
  await drawn(page);
  const id = await area(page).getAttribute("aria-activedescendant");
  return id === null ? "" : await page.locator(`[id="${id}"] .completion-label`).innerText();
}

/** Replaces what is written, key by key, and leaves the caret where `|` stands. */
async function write(page: Page, text: string): Promise<void> {
  await area(page).fill("");
  const [before = "", after = ""] = text.split("|");
  await area(page).fill(after);
  await page.keyboard.press("Control+Home");
  await page.keyboard.type(before);
}

async function written(page: Page): Promise<string> {
  return await area(page).inputValue();
}

async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

browserTest(
  "Enter sends, Shift+Enter breaks the line, and Up brings back what was sent here",
  async (world) => {
    const { server, browser } = world;
    const earlier = await server.json("alice");
    await earlier.say("#general", "said elsewhere");
    await earlier.say("#general", "/with a slash");
    await earlier.command("/quit");
    const page = await browser.signIn("alice");
    await messages(page, "/with a slash").waitFor();

    await page.keyboard.type("one");
    await press(page, "Shift+Enter");
    await page.keyboard.type("two");
    await press(page, "Enter");
    const sent = page.locator('[data-state="done"]', { hasText: "one" });
    await sent.waitFor();
    assert.match(await sent.locator(".body").innerText(), /^one\s+two$/);
    await page.keyboard.type("/users");
    await press(page, "Enter");
    await page.locator(".notice", { hasText: "In #general: alice" }).waitFor();
    assert.equal(await written(page), "");

    const lines = ["/users", "one\ntwo", "//with a slash", "said elsewhere"];
    for (const line of [...lines, "said elsewhere"]) {
      await press(page, "ArrowUp");
      assert.equal(await written(page), line);
    }
    for (const line of [...lines.slice(0, -1).reverse(), ""]) {
      await press(page, "ArrowDown");
      assert.equal(await written(page), line);
    }
    await page.keyboard.type("mine");
    await press(page, "ArrowUp");
    assert.equal(await written(page), "mine", "what is being written is not replaced");

    // What an input method is composing is its own: its Enter sends nothing.
    await area(page).dispatchEvent("keydown", { key: "Enter", isComposing: true, bubbles: true });
    await area(page).dispatchEvent("keydown", { key: "Enter", keyCode: 229, bubbles: true });
    assert.equal(await written(page), "mine");
    await press(page, "Control+Enter");
    await messages(page, "mine").waitFor();

    await page.evaluate(`document.execCommand("insertText", false, "pasted\\nin lines\\n")`);
    await press(page, "Enter");
    await messages(page, "pasted").waitFor();
    assert.match(await messages(page, "pasted").locator(".body").innerText(), /^pasted\s+in lines$/);
    assert.equal(await page.getByRole("article").count(), 5);

    // In a code block Enter is a line of code.
    await page.keyboard.type("see ```a```\n~~~\n");
    assert.equal(await page.getByRole("article").count(), 6);
    await page.keyboard.type("let x;\n```\n");
    assert.equal(await written(page), "~~~\nlet x;\n```\n");
    await page.keyboard.type("~~~\n");
    await page.locator('[data-state="done"] pre', { hasText: "let x;" }).waitFor();
    assert.equal(await written(page), "");
    await page.keyboard.type("```\nnot closed");
    await press(page, "Control+Enter");
    await page.locator('[data-state="done"] pre', { hasText: "not closed" }).waitFor();
  },
);

browserTest("A command that fails says why where its writer is by then", async ({ browser }) => {
  const page = await browser.signIn("alice");
  await say(page, "/join #tea");
  await page.getByRole("heading", { level: 1, name: "#tea" }).waitFor();
  await area(page).fill("/leave #nosuch");
  // Both in one turn, so that the answer comes after the second.
  await page.evaluate(`for (const press of [{ key: "Enter" }, { key: "ArrowUp", altKey: true }]) {
    const area = document.querySelector("textarea");
    area.dispatchEvent(new KeyboardEvent("keydown", { ...press, bubbles: true, cancelable: true }));
  }`);
  await page.getByRole("heading", { level: 1, name: "#general" }).waitFor();
  await page.locator('.notice[data-kind="error"]', { hasText: "/leave #nosuch: " }).waitFor();
  await page.keyboard.press("Alt+ArrowDown");
  await page.getByRole("heading", { level: 1, name: "#tea" }).waitFor();
  assert.equal(await written(page), "/leave #nosuch");
});

browserTest(
  "Names, rooms and commands are completed by keyboard, and Enter that takes sends nothing",
  async (world) => {
    const { server, browser } = world;
    const carol = await server.json("carol");
    await carol.command("/join #tea-room");
    await carol.command("/leave #general");
    for (const name of ["bobby", "bob", "zoe-bo"]) {
      await (await server.json(name)).say(
        "#general",
        `I am ${name}`,
      );
    }
    await server.json("thermometer1", { token: await server.chat.accounts.botToken("thermometer1") });
    const page = await browser.signIn("alice");
    await messages(page, "I am zoe-bo").waitFor();

    await page.keyboard.type("hi @bo");
    // Bob spoke after bobby; the third has it further inside.
    assert.deepEqual(await labels(page), ["bob", "bobby", "zoe-bo"]);
    assert.equal(await area(page).getAttribute("aria-autocomplete"), "list");
    assert.equal(
      await area(page).getAttribute("aria-controls"),
      await page.getByRole("listbox", { name: "People" }).getAttribute("id"),
    );
    await page.getByRole("status").filter({ hasText: "3 suggestions" }).waitFor();
    assert.equal(await marked(page), "bob");
    await press(page, "ArrowUp");
    assert.equal(await marked(page), "zoe-bo");
    await press(page, "ArrowDown", "ArrowDown", "Enter");
    assert.equal(await written(page), "hi @bobby ");
    assert.equal(await messages(page, "hi @").count(), 0);
    await press(page, "Control+z");
    assert.equal(await written(page), "hi @bo", "undo takes back what was completed");

    await write(page, "hi @bob");
    assert.equal(await marked(page), "", "what is typed in full needs no completing");
    await press(page, "Enter");
    await messages(page, "hi @bob").waitFor();

    await write(page, "ask @zo| about it");
    await options(page).first().waitFor();
    await press(page, "Tab");
    assert.equal(await written(page), "ask @zoe-bo about it");

    await write(page, "@ther");
    await options(page).filter({ hasText: "thermometer1" }).waitFor();
    assert.match(await options(page).innerText(), /thermometer1\s+bot\s+not in this room/);
    await press(page, "Escape");
    await assertNoList(page, "Esc closes it");
    assert.equal(await written(page), "@ther");
    await page.keyboard.type("m");
    await assertNoList(page, "what was closed stays closed for this word");

    await write(page, "hi @bo");
    await options(page).first().waitFor();
    await press(page, "Home");
    await assertNoList(page, "the caret has left the word");

    await write(page, "see #roo");
    await options(page).filter({ hasText: "1 member, not joined" }).waitFor();
    await press(page, "Enter");
    assert.equal(await written(page), "see #tea-room ");
    for (const code of ["`#te", "```\n#te", "`:smi"]) {
      await area(page).fill(code);
      await assertNoList(page, code);
    }

    await write(page, "/");
    const commands = await labels(page);
    assert.ok(
      commands.includes("/join ROOM") &&
        commands.includes("/find WORDS [in=#room|NAME] [from=NAME] [before=SEQ]"),
    );
    assert.ok(!commands.some((each) => /^\/(login|register|typing|draft)/.test(each)));
    assert.deepEqual(await axeProblems(page), []);
    await page.keyboard.type("jo");
    await options(page).filter({ hasText: "leaves a room" }).waitFor({ state: "detached" });
    assert.match(await options(page).innerText(), /joins a room, making it if there is none/);
    await press(page, "Enter");
    assert.equal(await written(page), "/join ");
    await drawn(page);
    const hint = (await area(page).getAttribute("aria-describedby"))!.split(" ")[0];
    assert.match(await page.locator(`[id="${hint}"]`).innerText(), /\/join ROOM joins a room/);
    await page.keyboard.type("tea");
    await options(page).filter({ hasText: "tea-room" }).waitFor();
    assert.equal(await marked(page), "", "a new room can have a name that another begins with");
    await press(page, "Tab", "Enter");
    await page.getByRole("heading", { level: 1, name: "#tea-room" }).waitFor();
  },
);

browserTest(
  "Emoji are completed after two letters, turned from their codes, and picked from a grid",
  async (world) => {
    const page = await world.browser.signIn("alice");
    await page.keyboard.type("at 12:30 :s");
    await assertNoList(page, "two letters are needed");
    await page.keyboard.type("mil");
    await options(page).first().waitFor();
    assert.equal((await labels(page))[0], ":smile:");
    await press(page, "Enter");
    assert.equal(await written(page), "at 12:30 😄");

    await write(page, "so :hear");
    assert.equal((await labels(page))[0], ":heart:");
    await write(page, "yes :smile:");
    await page.waitForFunction(`document.querySelector("textarea").value === "yes 😄"`);
    await press(page, "Control+z");
    assert.equal(await written(page), "yes :smile:");
    await write(page, "`:smile:` 12:30:");
    assert.equal(await written(page), "`:smile:` 12:30:");

    await write(page, "good | day");
    await press(page, "Tab", "Enter");
    const picker = page.getByRole("dialog", { name: "Emoji" });
    await picker.getByRole("group", { name: "Used last" }).getByRole("button", {
      name: "grinning face with smiling eyes",
    })
      .waitFor();
    assert.deepEqual(await axeProblems(page), []);
    await press(page, "Tab", "ArrowRight", "ArrowRight", "ArrowRight", "Enter");
    const group = await page.evaluate<string>("document.activeElement.title");
    const reached = picker.getByRole("group", { name: group });
    const [title, grid] = [await reached.boundingBox(), await picker.locator(".emoji-groups").boundingBox()];
    assert.ok(Math.abs(title!.y - grid!.y) <= 1, `${group} is ${title!.y - grid!.y} px below the top`);
    await reached.getByRole("button").first().focus();
    const label = await reached.getByRole("button").first().getAttribute("aria-label");
    await picker.locator(".emoji-shown", { hasText: label! }).waitFor();
    await page.keyboard.type("sun");
    await picker.getByRole("group", { name: "Found" }).waitFor();
    await drawn(page);
    await press(page, "ArrowDown", "ArrowRight", "ArrowLeft");
    const chosen = await page.evaluate<string>("document.activeElement.dataset.symbol");
    await press(page, "Enter");
    await picker.waitFor({ state: "detached" });
    assert.equal(await written(page), `good ${chosen} day`);
    assert.equal(await page.evaluate("document.activeElement.name"), "message");
    await page.keyboard.type("!");
    assert.equal(await written(page), `good ${chosen}! day`);
    await press(page, "Tab", "Enter");
    await picker.waitFor();
    await press(page, "Escape");
    await picker.waitFor({ state: "detached" });
    assert.equal(await page.evaluate("document.activeElement.name"), "message");
  },
);

browserTest(
  "What is too long or no command is refused where one writes, and nothing is lost",
  async ({ browser }) => {
    const page = await browser.signIn("alice");
    const length = page.locator(".composer-length");
    await area(page).fill("é".repeat(8_000));
    await length.filter({ hasText: /^384 bytes left$/ }).waitFor();
    await area(page).fill("é".repeat(8_200));
    await length.filter({ hasText: /^16 bytes too long$/ }).waitFor();
    await press(page, "Enter");
    await page.getByRole("alert").filter({ hasText: "This is 16 bytes too long: a message holds 16,384." })
      .waitFor();
    assert.equal((await written(page)).length, 8_200);
    assert.equal(await page.getByRole("article").count(), 0);
    await press(page, ...Array<string>(8).fill("Backspace"));
    await press(page, "Enter");
    await page.locator('[data-state="done"]', { hasText: "é" }).waitFor();

    await say(page, "/frobnicate now");
    await page.getByRole("alert").filter({ hasText: "There is no command /frobnicate" }).waitFor();
    assert.equal(await written(page), "/frobnicate now");
    await say(page, "/nick admin");
    await page.getByRole("alert").waitFor();
    assert.equal(await written(page), "/nick admin");
    await say(page, "//me waves");
    await messages(page, "/me waves").waitFor();
    assert.equal(await page.getByRole("alert").count(), 0);
    await say(page, "/help");
    await page.locator(".notice", { hasText: "// at the start says a line that begins with /" }).waitFor();

    await say(page, "/msg nobody-yet");
    await page.getByRole("heading", { level: 1, name: "nobody-yet" }).waitFor();
    assert.equal(await area(page).getAttribute("placeholder"), "Message nobody-yet");
  },
);

browserTest(
  "All who type are named until they have said it, and an answer that grows is not typing",
  async (world) => {
    const { server, browser } = world;
    const page = await browser.signIn("alice");
    const [bob, carol] = [await server.json("bob"), await server.json("carol")];
    const bot = await server.json("aibot", { token: await server.chat.accounts.botToken("aibot") });
    const line = page.locator(".typing");
    for (const each of [bob, carol]) each.sendJson({ type: "command", message: "/typing #general" });
    await line.filter({ hasText: "bob and carol are typing" }).waitFor();
    await bob.say("#general", "there");
    await line.filter({ hasText: /^carol is typing$/ }).waitFor();
    await carol.say("#general", "and there");
    await line.filter({ hasText: /^$/ }).waitFor();

    await page.keyboard.type("/ask why?");
    // A command is nobody's business.
    assert.ok(!(await bob.settled()).some(({ metadata }) => metadata.code === "typing"));
    await press(page, "Enter");
    await bot.envelope(({ metadata }) => metadata.ask === true);
    bot.sendJson({ type: "command", message: "/typing alice" });
    await page.getByRole("navigation").getByText("aibot").first().click();
    await line.filter({ hasText: "aibot is typing" }).waitFor();
    bot.sendDraft("alice", "d1", "Because");
    await page.locator('[data-state="writing"]').waitFor();
    await line.filter({ hasText: /^$/ }).waitFor();
  },
);

browserTest(
  "On a phone Enter breaks the line, suggestions are tapped, and nothing is wider than the screen",
  async (world) => {
    const { server, browser } = world;
    await (await server.json("bob")).say("#general", "hello");
    const phone = { viewport: { width: 320, height: 480 }, hasTouch: true, isMobile: true };
    const page = await browser.signIn("alice", phone);
    await messages(page, "hello").waitFor();
    await area(page).tap();
    await page.keyboard.type("one");
    await press(page, "Enter");
    await page.keyboard.type("two @b");
    await options(page).first().waitFor();
    const list = await page.locator(".completion").boundingBox();
    assert.ok(list && list.y >= 0 && list.x >= 0 && list.x + list.width <= 320, JSON.stringify(list));
    await options(page).first().tap();
    assert.equal(await written(page), "one\ntwo @bob ");
    assert.equal(await page.evaluate("document.activeElement.name"), "message");
    await page.getByRole("button", { name: "Emoji" }).tap();
    const picker = await page.getByRole("dialog", { name: "Emoji" }).boundingBox();
    assert.ok(
      picker && picker.y >= 0 && picker.x >= 0 && picker.x + picker.width <= 320,
      JSON.stringify(picker),
    );
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 320);
    await page.getByRole("button", { name: "Send" }).tap();
    await messages(page, "two @bob").waitFor();
    assert.equal(await written(page), "");
  },
);
