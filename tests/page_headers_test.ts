import assert from "node:assert/strict";
import { TestServer } from "./test_server.ts";

Deno.test("the page may load its own files only, and make no markup of a text", async () => {
  await using server = await TestServer.start();
  for (const path of ["/", "/ask", "/no-such-file", "/healthz"]) {
    const response = await fetch(server.url + path);
    await response.body?.cancel();
    const header = (name: string) => response.headers.get(name);
    assert.deepEqual(header("content-security-policy")?.split("; "), [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "font-src 'self'",
      "connect-src 'self'",
      "manifest-src 'self'",
      "worker-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types parley-worker",
    ], path);
    assert.equal(header("cross-origin-opener-policy"), "same-origin");
    assert.equal(header("cross-origin-resource-policy"), "same-origin");
    assert.equal(header("referrer-policy"), "no-referrer");
    assert.equal(header("x-content-type-options"), "nosniff");
    assert.equal(header("x-frame-options"), "DENY");
    assert.match(header("permissions-policy") ?? "", /\bcamera=\(\).*\bmicrophone=\(\)/);
  }
});

/** What makes markup or code of a string. */
const SINKS =
  /\binnerHTML\b|\bouterHTML\b|insertAdjacentHTML|createContextualFragment|dangerouslySetInnerHTML|document\.write|setHTMLUnsafe|\bsrcdoc\b|DOMParser|\beval\(|new Function\b|javascript:/;

Deno.test("no file of the page has a sink for markup or code", async () => {
  const found: string[] = [];
  let files = 0;
  for await (const { path, text } of sources(new URL("../static/", import.meta.url))) {
    files += 1;
    if (SINKS.test(text)) found.push(path);
  }
  assert.ok(files > 40, `only ${files} files were read`);
  assert.deepEqual(found, []);
});

async function* sources(folder: URL): AsyncGenerator<{ path: string; text: string }> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const url = new URL(name + (isDirectory ? "/" : ""), folder);
    if (isDirectory && name !== "dist") yield* sources(url);
    else if (/\.(tsx?|html)$/.test(name)) yield { path: url.pathname, text: await Deno.readTextFile(url) };
  }
}
