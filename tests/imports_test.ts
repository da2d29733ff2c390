import assert from "node:assert/strict";

const ROOT = new URL("../", import.meta.url);

/** What each folder may import, beside packages. Whatever is not listed sees everything. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  protocol: ["protocol"],
  client: ["protocol", "client"],
  bots: ["protocol", "client", "bots"],
  static: ["protocol", "client", "static"],
  server: ["protocol", "server"],
};

/** These know contracts only: no implementation may be reached from them, however many files lie between. */
const KNOW_CONTRACTS_ONLY =
  /^server\/(router|addressing|conversations|session|requests|delivery|outbox|handlers\/.+)\.ts$/;
/** So many files at the least are meant by that. */
const KNOW_CONTRACTS_ONLY_COUNT = 16;
const IMPLEMENTATIONS = /^server\/(sqlite\/|tcp\.ts|websocket\.ts|memory\.ts|console\.ts|http)/;

/** Source files by their path from the root. */
type Sources = ReadonlyMap<string, string>;

/** What a file imports: paths from the root, and packages as they are written. */
function importsOf(path: string, source: string): string[] {
  const pattern = /(?:\bfrom|\bimport|\bimport\(|\bnew URL\()\s*["']([^"']+)["']/g;
  return [...source.matchAll(pattern)].map(([, target]) => resolve(path, target!));
}

function resolve(path: string, target: string): string {
  if (!target.startsWith(".")) return target;
  return new URL(target, `file:///${path}`).pathname.slice(1);
}

function folderOf(path: string): string {
  return path.split("/")[0]!;
}

/** Arrows that point the wrong way, as `a imports b`. */
function wrongArrows(sources: Sources): string[] {
  const wrong: string[] = [];
  for (const [path, source] of sources) {
    const allowed = MAY_IMPORT[folderOf(path)];
    if (!allowed) continue;
    for (const target of importsOf(path, source)) {
      const isPackage = !/\.tsx?$/.test(target);
      const isAllowed = isPackage ? folderOf(path) !== "protocol" : allowed.includes(folderOf(target));
      if (!isAllowed) wrong.push(`${path} imports ${target}`);
    }
  }
  return wrong;
}

/** The way from a file to an implementation, if there is one. */
function wayToImplementation(path: string, sources: Sources, seen = new Set<string>()): string[] | null {
  if (seen.has(path)) return null;
  seen.add(path);
  for (const target of importsOf(path, sources.get(path) ?? "")) {
    if (IMPLEMENTATIONS.test(target)) return [path, target];
    const way = wayToImplementation(target, sources, seen);
    if (way) return [path, ...way];
  }
  return null;
}

async function readSources(): Promise<Sources> {
  const sources = new Map<string, string>();
  for (const folder of Object.keys(MAY_IMPORT)) await readFolder(folder, sources);
  for (const file of ["main.ts", "client.ts"]) {
    sources.set(file, await Deno.readTextFile(new URL(file, ROOT)));
  }
  return sources;
}

async function readFolder(folder: string, sources: Map<string, string>): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    const path = `${folder}/${name}`;
    if (isDirectory && name !== "dist" && name !== "node_modules") await readFolder(path, sources);
    else if (/\.tsx?$/.test(name)) sources.set(path, await Deno.readTextFile(new URL(path, ROOT)));
  }
}

Deno.test("imports point one way: protocol ← client ← bots, static; protocol ← server", async () => {
  const sources = await readSources();
  for (const folder of Object.keys(MAY_IMPORT)) {
    assert.ok([...sources.keys()].some((path) => path.startsWith(`${folder}/`)), `${folder} was read`);
  }
  assert.deepEqual(wrongArrows(sources), []);
});

Deno.test("router, session, handlers, delivery and outbox know no implementation", async () => {
  const sources = await readSources();
  const paths = [...sources.keys()].filter((path) => KNOW_CONTRACTS_ONLY.test(path));
  assert.ok(paths.length >= KNOW_CONTRACTS_ONLY_COUNT, paths.join(" "));
  for (const path of paths) {
    assert.equal(wayToImplementation(path, sources)?.join(" → "), undefined);
  }
});

Deno.test("the protocol is pure: it runs in a browser too, so it uses nothing of Deno's", async () => {
  for (const [path, source] of await readSources()) {
    if (folderOf(path) === "protocol") {
      assert.doesNotMatch(source, /\bDeno\b\.|\bprocess\b\.|\bfetch\(/, path);
    }
  }
});

Deno.test("an arrow that points the wrong way is found, in each way of writing it", () => {
  const target = "server/store.ts";
  const ways = [
    'import { a } from "../server/store.ts";',
    'import type { A } from "../server/store.ts";',
    'import {\n  a,\n  b,\n} from "../server/store.ts";',
    'export { a } from "../server/store.ts";',
    'export * from "../server/store.ts";',
    'import "../server/store.ts";',
    'const a = await import("../server/store.ts");',
    'new Worker(new URL("../server/store.ts", import.meta.url));',
  ];
  for (const source of ways) {
    const sources = new Map([["bots/bot.ts", source], [target, ""]]);
    assert.deepEqual(wrongArrows(sources), [`bots/bot.ts imports ${target}`], source);
  }
  assert.deepEqual(wrongArrows(new Map([["protocol/a.ts", 'import "node:fs";']])), [
    "protocol/a.ts imports node:fs",
  ]);
  assert.deepEqual(wrongArrows(new Map([["main.ts", ways[0]!], [target, ""]])), []);
});

Deno.test("an implementation is found however far away it is", () => {
  const sources = new Map([
    ["server/router.ts", 'import "./live.ts";'],
    ["server/live.ts", 'import "./router.ts"; import { open } from "./sqlite/sqlite_store.ts";'],
  ]);
  assert.deepEqual(wayToImplementation("server/router.ts", sources), [
    "server/router.ts",
    "server/live.ts",
    "server/sqlite/sqlite_store.ts",
  ]);
});
