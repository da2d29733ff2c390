/** Sends a connection what its user missed, page by page, and makes it live in the turn in which it reaches the head. */

import { LIMITS } from "../protocol/message.ts";
import { Page } from "./chunk.ts";
import { messageJson, messageText } from "./encode.ts";
import type { Router } from "./router.ts";
import type { Session } from "./session.ts";
import type { Millis, Missed, Seq, StoredMessage } from "./store.ts";

/** Read from the store at once. */
const PAGE_MESSAGES = 200;
/** With so few left the connection goes live and what is said meanwhile waits behind them. */
const NEAR_HEAD = 200;

export interface CaughtUp {
  readonly count: number;
  /** Up to here the connection has everything; from here on all is live. */
  readonly seq: Seq;
}

export async function catchUp(
  router: Router,
  session: Session,
  from: { after: Seq; includeOwn: boolean; askedSince?: Millis },
): Promise<CaughtUp> {
  let rest = from;
  let count = 0;
  for (;;) {
    const missed = await router.store.missed(session.user.id, rest.after, rest);
    if (missed.gap) session.reply({ code: "gap", ...gapReply(missed.gap) });
    if (missed.seqs.length <= NEAR_HEAD) break;
    count += await sendPages(router, session, missed.seqs);
    // Without `askedSince`: those questions were among the first, and are not given twice.
    rest = { after: missed.head, includeOwn: from.includeOwn };
    if (session.isEnded) return { count, seq: rest.after };
  }
  session.goLive();
  const head = router.deliverer.deliveredSeq;
  const missed = await router.store.missed(session.user.id, rest.after, rest);
  count += await sendPages(router, session, missed.seqs.filter((seq) => seq <= head));
  session.givenSeq = Math.max(head, rest.after);
  return { count, seq: session.givenSeq };
}

async function sendPages(router: Router, session: Session, seqs: readonly Seq[]): Promise<number> {
  let count = 0;
  for (let at = 0; at < seqs.length && !session.isEnded; at += PAGE_MESSAGES) {
    const messages = await router.store.messagesBySeq(seqs.slice(at, at + PAGE_MESSAGES));
    for (const page of pages(messages.map((message) => storedLine(message, session)), messages)) {
      session.sendPage(page);
      await session.drained();
    }
    count += messages.length;
  }
  return count;
}

function* pages(lines: readonly string[], messages: readonly StoredMessage[]): Generator<Page> {
  let start = 0;
  let size = 0;
  for (let i = 0; i < lines.length; i++) {
    size += lines[i]!.length;
    if (size < LIMITS.replyBytes && i < lines.length - 1) continue;
    yield new Page(lines.slice(start, i + 1), messages[i]!.seq);
    start = i + 1;
    size = 0;
  }
}

function storedLine(message: StoredMessage, session: Session): string {
  return session.format === "json"
    ? messageJson(message, { stored: true })
    : messageText(message, session.user.name, true);
}

function gapReply(gap: NonNullable<Missed["gap"]>) {
  return {
    message: `More was missed than is sent at once. /history has the rest, from ${gap.from} to ${gap.to}.`,
    metadata: { from: gap.from, to: gap.to },
  };
}
