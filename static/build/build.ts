/**
 * `deno task build`: makes static/dist of the page's sources, and does nothing where nothing changed since.
 *
 * All files of it lie in one folder. Names that hold a hash of the content (`main-1A2B3C4D.js`) never mean anything else; the others
 * are the HTML pages, the manifest and the service worker. What is text is there compressed too, as `.br` and `.gz`.
 */

import { Assets } from "./assets.ts";
import { bundleModules, bundleScript } from "./bundle.ts";
import { compressed } from "./compress.ts";
import { hashedName, type OutputFile, textFile } from "./output_file.ts";
import { pageOf, scriptsIn } from "./page.ts";
import { fingerprint, isBuilt, STAMP, type Stamp } from "./stamp.ts";

const STATIC = new URL("../", import.meta.url);
const DIST = new URL("dist/", STATIC);
const SERVICE_WORKER = "service_worker/service_worker.ts";

if (import.meta.main) await build();

async function build(): Promise<void> {
  const sources = await fingerprint(STATIC);
  const last = await readStamp();
  if (last?.sources === sources && await isBuilt(last, DIST)) return;
  const files = await makeFiles();
  await write(files, sources, last);
}

async function makeFiles(): Promise<OutputFile[]> {
  const assets = await Assets.read(new URL("assets/", STATIC));
  const pages = await readPages();
  const scripts = pages.map(({ text }) => scriptsIn(text));
  const modules = await bundleModules(STATIC, scripts.flatMap((each) => each.modules), assets);
  const classic = await Promise.all(
    [...new Set(scripts.flatMap((each) => each.classic))].map((path) => bundleScript(STATIC, path)),
  );
  const html = pages.map(({ name, text }) =>
    textFile(name, assets.rewrite(pageOf(text, modules, classic), name))
  );
  const shell = [...modules.files, ...classic.map(({ file }) => file), ...assets.used(), ...html];
  const worker = await bundleServiceWorker(shell);
  return [...shell, worker];
}

async function readPages(): Promise<{ name: string; text: string }[]> {
  const pages = [];
  for await (const { name } of Deno.readDir(STATIC)) {
    if (name.endsWith(".html")) pages.push({ name, text: await Deno.readTextFile(new URL(name, STATIC)) });
  }
  return pages.sort((one, other) => one.name < other.name ? -1 : 1);
}

/** The worker is told exactly which files belong to this build. */
async function bundleServiceWorker(shell: readonly OutputFile[]): Promise<OutputFile> {
  const { text } = await bundleScript(STATIC, SERVICE_WORKER);
  const files = shell.map(({ name }) => name).sort();
  const version = hashedName("build", shell.map(({ name, bytes }) => hashedName(name, bytes)).join(" "));
  return textFile("service_worker.js", `const BUILD=${JSON.stringify({ version, files })};${text}`);
}

/** The files of the build before stay: a page that is open with them may still ask for its parts. */
async function write(files: readonly OutputFile[], sources: string, last: Stamp | undefined): Promise<void> {
  await Deno.mkdir(DIST, { recursive: true });
  const all = (await Promise.all(files.map(compressed))).flat();
  await Promise.all(all.map(({ name, bytes }) => Deno.writeFile(new URL(name, DIST), bytes)));
  const names = all.map(({ name }) => name);
  const kept = new Set([...names, ...last?.files ?? [], STAMP]);
  for await (const { name } of Deno.readDir(DIST)) {
    if (!kept.has(name)) await Deno.remove(new URL(name, DIST), { recursive: true });
  }
  const stamp: Stamp = { sources, files: names };
  await Deno.writeTextFile(new URL(STAMP, DIST), JSON.stringify(stamp));
}

async function readStamp(): Promise<Stamp | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(new URL(STAMP, DIST)));
  } catch {
    return undefined;
  }
}
