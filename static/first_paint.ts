/** Runs before anything is drawn, so that the page never shows itself in another theme than the chosen one first. */

import { readLocal } from "./state/storage/local_storage.ts";

for (const name of ["theme", "scheme", "density", "text"]) {
  const chosen = readLocal(`parley.preference.${name}`);
  if (chosen !== null) document.documentElement.dataset[name] = chosen;
}
