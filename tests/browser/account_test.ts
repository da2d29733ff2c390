/** Signing in and out, names and passwords, on the page. */

import assert from "node:assert/strict";
import { browserTest, messages, say, timeline } from "./chromium.ts";

browserTest("A guest signs in with one click, and a reload resumes the same guest", async ({ browser }) => {
  const page = await browser.visit();
  await page.getByRole("button", { name: "Continue as a guest" }).click();
  await timeline(page).waitFor();
  const name = await page.locator(".menu .item-name").innerText();
  assert.match(name, /^guest-/);
  await say(page, "still me");
  await page.locator('[data-state="done"]', { hasText: "still me" }).waitFor();
  await page.reload();
  await messages(page, "still me").waitFor();
  assert.equal(await page.locator(".menu .item-name").innerText(), name);
});

browserTest("After a log out a reload stays at the sign-in", async ({ browser }) => {
  const page = await browser.signIn("alice");
  await page.locator(".menu summary").click();
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByLabel("Your name").waitFor();
  await page.reload();
  await page.getByLabel("Your name").waitFor();
  assert.equal(await page.evaluate("localStorage.length"), 0);
});

browserTest(
  "Two tabs of one user show the same, and a log out in one ends the other",
  async ({ browser }) => {
    const one = await browser.signIn("alice");
    const other = await one.context().newPage();
    await other.goto(one.url());
    await timeline(other).waitFor();
    await say(one, "said in one tab");
    await messages(other, "said in one tab").and(other.locator('[data-kind="own"]')).waitFor();
    await one.locator('[data-state="done"]', { hasText: "said in one tab" }).waitFor();
    assert.equal(await messages(one, "said in one tab").count(), 1);
    await other.locator(".menu summary").click();
    await other.getByRole("button", { name: "Log out" }).click();
    await one.getByLabel("Your name").waitFor();
  },
);

browserTest("A name with a password asks for it, and says where a sign-in went wrong", async (world) => {
  const { server, browser } = world;
  const owner = await server.json("carol");
  await owner.command("/password secret");
  await owner.command("/quit");
  const page = await browser.visit();
  const signIn = page.getByRole("button", { name: "Sign in", exact: true });
  await page.getByLabel("Your name").fill("carol");
  await signIn.click();
  await page.getByText("This name has a password").waitFor();
  await page.getByLabel("Password", { exact: true }).fill("wrong");
  await signIn.click();
  await page.getByLabel("Password", { exact: true }).and(page.locator('[aria-invalid="true"]')).waitFor();
  await page.getByLabel("Password", { exact: true }).fill("secret");
  await signIn.click();
  await timeline(page).waitFor();

  const other = await browser.visit();
  await other.getByLabel("Your name").fill("not a name");
  await other.getByRole("button", { name: "Sign in", exact: true }).click();
  await other.getByText("is not a user name").waitFor();
  assert.equal(await other.getByLabel("Your name").getAttribute("aria-invalid"), "true");
});

browserTest("A name and a password are set from the menu", async ({ browser }) => {
  const page = await browser.signIn("dave");
  await page.locator(".menu summary").click();
  await page.getByRole("button", { name: "Change name" }).click();
  await page.getByLabel("New name").fill("david");
  await page.getByRole("dialog").getByRole("button", { name: "Change name" }).click();
  await page.locator(".menu .item-name", { hasText: "david" }).waitFor();
  await page.locator(".menu summary").click();
  await page.getByRole("button", { name: "Set a password" }).click();
  await page.getByLabel("New password").fill("hunter2!");
  await page.getByRole("dialog").getByRole("button", { name: "Set password" }).click();
  await page.getByText("Your password is set").waitFor();
  await page.reload();
  await page.locator(".menu .item-name", { hasText: "david" }).waitFor();
});
