/** Listens to the keys of the whole page and does what the table of shortcuts says. */

import { useLayoutEffect } from "preact/hooks";
import type { Chat } from "../state/chat.ts";
import { neighbour } from "../state/finding/sections.ts";
import { type Action, actionOf } from "../state/finding/shortcuts.ts";
import { isListOpen, latest, openDialog, openSwitcher, showsMembers } from "../state/surfaces.ts";
import { tell } from "../state/toast.ts";
import { drawNow } from "./draw_now.ts";

export function usePageKeys(chat: Chat): void {
  useLayoutEffect(() => {
    const listen = (event: KeyboardEvent) => onKey(chat, event);
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [chat]);
}

/** What has the focus comes first: a key that it took is taken. A dialog keeps all keys to itself. */
function onKey(chat: Chat, event: KeyboardEvent): void {
  if (event.defaultPrevented || document.querySelector("dialog:modal")) return;
  const action = actionOf(event, isTyping(event.target));
  if (!action) return;
  event.preventDefault();
  drawNow(() => ACTIONS[action](chat));
}

const ACTIONS: Readonly<Record<Action, (chat: Chat) => void>> = {
  switcher: () => openSwitcher(),
  search: (chat) => chat.search.open(),
  sheet: () => openDialog("shortcuts"),
  escape,
  previous: (chat) => goTo(chat, neighbour(chat, -1, "any")),
  next: (chat) => goTo(chat, neighbour(chat, 1, "any")),
  "previous unread": (chat) => goToUnread(chat, -1),
  "next unread": (chat) => goToUnread(chat, 1),
  members: (chat) => {
    if (chat.conversations.current.value?.kind === "room") showsMembers.value = !showsMembers.value;
  },
};

function goTo(chat: Chat, name: string | undefined): void {
  if (name !== undefined) chat.open(name);
}

function goToUnread(chat: Chat, step: 1 | -1): void {
  const name = neighbour(chat, step, "unread");
  if (name === undefined) tell("Nothing else is unread");
  else chat.open(name);
}

/** Closes what is open; where nothing is, goes to the message field, and from there to the latest message. */
function escape(chat: Chat): void {
  const area = document.querySelector<HTMLElement>("textarea[name=message]");
  if (isListOpen.value) isListOpen.value = false;
  else if (showsMembers.value && document.activeElement?.closest(".panel-members")) {
    showsMembers.value = false;
    area?.focus();
  } else if (chat.search.isOpen.value) {
    chat.search.close();
    area?.focus();
  } else if (document.activeElement !== area) area?.focus();
  else latest.go?.();
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}
