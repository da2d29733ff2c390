/** The web page: every file of one folder, read once at the start, served by exact name. No path of a request reaches the file system. */

import { createHash } from "node:crypto";

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

interface StaticFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
  readonly etag: string;
}

/** Names that hold a hash of the content, as the bundler makes them, never change. */
const HASHED = /-[A-Z0-9]{8}\.\w+$/;

export class StaticFiles {
  readonly #files = new Map<string, StaticFile>();

  private constructor() {}

  /** Reads a folder; an empty one, or none, makes a page that says how to build it. */
  static async load(folder: URL): Promise<StaticFiles> {
    const files = new StaticFiles();
    try {
      for await (const entry of Deno.readDir(folder)) {
        if (entry.isFile) files.#add(entry.name, await Deno.readFile(new URL(entry.name, folder)));
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return files;
  }

  /** Whether there is a page. */
  get isBuilt(): boolean {
    return this.#files.has("/");
  }

  /** @param path of the URL, as in `/` or `/app-1A2B3C4D.js` */
  respond(path: string, ifNoneMatch: string | undefined): Response | null {
    const file = this.#files.get(path);
    if (!file) return null;
    const headers = { ...file.headers, etag: file.etag };
    if (ifNoneMatch === file.etag) return new Response(null, { status: 304, headers });
    return new Response(file.bytes, { headers });
  }

  #add(name: string, bytes: Uint8Array<ArrayBuffer>): void {
    const extension = name.slice(name.lastIndexOf(".") + 1);
    const type = TYPES[extension];
    if (!type) return;
    const caching = HASHED.test(name) ? "public, max-age=31536000, immutable" : "no-cache";
    const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`;
    this.#files.set(pathOf(name), {
      bytes,
      etag,
      headers: { "content-type": type, "cache-control": caching },
    });
  }
}

/** `index.html` is at `/`, `ask.html` at `/ask`. */
function pathOf(name: string): string {
  return name === "index.html" ? "/" : `/${name.replace(/\.html$/, "")}`;
}
