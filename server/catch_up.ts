/** Sends a connection what its user missed, page by page, and makes it live in the turn in which it reaches the head. */

import type { Page } from "./chunk.ts";
import type { Receiver } from "./live.ts";
import type { Reply } from "./reply.ts";
import type { Millis, Missed, Seq, Store } from "./store.ts";
import type { StoredPages } from "./stored_pages.ts";

/** Read from the store at once. */
const PAGE_MESSAGES = 200;
/** With so few left the connection goes live and what is said meanwhile waits behind them. */
const NEAR_HEAD = 200;

/** What of the router it needs. */
export interface Source {
  readonly store: Pick<Store, "missed">;
  readonly storedPages: StoredPages;
  readonly deliverer: { readonly deliveredSeq: Seq };
}

/** The connection that catches up. */
export interface Latecomer extends Pick<Receiver, "format" | "isLive"> {
  readonly user: { readonly id: number; readonly name: string };
  readonly isEnded: boolean;
  /** The highest seq that was given to it, also of what is held back; it never goes down. */
  givenSeq: Seq;
  reply(reply: Reply): void;
  sendPage(page: Page): void;
  drained(): Promise<void>;
  /** From this turn on what is said is held back for it, until the present request has its reply. */
  goLive(): void;
}

/** What is given starts after `after`. */
export interface From {
  readonly after: Seq;
  readonly includeOwn: boolean;
  readonly askedSince?: Millis;
}

export interface CaughtUp {
  readonly count: number;
  /** Up to here the connection has everything; from here on all is live. */
  readonly seq: Seq;
}

/**
 * In the turn in which it goes live, delivery has reached some position: what is later is pushed and held back, what is not is
 * read from the store. So nothing comes twice, whatever is said meanwhile. A connection that is live already has been
 * pushed all of it, so that nothing may be read before that turn.
 */
export async function catchUp(source: Source, session: Latecomer, from: From): Promise<CaughtUp> {
  const { rest, count, near } = session.isLive
    ? { rest: from, count: 0, near: null }
    : await approach(source, session, from);
  if (session.isEnded) return { count, seq: rest.after };
  session.goLive();
  const head = source.deliverer.deliveredSeq;
  const seqs = near?.head === head
    ? near.seqs
    : upTo(head, (await source.store.missed(session.user.id, rest.after, rest)).seqs);
  const last = await sendPages(source, session, seqs);
  const seq = Math.max(head, rest.after);
  session.givenSeq = Math.max(session.givenSeq, seq);
  return { count: count + last, seq };
}

interface Approached {
  /** Where what is left begins. */
  readonly rest: From;
  readonly count: number;
  /** What is left as long as delivery has not gone on: one read less for each of those who come back to a quiet server. */
  readonly near: { readonly head: Seq; readonly seqs: readonly Seq[] } | null;
}

/** Sends most of it, until little is left. */
async function approach(source: Source, session: Latecomer, from: From): Promise<Approached> {
  let rest = from;
  let count = 0;
  while (!session.isEnded) {
    // What is committed and not delivered yet may still be pushed after the connection went live.
    const head = source.deliverer.deliveredSeq;
    const missed = await source.store.missed(session.user.id, rest.after, rest);
    if (missed.gap) session.reply({ code: "gap", ...gapReply(missed.gap) });
    const seqs = upTo(head, missed.seqs);
    if (seqs.length <= NEAR_HEAD) return { rest, count, near: { head, seqs } };
    count += await sendPages(source, session, seqs);
    // Without `askedSince`: those questions were among the first, and are not given twice.
    rest = { after: Math.max(head, rest.after), includeOwn: from.includeOwn };
  }
  return { rest, count, near: null };
}

function upTo(head: Seq, seqs: readonly Seq[]): readonly Seq[] {
  return seqs.filter((seq) => seq <= head);
}

async function sendPages(source: Source, session: Latecomer, seqs: readonly Seq[]): Promise<number> {
  let count = 0;
  for (let at = 0; at < seqs.length && !session.isEnded; at += PAGE_MESSAGES) {
    const run = await source.storedPages.read(seqs.slice(at, at + PAGE_MESSAGES));
    for (const page of run.pages(session.format, session.user.name)) {
      session.sendPage(page);
      await session.drained();
    }
    count += run.length;
  }
  return count;
}

function gapReply(gap: NonNullable<Missed["gap"]>) {
  return {
    message: `More was missed than is sent at once. /history has the rest, from ${gap.from} to ${gap.to}.`,
    metadata: { from: gap.from, to: gap.to },
  };
}
