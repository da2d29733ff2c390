/** What a user does with the account: another name, a password, and what was kept for it. */

import type { Chat } from "./chat.ts";

/** @throws ChatError */
export async function rename(chat: Chat, name: string): Promise<void> {
  await chat.client.command(`/nick ${name}`);
  chat.userRenamed(chat.me.value, chat.client.user);
}

/** @throws ChatError, and where the password holds spaces */
export async function setPassword(chat: Chat, next: string, old: string): Promise<void> {
  // The command's arguments are divided by white space.
  if (/\s/.test(next)) throw new Error("A password cannot hold spaces here. Choose one without.");
  await chat.client.command(`/password ${next}${old === "" ? "" : ` ${old}`}`);
  chat.isProtected.value = true;
}

/** Has what was kept for this user delivered, and says how much it was. */
export async function checkStored(chat: Chat): Promise<void> {
  const { message } = await chat.client.command("/check");
  chat.notice(message);
}

/** What this browser alone has of what the user wrote, in words. */
export function losses({ unsent, typed }: Chat): string[] {
  const drafts = typed.conversations.length;
  return [
    ...unsent.count > 0
      ? [unsent.count === 1 ? "1 message that is not sent" : `${unsent.count} messages that are not sent`]
      : [],
    ...drafts > 0 ? [drafts === 1 ? "1 draft" : `${drafts} drafts`] : [],
  ];
}
