import assert from "node:assert/strict";
import { StaticFiles } from "../server/static_files.ts";

/** The files of a folder that is gone again afterwards. */
async function load(contents: Record<string, string | Uint8Array>): Promise<StaticFiles> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(contents)) {
      if (name.includes("/")) await Deno.mkdir(`${folder}/${name.split("/")[0]}`);
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await Deno.writeFile(`${folder}/${name}`, bytes);
    }
    return await StaticFiles.load(new URL(`file://${folder}/`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the page is served at / as HTML that is asked for anew each time", async () => {
  const files = await load({ "index.html": "<!doctype html>" });
  assert.ok(files.isBuilt);
  const response = files.respond("/", undefined)!;
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
  assert.equal(response.headers.get("cache-control"), "no-cache");
  assert.equal(await response.text(), "<!doctype html>");
});

Deno.test("a file is served with its type, byte for byte", async () => {
  const bytes = new Uint8Array([0, 255, 10, 13]);
  const files = await load({ "font.woff2": bytes, "app.js": "1", "app.css": "a{}", "icon.svg": "<svg/>" });
  const response = files.respond("/font.woff2", undefined)!;
  assert.equal(response.headers.get("content-type"), "font/woff2");
  assert.deepEqual(new Uint8Array(await response.arrayBuffer()), bytes);
  const types = ["/app.js", "/app.css", "/icon.svg"].map((path) =>
    files.respond(path, undefined)!.headers.get("content-type")
  );
  assert.deepEqual(types, ["text/javascript; charset=utf-8", "text/css; charset=utf-8", "image/svg+xml"]);
});

Deno.test("a name with a hash of its content is kept for good, others are asked for anew", async () => {
  const files = await load({ "app-1A2B3C4D.js": "1", "app.js": "1", "my-longname.js": "1" });
  const caching = (path: string) => files.respond(path, undefined)!.headers.get("cache-control");
  assert.equal(caching("/app-1A2B3C4D.js"), "public, max-age=31536000, immutable");
  assert.equal(caching("/app.js"), "no-cache");
  assert.equal(caching("/my-longname.js"), "no-cache");
});

Deno.test("who has a file already gets 304 without it, as long as it is the same", async () => {
  const files = await load({ "app.js": "1" });
  const etag = files.respond("/app.js", undefined)!.headers.get("etag")!;
  assert.match(etag, /^"[\w-]+"$/);
  const unchanged = files.respond("/app.js", etag)!;
  assert.deepEqual([unchanged.status, await unchanged.text()], [304, ""]);
  assert.equal(unchanged.headers.get("etag"), etag);
  assert.equal(files.respond("/app.js", '"another"')!.status, 200);
  const other = await load({ "app.js": "2" });
  assert.notEqual(other.respond("/app.js", undefined)!.headers.get("etag"), etag);
});

Deno.test("nothing but the files of the folder is served, by their exact names", async () => {
  const files = await load({ "index.html": "x", "app.js": "1", "notes.txt": "private", "sub/app.js": "1" });
  const paths = [
    "/index.html",
    "/APP.JS",
    "/app.js/",
    "//app.js",
    "/notes.txt",
    "/sub/app.js",
    "/sub",
    "/../etc/passwd",
    "/%2e%2e/etc/passwd",
    "/constructor",
    "",
    "app.js",
  ];
  for (const path of paths) assert.equal(files.respond(path, undefined), null, path);
});

Deno.test("without a folder, or with an empty one, there is no page", async () => {
  const missing = await StaticFiles.load(new URL("./no-such-folder/", import.meta.url));
  assert.ok(!missing.isBuilt);
  assert.equal(missing.respond("/", undefined), null);
  assert.ok(!(await load({})).isBuilt);
});

Deno.test("another page than the first is served under its name without .html", async () => {
  const files = await load({ "index.html": "first", "ask.html": "ask" });
  assert.equal(await files.respond("/ask", undefined)!.text(), "ask");
  assert.equal(files.respond("/ask", undefined)!.headers.get("content-type"), "text/html; charset=utf-8");
  assert.equal(files.respond("/ask.html", undefined), null);
});
