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
];
