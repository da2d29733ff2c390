/** How the page looks, as its reader has chosen. The style sheets read it from attributes of the root element. */

import { effect } from "@preact/signals";
import { preference } from "./storage/preferences.ts";

/** The first of each is what holds where nothing was chosen. `first_paint.ts` sets the same attributes before anything is drawn. */
export const theme = preference("theme", ["calm", "sketch"]);
export const scheme = preference("scheme", ["system", "light", "dark"]);
export const density = preference("density", ["comfortable", "compact"]);
export const textSize = preference("text", ["medium", "small", "large", "larger"]);

const ATTRIBUTES = { theme, scheme, density, text: textSize };

/** Keeps the root element's attributes, and the colour around the page, in step with what is chosen in any tab. */
export function applyAppearance(): void {
  const root = document.documentElement;
  effect(() => {
    changeAtOnce();
    for (const [name, { value }] of Object.entries(ATTRIBUTES)) root.dataset[name] = value.value;
    colourSurroundings();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    changeAtOnce();
    colourSurroundings();
  });
}

/** No part of the page is still on its way to its new colour while others have theirs. */
function changeAtOnce(): void {
  const { dataset } = document.documentElement;
  dataset.switching = "";
  requestAnimationFrame(() => requestAnimationFrame(() => delete dataset.switching));
}

/** Phones colour their own bars like the page. */
function colourSurroundings(): void {
  const colour = getComputedStyle(document.body).backgroundColor;
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    meta.content = colour;
  }
}
