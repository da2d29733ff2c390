/** The page as something installed: it opens without a server, goes along with new builds, and tells what came. */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { TestServer } from "../test_server.ts";
import { browserTest, messages, NEEDS_CHROMIUM, open, TestBrowser, until } from "./chromium.ts";

const DIST = new URL("../../static/dist/", import.meta.url);

/** Run in the page. */
const INSTALLED = `navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller ??
  new Promise((resolve) => navigator.serviceWorker.oncontrollerchange = resolve)).then(() => {})`;
const KEPT_PATHS = `caches.keys().then(async (names) => {
  const all = await Promise.all(names.map((name) => caches.open(name)));
  const requests = (await Promise.all(all.map((cache) => cache.keys()))).flat();
  return requests.map(({ url }) => new URL(url).pathname);
})`;
const UPDATED = `navigator.serviceWorker.ready.then(async (registration) => {
  const changed = new Promise((resolve) => navigator.serviceWorker.oncontrollerchange = resolve);
  await registration.update();
  await changed;
}).then(() => {})`;
/** In turn with the page: what Chromium is asked to show while it looks up what is shown is lost. */
const NOTIFICATIONS = `navigator.locks.request("parley.system_notifications", async () => {
  const registration = await navigator.serviceWorker.ready;
  return (await registration.getNotifications()).map(({ title, body }) => title + " | " + body);
})`;
/** Keeps what the page has the system show from now on, also what it withdraws. */
const RECORD = `(() => {
  const { prototype } = ServiceWorkerRegistration;
  const { showNotification } = prototype;
  globalThis.everShown = [];
  prototype.showNotification = function (title, options) {
    everShown.push(title + " | " + options.body);
    return showNotification.call(this, title, options);
  };
})()`;

/** Resolves when the service worker has all of the page and answers for it. */
async function installed(page: Page): Promise<void> {
  await page.evaluate(INSTALLED);
}

/** Resolves when the system shows just these, as `title | text`. */
async function told(page: Page, expected: string[]): Promise<void> {
  let shown: string[] = [];
  try {
    await until(async () => {
      shown = await page.evaluate<string[]>(NOTIFICATIONS);
      return shown.join("\n") === expected.join("\n");
    });
  } catch {
    assert.deepEqual(shown, expected);
  }
}

/** Loads the page anew, with a connection that can be held: what the server says meanwhile comes with the release. */
async function holdable(page: Page): Promise<{ hold(): void; release(): void }> {
  let held: (() => void)[] | undefined;
  await page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((text) => {
      if (held) held.push(() => socket.send(text));
      else socket.send(text);
    });
  });
  await page.reload();
  await page.getByRole("log").waitFor();
  return {
    hold: () => held = [],
    release: () => {
      held?.forEach((send) => send());
      held = undefined;
    },
  };
}

async function status(page: Page, url: string): Promise<number> {
  return await page.evaluate(
    `fetch(${JSON.stringify(url)}, { cache: "no-store" }).then(({ status }) => status)`,
  );
}

browserTest(
  "The page can be installed, and opens without a server, /ask too",
  async ({ server, browser }) => {
    const page = await browser.signIn("alice");
    const devtools = await page.context().newCDPSession(page);
    const { errors, data } = await devtools.send("Page.getAppManifest");
    assert.deepEqual(errors, []);
    assert.equal(JSON.parse(data!).name, "Parley");
    await installed(page);
    // A profile of Playwright's is "incognito" to Chromium, which installs nothing there.
    const { installabilityErrors } = await devtools.send("Page.getInstallabilityErrors");
    const problems = installabilityErrors.map(({ errorId }) => errorId);
    assert.deepEqual(problems.filter((id) => id !== "in-incognito"), []);

    const kept = await page.evaluate<string[]>(KEPT_PATHS);
    assert.ok(kept.includes("/") && kept.includes("/ask") && kept.some((path) => path.endsWith(".js")));
    assert.deepEqual(kept.filter((path) => /^\/(api|ws|metrics|healthz)/.test(path)), []);

    await server.chat.stop("The test stops it.");
    await page.context().setOffline(true);
    await page.reload();
    await page.locator("#app > *").first().waitFor();
    await page.goto(new URL("/ask", page.url()).href);
    await page.locator("#app > *").first().waitFor();
    assert.match(await page.title(), /^Ask/);
  },
);

Deno.test({
  name: "A new build is there with the next load; a page of the one before goes on with its own files",
  ...NEEDS_CHROMIUM,
  fn: async () => {
    const next = await nextBuild();
    const first = await TestServer.start({ folder: await Deno.makeTempDir({ prefix: "parley-test-" }) });
    const { folder, webPort } = first;
    await using browser = await TestBrowser.start(first.url);
    const page = await browser.visit();
    await installed(page);
    const old = await page.evaluate<string>(`document.querySelector("script[type=module]").src`);
    await first.stop();
    await using _second = await TestServer.start({ folder, webPort, page: next });
    await page.evaluate(UPDATED);
    assert.equal(await status(page, old), 200);

    await page.reload();
    await page.locator("html[data-build=next]").waitFor();
    await page.reload();
    await page.locator("html[data-build=next]").waitFor();
    await until(() => page.evaluate<boolean>(`caches.match(${JSON.stringify(old)}).then((kept) => !kept)`));
    assert.equal(await status(page, old), 404);
    browser.problems.length = 0;
    await Deno.remove(next, { recursive: true });
    await Deno.remove(folder, { recursive: true });
  },
});

browserTest("What came while nobody looked is told once for each conversation, by one tab", async (world) => {
  const { server, browser } = world;
  const page = await browser.signIn("alice", { permissions: ["notifications"] });
  await installed(page);
  const connection = await holdable(page);
  await page.evaluate(RECORD);
  const bob = await server.json("bob");
  await page.getByLabel("Notifications: off").click();
  await page.getByRole("button", { name: "Turn on notifications" }).click();
  await page.keyboard.press("Escape");
  await page.getByLabel("Notifications: mentions of me").waitFor();

  // In view: nothing is told. A second tab of hers shows nothing of its own.
  await bob.say("#general", "@alice in view");
  await messages(page, "in view").waitFor();
  const second = await page.context().newPage();
  await second.goto(page.url());
  await second.getByRole("log").waitFor();
  await second.evaluate(RECORD);
  await bob.say("alice", "one <b>for you</b>");
  await told(page, ["bob | one <b>for you</b>"]);
  await bob.say("#general", "nobody is meant");
  await bob.say("alice", "and two");
  await told(page, ["2 messages from bob | and two"]);

  // Reading it, in any tab, takes it back.
  await open(second, "bob");
  await told(page, []);

  // A level of its own: the room's messages, all of them, while bob's conversation is open in both tabs.
  await open(page, "bob");
  await second.getByLabel("Notifications: messages").click();
  await second.getByLabel("Nothing").check();
  await page.getByLabel("Notifications: nothing").waitFor();
  await open(page, "#general");
  await page.getByLabel("Notifications: mentions of me").click();
  await page.getByLabel("All messages").check();
  await open(page, "bob");
  // Seen in the other tab, it is not told by this one.
  await open(second, "#general");
  connection.hold();
  await bob.say("#general", "@alice seen in the second");
  await messages(second, "seen in the second").waitFor();
  connection.release();
  await open(second, "bob");
  await bob.say("alice", "not told");
  await bob.say("#general", "to all");
  await told(page, ["bob in #general | to all"]);
  assert.deepEqual(await page.evaluate("everShown"), [
    "bob | one <b>for you</b>",
    "2 messages from bob | and two",
    "bob in #general | to all",
  ]);
  assert.deepEqual(await second.evaluate("everShown"), []);
});

/** A copy of the page as built, with a script of another name that says so. */
async function nextBuild(): Promise<URL> {
  const folder = new URL(`file://${await Deno.makeTempDir({ prefix: "parley-page-" })}/`);
  const index = await Deno.readTextFile(new URL("index.html", DIST));
  const [, script] = /<script type="module" src="\.\/([^"]+)"/.exec(index)!;
  const renamed = script!.replace(/-\w+\.js$/, "-NEXTNEXT.js");
  for await (const { name } of Deno.readDir(DIST)) {
    if (name.startsWith(script!) || /\.(br|gz|stamp)$/.test(name)) continue;
    const isText = /^(index\.html|service_worker\.js)$/.test(name);
    if (!isText) await Deno.copyFile(new URL(name, DIST), new URL(name, folder));
    else {
      const text = (await Deno.readTextFile(new URL(name, DIST))).replaceAll(script!, renamed);
      await Deno.writeTextFile(new URL(name, folder), text.replace(/"version":"[^"]+"/, '"version":"next"'));
    }
  }
  const code = await Deno.readTextFile(new URL(script!, DIST));
  await Deno.writeTextFile(
    new URL(renamed, folder),
    `${code};document.documentElement.dataset.build="next";`,
  );
  return folder;
}

browserTest(
  "Where the server speaks a newer protocol, the page offers to load itself anew",
  async (world) => {
    const page = await world.browser.visit();
    let version = "2";
    await page.routeWebSocket(/\/ws$/, (socket) => {
      const server = socket.connectToServer();
      server.onMessage((text) => socket.send(String(text).replace('"protocol":1', `"protocol":${version}`)));
    });
    await page.getByRole("button", { name: "Continue as a guest" }).click();
    await page.getByRole("status").filter({ hasText: "A new version is there." }).waitFor();
    await page.getByLabel("Message", { exact: true }).fill("half a thought");
    version = "1";
    await page.getByRole("button", { name: "Reload" }).click();
    await page.getByText("A new version is there.").waitFor({ state: "detached" });
    assert.equal(await page.getByLabel("Message", { exact: true }).inputValue(), "half a thought");
  },
);
