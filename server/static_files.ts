/** The web page: every file of one folder, read once at the start, served by exact name. No path of a request reaches the file system. */

import { createHash } from "node:crypto";
import { chooseEncoding, type Encoding, ENCODINGS } from "./accept_encoding.ts";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
  ico: "image/x-icon",
  woff2: "font/woff2",
  json: "application/json",
  webmanifest: "application/manifest+json",
};

/** The end of the name under which the build put the compressed form of a file. */
const SUFFIXES: Readonly<Record<Exclude<Encoding, "identity">, string>> = { br: ".br", gzip: ".gz" };

interface StaticFile {
  readonly headers: Readonly<Record<string, string>>;
  /** One of each encoding that there is. */
  readonly forms: ReadonlyMap<Encoding, Form>;
}

interface Form {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly etag: string;
}

/** Names that hold a hash of the content, as the bundler makes them, never change. */
const HASHED = /-[A-Z0-9]{8}\.\w+$/;

export class StaticFiles {
  readonly #files = new Map<string, StaticFile>();

  private constructor() {}

  /** Reads a folder; an empty one, or none, makes a page that says how to build it. */
  static async load(folder: URL): Promise<StaticFiles> {
    const contents = new Map<string, Uint8Array<ArrayBuffer>>();
    try {
      for await (const { name, isFile } of Deno.readDir(folder)) {
        if (isFile) contents.set(name, await Deno.readFile(new URL(name, folder)));
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    const files = new StaticFiles();
    for (const name of contents.keys()) files.#add(name, contents);
    return files;
  }

  /** Whether there is a page. */
  get isBuilt(): boolean {
    return this.#files.has("/");
  }

  /**
   * @param path of the URL, as in `/` or `/app-1A2B3C4D.js`
   * @param request of the headers only `accept-encoding` and `if-none-match` count; HEAD gets what GET would, without the body
   */
  respond(path: string, { method, headers: asked }: Pick<Request, "method" | "headers">): Response | null {
    const file = this.#files.get(path);
    if (!file) return null;
    const encoding = chooseEncoding(asked.get("accept-encoding"), file.forms);
    const { bytes, etag } = file.forms.get(encoding)!;
    const headers = new Headers({ ...file.headers, etag });
    if (file.forms.size > 1) headers.set("vary", "accept-encoding");
    if (isAmong(etag, asked.get("if-none-match"))) return new Response(null, { status: 304, headers });
    if (encoding !== "identity") headers.set("content-encoding", encoding);
    headers.set("content-length", String(bytes.length));
    return new Response(method === "HEAD" ? null : bytes, { headers });
  }

  #add(name: string, contents: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): void {
    const type = TYPES[name.slice(name.lastIndexOf(".") + 1)];
    if (!type) return;
    const forms = new Map<Encoding, Form>();
    const digest = createHash("sha256").update(contents.get(name)!).digest("base64url").slice(0, 22);
    for (const encoding of ENCODINGS) {
      const isPlain = encoding === "identity";
      const bytes = contents.get(isPlain ? name : name + SUFFIXES[encoding]);
      // Each form is one of its own to caches (RFC 9110, 8.8.1).
      if (bytes) forms.set(encoding, { bytes, etag: isPlain ? `"${digest}"` : `"${digest}-${encoding}"` });
    }
    const caching = HASHED.test(name) ? "public, max-age=31536000, immutable" : "no-cache";
    this.#files.set(pathOf(name), { forms, headers: { "content-type": type, "cache-control": caching } });
  }
}

/** `ask.html` is served at `/ask`, `index.html` at `/`. */
function pathOf(name: string): string {
  return "/" + name.replace(/^index\.html$|\.html$/, "");
}

/** As `If-None-Match` compares: weakly, with a list or with `*` (RFC 9110, 13.1.2). */
function isAmong(etag: string, header: string | null): boolean {
  if (header === null) return false;
  return header.trim() === "*" || header.matchAll(/"[^"]*"/g).some(([tag]) => tag === etag);
}
