/**
 * Files that are served as they are. In CSS, HTML and the manifest they are written as `/assets/NAME` (static/assets) or as
 * `/npm/PACKAGE/FILE` (a package in deno.json); the build puts the hashed name there.
 */

// Deno installs only packages that some module imports; the fonts are read from this one.
import "@fontsource/patrick-hand/package.json" with { type: "json" };
import { hashed, type OutputFile, textFile } from "./output_file.ts";

/** The forms in which the bundler leaves them alone. */
export const ASSET_PATHS = ["/assets/*", "/npm/*"];

const REFERENCE = /\/(assets|npm)\/([\w@./-]+)/g;
/** What keeps its name: installed pages know it by that. */
const MANIFEST = /\.webmanifest$/;

export class Assets {
  readonly #files: ReadonlyMap<string, Uint8Array>;
  readonly #used = new Map<string, OutputFile>();

  private constructor(files: ReadonlyMap<string, Uint8Array>) {
    this.#files = files;
  }

  static async read(folder: URL): Promise<Assets> {
    const files = new Map<string, Uint8Array>();
    for await (const { name } of Deno.readDir(folder)) {
      files.set(`/assets/${name}`, await Deno.readFile(new URL(name, folder)));
    }
    return new Assets(files);
  }

  /** @throws Error when `text`, of a file called `where`, asks for an asset that there is not */
  rewrite(text: string, where: string): string {
    return text.replace(REFERENCE, (path) => `./${this.#file(path, where).name}`);
  }

  /** The assets that were asked for so far. */
  used(): OutputFile[] {
    return [...this.#used.values()];
  }

  #file(path: string, where: string): OutputFile {
    const known = this.#used.get(path);
    if (known) return known;
    const bytes = this.#files.get(path) ?? readPackaged(path);
    if (!bytes) throw new Error(`${where} asks for ${path}, which there is not`);
    const file = this.#named(path.slice(path.lastIndexOf("/") + 1), bytes);
    this.#used.set(path, file);
    return file;
  }

  #named(name: string, bytes: Uint8Array): OutputFile {
    if (!MANIFEST.test(name)) return hashed({ name, bytes });
    return textFile(name, this.rewrite(new TextDecoder().decode(bytes), name));
  }
}

function readPackaged(path: string): Uint8Array | undefined {
  if (!path.startsWith("/npm/")) return undefined;
  return Deno.readFileSync(new URL(import.meta.resolve(path.slice("/npm/".length))));
}
