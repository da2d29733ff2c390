/** How much room the page has. */

import { signal } from "@preact/signals";

/** As in the style sheets: there the list and the panels lie over the conversation. */
const narrow = matchMedia("(max-width: 48rem)");

export const isPhone = signal(narrow.matches);
narrow.addEventListener("change", ({ matches }) => isPhone.value = matches);
