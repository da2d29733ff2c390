/**
 * Judges a trace: whatever tells of a message on a socket has to begin after an fsync of the WAL has ended that began
 * after the transaction of the message was written.
 */

import type { Call } from "./trace.ts";

export interface Told {
  readonly id: string;
  readonly how: "acknowledged" | "delivered";
  /** The line of the trace in which the sending began. */
  readonly at: number;
}

export interface CommitOrder {
  readonly acknowledged: number;
  readonly delivered: number;
  /** Told before it was durable. */
  readonly violations: readonly Told[];
}

const isWal = ({ target }: Call) => target.endsWith("/parley.db-wal");
const isSync = ({ name, result }: Call) => (name === "fsync" || name === "fdatasync") && result === 0;
const latin1 = new TextDecoder("latin1");

export function commitOrder(calls: readonly Call[]): CommitOrder {
  const durable = durableLines(calls);
  const told = toldIn(calls);
  const count = (how: Told["how"]) => new Set(told.filter((one) => one.how === how).map(({ id }) => id)).size;
  return {
    acknowledged: count("acknowledged"),
    delivered: count("delivered"),
    violations: told.filter(({ id, at }) => at <= (durable.get(id) ?? Infinity)),
  };
}

/** The line in which each message became durable, by the `~id~` that its text begins with. */
function durableLines(calls: readonly Call[]): Map<string, number> {
  const syncs = calls.filter((call) => isWal(call) && isSync(call));
  const lines = new Map<string, number>();
  let written: string[] = [];
  let isCommit = false;
  for (const { data, ended } of calls.filter((call) => isWal(call) && call.data.length > 0)) {
    // A frame is a header of 24 bytes and a page; the header of a transaction's last frame says the size of the database.
    if (data.length === 24) {
      isCommit = new DataView(data.buffer, data.byteOffset).getUint32(4) > 0;
      continue;
    }
    for (const [, id] of latin1.decode(data).matchAll(/~([\w-]+)~/g)) if (!lines.has(id!)) written.push(id!);
    if (!isCommit) continue;
    const sync = syncs.find(({ began }) => began > ended);
    for (const id of written) lines.set(id, sync?.ended ?? Infinity);
    written = [];
  }
  return lines;
}

/** Each envelope on a socket that acknowledges or delivers a message, with the line in which its first byte was sent. */
export function toldIn(calls: readonly Call[]): Told[] {
  const told: Told[] = [];
  const pending = new Map<string, { text: string; at: number }>();
  const judge = (text: string, at: number) => {
    const [, stored] = /"code":"stored","reply_to":"([\w-]+)"/.exec(text) ?? [];
    const [, chat] = /"message":"~([\w-]+)~/.exec(text) ?? [];
    if (stored) told.push({ id: stored, how: "acknowledged", at });
    if (chat) told.push({ id: chat, how: "delivered", at });
  };
  for (const { target, data, began } of calls) {
    if (!target.startsWith("TCP") || data.length === 0) continue;
    const before = pending.get(target) ?? { text: "", at: began };
    const pieces = (before.text + latin1.decode(data)).split(/(?=\{"type":")/);
    const last = pieces.pop()!;
    pieces.forEach((piece, index) => judge(piece, index === 0 ? before.at : began));
    pending.set(target, { text: last, at: pieces.length === 0 ? before.at : began });
  }
  for (const { text, at } of pending.values()) judge(text, at);
  return told;
}
