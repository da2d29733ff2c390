/** What the bundler (esbuild, in Deno) makes of the page's TypeScript and CSS. */

import { ASSET_PATHS, type Assets } from "./assets.ts";
import { hashed, type OutputFile, textFile } from "./output_file.ts";

/** One entry and what came of it. */
export interface Entry {
  /** As the HTML names it. */
  readonly path: string;
  readonly script: string;
  readonly style: string | undefined;
}

export interface Modules {
  readonly entries: readonly Entry[];
  readonly files: readonly OutputFile[];
}

/** A script that is one file, run where it stands. */
export interface ClassicScript {
  readonly path: string;
  readonly text: string;
  readonly file: OutputFile;
}

const COMMON = { platform: "browser", minify: true, write: false } as const;

/**
 * What a module imports with `import()` is a chunk of its own, and its styles are one file. Pages do not share chunks: shared ones
 * are many and tiny, and each costs more as a request than it saves.
 */
export async function bundleModules(folder: URL, paths: readonly string[], assets: Assets): Promise<Modules> {
  const bundles = await Promise.all([...new Set(paths)].map((path) => bundleModule(folder, path, assets)));
  return {
    entries: bundles.map(({ entry }) => entry),
    files: bundles.flatMap(({ files }) => files),
  };
}

async function bundleModule(
  folder: URL,
  path: string,
  assets: Assets,
): Promise<{ entry: Entry; files: OutputFile[] }> {
  const outputs = await bundle(folder, { entrypoints: [path], codeSplitting: true, external: ASSET_PATHS });
  const script = hashed(outputs.find(({ name }) => name === `${stem(path)}.js`)!);
  const styles = outputs.find(({ name }) => name === `${stem(path)}.css`);
  const style = styles && hashed(textFile(styles.name, assets.rewrite(decode(styles), styles.name)));
  return {
    entry: { path, script: script.name, style: style?.name },
    files: [...outputs.filter(({ name }) => isChunk(name)), script, ...style ? [style] : []],
  };
}

export async function bundleScript(folder: URL, path: string): Promise<ClassicScript> {
  const [output] = await bundle(folder, { entrypoints: [path], format: "iife" });
  return { path, text: decode(output!), file: hashed(output!) };
}

async function bundle(
  folder: URL,
  options: Pick<Deno.bundle.Options, "entrypoints" | "codeSplitting" | "external" | "format">,
): Promise<OutputFile[]> {
  const entrypoints = options.entrypoints.map((path) => new URL(path, folder).pathname);
  const result = await Deno.bundle({ ...COMMON, ...options, entrypoints, outputDir: "dist" });
  if (!result.success) throw new Error(result.errors.map(({ text }) => text).join("\n"));
  return result.outputFiles!.map(({ path, contents }) => ({
    name: path.slice(path.lastIndexOf("/") + 1),
    // An empty chunk has none.
    bytes: contents ?? new Uint8Array(),
  }));
}

/** Styles of chunks are in those of the entry already. */
function isChunk(name: string): boolean {
  return /-[A-Z0-9]{8}\.js$/.test(name);
}

function stem(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/\.tsx?$/, "");
}

function decode({ bytes }: OutputFile): string {
  return new TextDecoder().decode(bytes);
}
