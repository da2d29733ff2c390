/** The paths of the shell's files, below the scope. */

/** What this build consists of; the build puts it before the script. */
declare const BUILD: { readonly version: string; readonly files: readonly string[] };

export const VERSION = BUILD.version;

/** The files of this build, as they are asked for. */
export const PATHS: readonly string[] = BUILD.files.map(pathOf);

const HASHED = /^[^/]+-[A-Z0-9]{8}\.\w+$/;

/** `ask.html` is served as `ask`, `index.html` as the folder itself. */
function pathOf(name: string): string {
  return name.replace(/^index\.html$|\.html$/, "");
}

/** Whether it is a file of this build or of one before: nothing else is answered from here. */
export function isPath(path: string): boolean {
  return PATHS.includes(path) || HASHED.test(path);
}
