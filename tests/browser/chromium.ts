/** A real Chromium on the web page of a test server. */

import assert from "node:assert/strict";
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from "playwright-core";
import { TestServer, type TestServerOptions } from "../test_server.ts";

export interface World {
  readonly server: TestServer;
  readonly browser: TestBrowser;
}

/** A test of the page on a server of its own, in a Chromium that goes on; skipped where there is no Chromium. */
export function browserTest(
  name: string,
  body: (world: World) => Promise<void>,
  options: TestServerOptions = {},
): void {
  Deno.test({
    name,
    ...NEEDS_CHROMIUM,
    fn: async () => {
      await buildPage();
      await using server = await TestServer.start(options);
      await using browser = new TestBrowser(await goingOn(), server.url);
      await body({ server, browser });
    },
  });
}

let chromiumOfFile: Promise<Browser> | undefined;

/** The one Chromium of a file of tests, which ends after the last of them. */
function goingOn(): Promise<Browser> {
  return chromiumOfFile ??= launch();
}

function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

export const CHROMIUM = Deno.env.get("PARLEY_CHROMIUM") ?? "/usr/bin/chromium";
export const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** How long anything may take to come about, in milliseconds. */
export const PATIENCE = 15_000;
const ROOT = new URL("../../", import.meta.url);

/** Whether the tool that these tests need is missing. */
const noChromium = !(await exists(CHROMIUM));

/** Of every test in a file that has a Chromium: what it does meanwhile is no leak of the test's. */
export const NEEDS_CHROMIUM = {
  ignore: noChromium,
  sanitizeOps: false,
  sanitizeResources: false,
};

Deno.test.afterAll(async () => await (await chromiumOfFile)?.close());

export class TestBrowser {
  readonly #browser: Browser;
  readonly #url: string;
  readonly #contexts: BrowserContext[] = [];
  #endsWithIt = false;
  /** Errors of the page: exceptions, and what the browser refused or complained about. */
  readonly problems: string[] = [];
  /** Requests to anywhere but the server. */
  readonly foreign: string[] = [];

  /** Profiles of their own in `browser`, which goes on when they end. */
  constructor(browser: Browser, url: string) {
    this.#browser = browser;
    this.#url = url;
  }

  /** In a Chromium that ends with it. */
  static async start(url: string): Promise<TestBrowser> {
    const browser = new TestBrowser(await launch(), url);
    browser.#endsWithIt = true;
    return browser;
  }

  /** A new profile with the page open at the sign-in. */
  async visit(options: Parameters<Browser["newContext"]>[0] = {}): Promise<Page> {
    const page = await this.blank(options);
    await page.goto(this.#url);
    return page;
  }

  /** A new profile with nothing open. */
  async blank(options: Parameters<Browser["newContext"]>[0] = {}): Promise<Page> {
    const context = await this.#browser.newContext({ viewport: { width: 1200, height: 700 }, ...options });
    this.#contexts.push(context);
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    page.on("pageerror", (error) => this.problems.push(String(error)));
    page.on("console", (message) => {
      if (isProblem(message.type(), message.text())) this.problems.push(message.text());
    });
    page.on("request", (request) => this.#watch(request.url()));
    return page;
  }

  /** A new profile, signed in. */
  async signIn(name: string, options: Parameters<Browser["newContext"]>[0] = {}): Promise<Page> {
    const page = await this.visit(options);
    await page.getByLabel("Your name").fill(name);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await timeline(page).waitFor();
    return page;
  }

  /** Ends it, and asserts that nothing went wrong unnoticed. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#endsWithIt) await this.#browser.close();
    else await Promise.all(this.#contexts.map((context) => context.close()));
    assert.deepEqual(this.problems, [], "problems in the page");
    assert.deepEqual(this.foreign, [], "requests to elsewhere");
  }

  #watch(url: string): void {
    if (!url.startsWith(this.#url) && !url.startsWith("data:")) this.foreign.push(url);
  }
}

function isProblem(type: string, text: string): boolean {
  // While the server is away the browser itself reports that it cannot connect.
  if (/WebSocket connection to|net::ERR_CONNECTION_REFUSED/.test(text)) return false;
  return type === "error" || /Password forms should have/.test(text);
}

/** Writes `text` where the page is and sends it. */
export async function say(page: Page, text: string): Promise<void> {
  const area = page.getByLabel("Message", { exact: true });
  await area.fill(text);
  await area.press("Enter");
}

/** Opens a conversation from the list. */
export async function open(page: Page, name: string): Promise<void> {
  await item(page, name).click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
}

/** Presses *Try now*, unless the page comes back by itself before that; then it is back. */
export async function tryNow(page: Page): Promise<void> {
  const button = page.getByRole("button", { name: "Try now" });
  const isBack = button.waitFor({ state: "detached" });
  await Promise.any([button.click(), isBack]);
  await isBack;
}

/** The row of a conversation in the list. */
export function item(page: Page, name: string): Locator {
  const row = page.getByRole("navigation").getByRole("listitem");
  return row.filter({
    has: page.locator(".item-name", { hasText: new RegExp(`^${name.replace("#", "")}$`) }),
  });
}

/** The list of messages of the open conversation, which scrolls. */
export function timeline(page: Page): Locator {
  return page.getByRole("region", { name: /^Messages in / });
}

/** The messages whose text has `text` in it. */
export function messages(page: Page, text: string): Locator {
  return page.getByRole("article").filter({ hasText: text });
}

let building: Promise<void> | undefined;

/** Bundles the page where that was not done since its sources changed; looks once for each file of tests. */
export function buildPage(): Promise<void> {
  return building ??= build();
}

async function build(): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "build"],
    cwd: ROOT,
    stderr: "piped",
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

/** Asks again and again until it holds. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE;
  while (!await holds()) assert.ok(Date.now() < deadline, `it did not come about: ${holds}`);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
