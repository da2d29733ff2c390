/** What tells of unread messages while the page is not looked at: its title, its icon, the badge of an installed one. */

import { useEffect } from "preact/hooks";
import type { Chat } from "../state/chat.ts";
import { badgedIcon } from "./badged_icon.ts";

export function usePageSigns(chat: Chat): void {
  const unread = chat.conversations.unread.value;
  const mentions = chat.conversations.mentions.value;
  const name = chat.conversations.current.value?.name;
  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread}) ` : ""}${name ? `${name} · ` : ""}Parley`;
    return () => {
      document.title = "Parley";
    };
  }, [unread, name]);
  useEffect(() => {
    showInIcon(unread > 0, mentions);
    showOnApp(unread > 0, mentions);
    return () => {
      showInIcon(false, 0);
      showOnApp(false, 0);
    };
  }, [unread > 0, mentions]);
}

/** A number where the reader is called, a dot where there is only something new. */
function showInIcon(isUnread: boolean, mentions: number): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (!link) return;
  link.dataset.plain ??= link.href;
  link.href = isUnread || mentions > 0 ? badgedIcon(mentions) : link.dataset.plain;
}

/** https://developer.mozilla.org/en-US/docs/Web/API/Badging_API: not every browser has it, and it may refuse. */
function showOnApp(isUnread: boolean, mentions: number): void {
  if (!("setAppBadge" in navigator)) return;
  const done = mentions > 0
    ? navigator.setAppBadge(mentions)
    : isUnread
    ? navigator.setAppBadge()
    : navigator.clearAppBadge();
  done.catch(() => {});
}
