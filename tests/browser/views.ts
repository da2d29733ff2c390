/** Every view of the page, and how one gets there from a signed-in page or from the sign-in. */

import type { Page } from "playwright-core";
import { open } from "./chromium.ts";

export type View = readonly [name: string, show: (page: Page) => Promise<void>];

/** In the order in which they are walked through by one who is not signed in. */
export const OUTSIDE: readonly View[] = [
  ["sign-in", async (page) => {
    await page.getByLabel("Your name").waitFor();
  }],
  ["sign-in-password", async (page) => {
    await page.getByRole("button", { name: "I have a password" }).click();
    await page.getByLabel("Password").waitFor();
  }],
  ["sign-in-error", async (page) => {
    await page.getByLabel("Your name").fill("not a name!");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("alert").waitFor();
  }],
];

/** In the order in which they are walked through by one who is signed in; each leaves the page as the next expects it. */
export const INSIDE: readonly View[] = [
  ["chat", async (page) => {
    await open(page, "#general");
  }],
  ["direct", async (page) => {
    await open(page, "grace");
  }],
  ["members", async (page) => {
    await open(page, "#garden");
    await page.getByRole("button", { name: "Members" }).click();
    await page.getByRole("complementary", { name: "Members" }).waitFor();
  }],
  ["empty-room", async (page) => {
    await page.getByRole("button", { name: "Close the members" }).click();
    await open(page, "#reading-group");
  }],
  ["thermometer", async (page) => {
    await open(page, "thermometer1");
  }],
  ["ai", async (page) => {
    await open(page, "openai");
  }],
  ["search-none", async (page) => {
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByRole("searchbox").fill("nowhere");
    await page.getByRole("searchbox").press("Enter");
    await page.getByText("Nothing was found").waitFor();
  }],
  ["search", async (page) => {
    await page.getByRole("searchbox").fill("median");
    await page.getByRole("searchbox").press("Enter");
    await page.locator(".result").first().waitFor();
  }],
  ["rooms", async (page) => {
    await page.getByRole("button", { name: "Close the search" }).click();
    await page.getByRole("button", { name: "Join or create a room" }).click();
    await page.locator(".room-row").first().waitFor();
  }],
  ["settings", async (page) => {
    await page.keyboard.press("Escape");
    await page.locator(".menu summary").click();
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByRole("dialog").waitFor();
  }],
];
