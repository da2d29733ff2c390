/** Finds the mentions among what is unread and was not delivered to this page: the server counts only messages. */

import type { ChatClient } from "../../../client/chat_client.ts";
import type { Envelope } from "../../../protocol/message.ts";
import { type Conversations, readSeqOf, unreadIn } from "../conversations.ts";

/** Pages of what was found, newest first; a name that is said so often is not counted further back. */
const MOST_PAGES = 5;

/** @throws ConnectionLost (rejects), ChatError */
export async function findMissedMentions(client: ChatClient, conversations: Conversations): Promise<void> {
  const unread = conversations.all.value.filter((each) => each.kind === "room" && unreadIn(each) > 0);
  if (unread.length === 0) return;
  const oldest = Math.min(...unread.map(readSeqOf));
  let before = "";
  for (let page = 0; page < MOST_PAGES; page++) {
    const { metadata } = await client.command(`/find "${client.user}"${before}`);
    const found = metadata.messages as Envelope[];
    for (const message of found) conversations.noteMention(message, client.user);
    const last = found.at(-1)?.seq ?? 0;
    if (metadata.more !== true || last <= oldest) return;
    before = ` before=${last}`;
  }
}
