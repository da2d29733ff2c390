import assert from "node:assert/strict";
import type { Buffer } from "node:buffer";
import { once } from "node:events";
import { get } from "node:http";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { chooseEncoding } from "../server/accept_encoding.ts";
import { StaticFiles } from "../server/static_files.ts";
import { TestServer } from "./test_server.ts";

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

/** What a GET of a file gives, with the headers of the request. */
function ask(files: StaticFiles, path: string, headers: Record<string, string> = {}): Response | null {
  return files.respond(path, new Request("http://127.0.0.1/", { headers }));
}

/** The body as it comes over the wire; `fetch` would unpack it. */
async function bytesOf(url: string, encoding: string): Promise<Buffer> {
  const [response] = await once(
    get(url, { agent: false, headers: { "accept-encoding": encoding } }),
    "response",
  );
  return await buffer(response);
}

Deno.test("the page is served at / as HTML that is asked for anew each time", async () => {
  const files = await load({ "index.html": "<!doctype html>" });
  assert.ok(files.isBuilt);
  const response = ask(files, "/")!;
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
  assert.equal(response.headers.get("cache-control"), "no-cache");
  assert.equal(await response.text(), "<!doctype html>");
});

Deno.test("a file is served with its type, byte for byte", async () => {
  const bytes = new Uint8Array([0, 255, 10, 13]);
  const files = await load({ "font.woff2": bytes, "app.js": "1", "app.css": "a{}", "icon.svg": "<svg/>" });
  const response = ask(files, "/font.woff2")!;
  assert.equal(response.headers.get("content-type"), "font/woff2");
  assert.deepEqual(new Uint8Array(await response.arrayBuffer()), bytes);
  const types = ["/app.js", "/app.css", "/icon.svg"].map((path) =>
    ask(files, path)!.headers.get("content-type")
  );
  assert.deepEqual(types, ["text/javascript; charset=utf-8", "text/css; charset=utf-8", "image/svg+xml"]);
});

Deno.test("a name with a hash of its content is kept for good, others are asked for anew", async () => {
  const files = await load({ "app-1A2B3C4D.js": "1", "app.js": "1", "my-longname.js": "1" });
  const caching = (path: string) => ask(files, path)!.headers.get("cache-control");
  assert.equal(caching("/app-1A2B3C4D.js"), "public, max-age=31536000, immutable");
  assert.equal(caching("/app.js"), "no-cache");
  assert.equal(caching("/my-longname.js"), "no-cache");
});

Deno.test("who has a file already gets 304 without it, as long as it is the same", async () => {
  const files = await load({ "app.js": "1" });
  const etag = ask(files, "/app.js")!.headers.get("etag")!;
  assert.match(etag, /^"[\w-]+"$/);
  const unchanged = ask(files, "/app.js", { "if-none-match": etag })!;
  assert.deepEqual([unchanged.status, await unchanged.text()], [304, ""]);
  assert.equal(unchanged.headers.get("etag"), etag);
  assert.equal(ask(files, "/app.js", { "if-none-match": '"another"' })!.status, 200);
  const other = await load({ "app.js": "2" });
  assert.notEqual(ask(other, "/app.js")!.headers.get("etag"), etag);
});

Deno.test("what is sent back to be compared may be weak, a list, or anything at all", async () => {
  const files = await load({ "app.js": "1" });
  const etag = ask(files, "/app.js")!.headers.get("etag")!;
  const status = (header: string) => ask(files, "/app.js", { "if-none-match": header })!.status;
  assert.deepEqual([`W/${etag}`, `"x, y", W/${etag}`, `"x",${etag}`, " * "].map(status), [
    304,
    304,
    304,
    304,
  ]);
  assert.deepEqual([etag.slice(1, -1), '"*"', "", `"x${etag.slice(1)}`].map(status), [200, 200, 200, 200]);
});

Deno.test("a page called ask is served at /ask alone", async () => {
  const files = await load({ "index.html": "x", "ask.html": "<!doctype html>" });
  assert.equal(await ask(files, "/ask")!.text(), "<!doctype html>");
  assert.equal(ask(files, "/ask")!.headers.get("cache-control"), "no-cache");
  assert.deepEqual(["/ask.html", "/ask/", "/index"].map((path) => ask(files, path)), [null, null, null]);
});

Deno.test("a compressed form goes to who takes it, each with a tag of its own", async () => {
  const files = await load({ "app.js": "plain", "app.js.br": "brotli", "app.js.gz": "gzip", "a.png": "png" });
  const tags = new Set<string>();
  for (
    const [accepted, encoding, body] of [["gzip, br", "br", "brotli"], ["gzip", "gzip", "gzip"], [
      "",
      null,
      "plain",
    ]]
  ) {
    const response = ask(files, "/app.js", { "accept-encoding": accepted! })!;
    assert.deepEqual([response.headers.get("content-encoding"), await response.text()], [encoding, body]);
    assert.equal(response.headers.get("content-type"), "text/javascript; charset=utf-8");
    assert.equal(response.headers.get("vary"), "accept-encoding");
    assert.equal(response.headers.get("content-length"), String(body!.length));
    tags.add(response.headers.get("etag")!);
  }
  assert.equal(tags.size, 3);
  assert.equal(ask(files, "/a.png", { "accept-encoding": "br" })!.headers.get("vary"), null);
  assert.deepEqual(["/app.js.br", "/app.js.gz"].map((path) => ask(files, path)), [null, null]);
  const [plain, packed] = [...tags].toSorted((one, other) => one.length - other.length);
  const headers = { "accept-encoding": "br", "if-none-match": plain! };
  assert.equal(ask(files, "/app.js", headers)!.status, 200);
  assert.ok(packed!.length > plain!.length);
});

Deno.test("Accept-Encoding is weighed: what is wanted most, then what is smallest", () => {
  const all = new Set(["br", "gzip", "identity"] as const);
  const chosen = {
    "gzip;q=1, br;q=0.5": "gzip",
    "gzip;q=0.5, br;q=0.5": "br",
    "BR , GZip": "br",
    "x-gzip": "gzip",
    "*": "br",
    "*;q=0.1, br;q=0": "gzip",
    "gzip;q=0.001": "gzip",
    "identity;q=0.5, gzip;q=0.2": "identity",
    "identity, br;q=0.9": "identity",
    "br;q=0": "identity",
    "identity;q=0, *;q=0": "identity",
    "gzip;q=2": "identity",
    "gzip;q=x, deflate": "identity",
    "br;level=3": "identity",
    ",, ;": "identity",
  };
  for (const [header, encoding] of Object.entries(chosen)) {
    assert.equal(chooseEncoding(header, all), encoding, header);
  }
  assert.equal(chooseEncoding(null, all), "identity");
  assert.equal(chooseEncoding("br, gzip;q=0.1", new Set(["gzip", "identity"] as const)), "gzip");
});

Deno.test("over the wire a file is compressed once, whole, and asked for with HEAD without its body", async () => {
  await using server = await TestServer.start();
  const page = await (await fetch(server.url)).text();
  const [, script] = /<script type="module" src="\.(\/[^"]+)"/.exec(page)!;
  const url = server.url + script;
  const head = await fetch(url, { method: "HEAD", headers: { "accept-encoding": "gzip" } });
  const [plain, zipped] = [await bytesOf(url, "identity"), await bytesOf(url, "gzip")];
  assert.deepEqual(gunzipSync(zipped), plain);
  assert.equal(await head.text(), "");
  assert.equal(head.headers.get("content-encoding"), "gzip");
  assert.equal(head.headers.get("content-length"), String(zipped.length));
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
  for (const path of paths) assert.equal(ask(files, path), null, path);
});

Deno.test("without a folder, or with an empty one, there is no page", async () => {
  const missing = await StaticFiles.load(new URL("./no-such-folder/", import.meta.url));
  assert.ok(!missing.isBuilt);
  assert.equal(ask(missing, "/"), null);
  assert.ok(!(await load({})).isBuilt);
});
