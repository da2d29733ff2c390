/** What the page can do, by name, for those who look for it in the switcher. */

import { scheme, theme } from "../appearance.ts";
import type { Chat } from "../chat.ts";
import { isRoom } from "../keys.ts";
import { logOut } from "../session.ts";
import { isListOpen, openDialog, showsMembers } from "../surfaces.ts";
import { leave } from "../membership.ts";
import { checkStored } from "../account.ts";

export interface PageCommand {
  readonly name: string;
  /** What else it may be looked for under. */
  readonly also: string;
  /** As in the table of shortcuts. */
  readonly keys?: string;
  readonly run: () => void;
}

export function pageCommands(chat: Chat): readonly PageCommand[] {
  return [...commandsHere(chat), ...commandsAnywhere(chat)];
}

function commandsAnywhere(chat: Chat): readonly PageCommand[] {
  return [
    { name: "Search messages", also: "find", keys: "Mod+Shift+F", run: () => chat.search.open() },
    { name: "Browse rooms", also: "join create new room", run: () => openDialog("rooms") },
    { name: "Keyboard shortcuts", also: "keys help", keys: "Mod+/", run: () => openDialog("shortcuts") },
    { name: "Settings", also: "preferences options theme notifications", run: () => openDialog("settings") },
    ...lookCommands(),
    { name: "Stored messages", also: "check", run: () => void chat.attempt(() => checkStored(chat)) },
    { name: "Change name", also: "nick rename account", run: () => openDialog("name") },
    {
      name: chat.isProtected.value ? "Change password" : "Set a password",
      also: "account",
      run: () => openDialog("password"),
    },
    { name: "Log out", also: "quit sign out exit", run: logOut },
  ];
}

/** From what is to be seen now to the other. */
function lookCommands(): readonly PageCommand[] {
  const isSketch = theme.value.value === "sketch";
  const isDark = scheme.value.value === "dark" ||
    scheme.value.value === "system" && matchMedia("(prefers-color-scheme: dark)").matches;
  return [
    {
      name: isSketch ? "Toggle theme: calm" : "Toggle theme: hand-drawn",
      also: "look design sketch",
      run: () => theme.set(isSketch ? "calm" : "sketch"),
    },
    {
      name: isDark ? "Toggle colours: light" : "Toggle colours: dark",
      also: "dark mode light mode night",
      run: () => scheme.set(isDark ? "light" : "dark"),
    },
  ];
}

/** What concerns the open room. */
function commandsHere(chat: Chat): readonly PageCommand[] {
  const name = chat.conversations.currentName.value;
  if (!isRoom(name)) return [];
  const toggleMembers = () => {
    isListOpen.value = false;
    showsMembers.value = !showsMembers.value;
  };
  return [
    { name: `Members of ${name}`, also: "people who", keys: "Alt+M", run: toggleMembers },
    { name: `Leave ${name}`, also: "part", run: () => void chat.attempt(() => leave(chat, name)) },
  ];
}
