/** Whether the page has to be built again: a digest of all that it is made of, kept with what was made. */

import { createHash } from "node:crypto";

/** In the folder of what was built; not served. */
export const STAMP = "build.stamp";

export interface Stamp {
  /** What the build was made of. */
  readonly sources: string;
  readonly files: readonly string[];
}

/** A digest of every source, and of the versions of the packages. */
export async function fingerprint(folder: URL): Promise<string> {
  const paths = ["../deno.json", "../deno.lock"];
  for (const path of ["./", "../client/", "../protocol/"]) await list(path, folder, paths);
  const hash = createHash("sha256").update(Deno.version.deno);
  for (const path of paths.sort()) {
    const bytes = await Deno.readFile(new URL(path, folder));
    hash.update(`\n${path} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest("base64url");
}

/** Whether all of it is still there. */
export async function isBuilt({ files }: Stamp, dist: URL): Promise<boolean> {
  const found = new Set<string>();
  for await (const { name } of Deno.readDir(dist)) found.add(name);
  return files.every((name) => found.has(name));
}

async function list(path: string, folder: URL, paths: string[]): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(path, folder))) {
    if (isDirectory && name !== "dist" && name !== "node_modules") {
      await list(`${path}${name}/`, folder, paths);
    } else if (!isDirectory) paths.push(path + name);
  }
}
