/** The server goes away and comes back: how long until the page shows what it missed. */

import { messages, TestBrowser } from "../../tests/browser/chromium.ts";
import { TestServer } from "../../tests/test_server.ts";

const AWAY_MS = 3_000;

export async function measureReconnect(): Promise<Record<string, number>> {
  const folder = await Deno.makeTempDir({ prefix: "parley-page-" });
  const first = await TestServer.start({ folder });
  const { webPort, port } = first;
  await using browser = await TestBrowser.start(first.url);
  const page = await browser.signIn("alice");
  await first.stop();
  await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
  {
    await using second = await TestServer.start({ folder, webPort, port });
    const upAt = performance.now();
    const bob = await second.json("bob");
    await bob.say("#general", "said while she was away");
    await messages(page, "said while she was away").waitFor();
    const reconnectMs = performance.now() - upAt;
    await page.close();
    await Deno.remove(folder, { recursive: true }).catch(() => {});
    return { reconnectMs };
  }
}
