/** What is kept of a user's conversations beside their messages. */

import { conversationName, isFeed } from "../keys.ts";
import type { Chat } from "../chat.ts";
import type { Conversation, Row } from "../conversations.ts";
import type { Overview } from "./kept_records.ts";

/** All but whose it is and of which log, which the copy knows. */
export type OverviewParts = Omit<Overview, "user" | "epoch">;

/** Reads the signals whose change is worth keeping. */
export function watchOverview({ conversations, me }: Chat): void {
  void conversations.all.value;
  void conversations.currentName.value;
  void me.value;
}

export function overviewOf({ conversations, me, isProtected, isGuest, presence }: Chat): OverviewParts {
  return {
    name: me.value,
    isProtected: isProtected.value,
    isGuest: isGuest.value,
    current: conversations.currentName.value,
    rows: rowsOf(conversations.all.value),
    bots: presence.people.value.filter(({ bot }) => bot).map(({ user }) => user),
  };
}

/** The conversations as the server listed them, or would. */
function rowsOf(conversations: readonly Conversation[]): Row[] {
  return conversations.flatMap(({ name, kind, markers }) => {
    const none = { source: name, lastSeq: 0, readSeq: 0, unread: 0 };
    return (markers.length > 0 ? markers : [none]).map(({ source, lastSeq, readSeq, unread }) => ({
      destination: conversationName(source),
      kind: isFeed(source) ? "feed" as const : kind,
      last_seq: lastSeq,
      read_seq: readSeq,
      unread,
    }));
  });
}
