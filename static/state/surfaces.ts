/** What is open beside or over the conversation. */

import { signal } from "@preact/signals";

/** The dialog that is open, if any. */
export type DialogName =
  | ""
  | "rooms"
  | "name"
  | "password"
  | "settings"
  | "switcher"
  | "shortcuts"
  | "logout";

export function isAccountDialog(name: DialogName): boolean {
  return name === "name" || name === "password" || name === "logout";
}

export const dialog = signal<DialogName>("");
/** The list of conversations, where it lies over the rest: on phones. */
export const isListOpen = signal(false);
export const showsMembers = signal(false);
/** The panel of an AI bot: beside the conversation where there is room for it. */
export const showsAi = signal(matchMedia("(min-width: 60.0625rem)").matches);

/** Goes to the newest message of what is open; set by what shows it. */
export const latest: { go: (() => void) | undefined } = { go: undefined };

/** What the switcher opens with: a sign that narrows what it offers, or nothing. */
export const switcherText = signal("");

export function openSwitcher(text = ""): void {
  switcherText.value = text;
  openDialog("switcher");
}

/** On phones a dialog takes the place of the list that it was opened from. */
export function openDialog(name: DialogName): void {
  isListOpen.value = false;
  dialog.value = name;
}

/** A dialog tells late that it was closed: another can be open by then, which stays. */
export function closeDialog(name: DialogName): void {
  if (dialog.value === name) dialog.value = "";
}

export function closeAll(): void {
  dialog.value = "";
  isListOpen.value = false;
  showsMembers.value = false;
}
