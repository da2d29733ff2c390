import assert from "node:assert/strict";

const ROOT = new URL("../", import.meta.url);
/** What is run or bundled in the image. */
const SERVED = ["main.ts", "client.ts", "protocol", "client", "server", "bots", "static"];

async function* sources(path: URL): AsyncGenerator<string> {
  if (!(await Deno.stat(path)).isDirectory) return yield await Deno.readTextFile(path);
  for await (const { name, isDirectory } of Deno.readDir(path)) {
    if (isDirectory && name !== "dist") yield* sources(new URL(`${name}/`, `${path}/`));
    else if (/\.tsx?$/.test(name)) yield await Deno.readTextFile(new URL(name, `${path}/`));
  }
}

/** Of the packages listed in deno.json, those that these files name. */
async function used(paths: readonly string[], listed: readonly string[]): Promise<string[]> {
  let text = "";
  for (const path of paths) {
    for await (const source of sources(new URL(path, ROOT))) text += source;
  }
  return listed.filter((name) => text.includes(`"${name}"`) || text.includes(`"${name}/`));
}

Deno.test("the image leaves out just the packages that only tests and measurements use", async () => {
  const dockerfile = await Deno.readTextFile(new URL("Dockerfile", ROOT));
  const [, removed = ""] = /deno remove --quiet (.*?) \\/.exec(dockerfile) ?? [];
  const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const listed = Object.keys(imports);
  const served = await used(SERVED, listed);
  const others = await used(["bench", "tests"], listed);
  assert.deepEqual(removed.split(" ").toSorted(), others.filter((name) => !served.includes(name)).toSorted());
});
