/** The HTML pages: their scripts are named by source, and get the names that the bundler gave. */

import type { ClassicScript, Modules } from "./bundle.ts";

const SCRIPT = /<script( type="module")? src="\.\/([^"]+\.tsx?)"><\/script>/g;
const PRELOAD = /<link rel="modulepreload" href="\.\/([^"]+)\.tsx?">/g;
/** As minified modules import what they need at once. */
const STATIC_IMPORT = /(?:\bfrom|\bimport)"\.\/([\w.-]+\.js)"/g;

export function scriptsIn(html: string): { modules: string[]; classic: string[] } {
  const scripts = [...html.matchAll(SCRIPT)];
  const paths = (isModule: boolean) =>
    scripts.filter(([, module]) => (module !== undefined) === isModule).map(([, , path]) => path!);
  return { modules: paths(true), classic: paths(false) };
}

/** The page with its styles, its scripts, and all that these need at once named in its head. */
export function pageOf(html: string, modules: Modules, classic: readonly ClassicScript[]): string {
  return html
    .replace(SCRIPT, (_, isModule, path) => isModule ? moduleTags(path, modules) : classicTag(path, classic))
    .replace(PRELOAD, (_, path) => `<link rel="modulepreload" href="./${chunkOf(path, modules)}">`);
}

function moduleTags(path: string, modules: Modules): string {
  const { script, style } = modules.entries.find((entry) => entry.path === path)!;
  const tags = [`<script type="module" src="./${script}"></script>`];
  for (const chunk of importsOf(script, modules)) tags.push(`<link rel="modulepreload" href="./${chunk}">`);
  if (style) tags.unshift(`<link rel="stylesheet" href="./${style}">`);
  return tags.join("\n    ");
}

function classicTag(path: string, classic: readonly ClassicScript[]): string {
  return `<script src="./${classic.find((script) => script.path === path)!.file.name}"></script>`;
}

/** What a module needs before it runs, with what that needs. */
function importsOf(name: string, modules: Modules, seen = new Set<string>()): Set<string> {
  const file = modules.files.find((each) => each.name === name)!;
  for (const [, chunk] of new TextDecoder().decode(file.bytes).matchAll(STATIC_IMPORT)) {
    if (seen.has(chunk!)) continue;
    seen.add(chunk!);
    importsOf(chunk!, modules, seen);
  }
  return seen;
}

function chunkOf(path: string, modules: Modules): string {
  const start = `${path.slice(path.lastIndexOf("/") + 1)}-`;
  const chunk = modules.files.find(({ name }) => name.startsWith(start) && name.endsWith(".js"));
  if (!chunk) throw new Error(`The page preloads ${path}, which nothing imports with import()`);
  return chunk.name;
}
