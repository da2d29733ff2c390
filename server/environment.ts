/** The environment as the server and the tools beside it read it. */

import { parseEnv } from "node:util";

/** These variables, each from the environment or else from the `.env` of the folder that the program runs in. */
export function readEnvironment<Name extends string>(
  names: readonly Name[],
): Record<Name, string | undefined> {
  const file = readFile();
  const set = names.map((name) => [name, Deno.env.get(name) ?? file[name]]);
  return Object.fromEntries(set);
}

function readFile(): Record<string, string | undefined> {
  try {
    return parseEnv(Deno.readTextFileSync(".env"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}
