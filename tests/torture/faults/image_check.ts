/** Opens a data folder as the server would after a power cut, and compares what is in it with what was acknowledged. */

import { DatabaseSync } from "node:sqlite";
import { roomOf } from "./said_traffic.ts";
import { SqliteStore } from "../../../server/sqlite/sqlite_store.ts";

export interface Expected {
  /** The seq of each id that was acknowledged; 0 where it is not known. */
  readonly acknowledged: ReadonlyMap<string, number>;
  /** All texts that were ever said, by id. */
  readonly said: ReadonlyMap<string, string>;
  /** For the words of a failure. */
  readonly name: string;
}

export interface Verdict {
  readonly acknowledged: number;
  readonly lost: number;
  readonly doubled: number;
  readonly reordered: number;
  readonly phantom: number;
  /** Why it did not open, or is not sound. */
  readonly broken: string | null;
}

interface Row {
  readonly seq: number;
  readonly id: string;
  readonly text: string;
}

/** How many of the newest acknowledged ones are sent again. */
const AGAIN = 20;

export async function checkImage(folder: string, expected: Expected): Promise<Verdict> {
  const acknowledged = expected.acknowledged.size;
  const nothing = { acknowledged, lost: acknowledged, doubled: 0, reordered: 0, phantom: 0 };
  try {
    await sayAgain(folder, expected);
    const { rows, integrity } = read(folder);
    const broken = integrity === "ok" ? null : `${expected.name}: ${integrity}`;
    return { acknowledged, ...judge(rows, expected), broken };
  } catch (error) {
    return { ...nothing, broken: `${expected.name}: ${error instanceof Error ? error.message : error}` };
  }
}

/** By a store, which lets the index of ids be read too: what was stored is not stored again. */
async function sayAgain(folder: string, { acknowledged, said }: Expected): Promise<void> {
  const store = await SqliteStore.open({ folder });
  try {
    for (const id of [...acknowledged.keys()].slice(-AGAIN)) {
      const name = id.slice(0, id.indexOf("-"));
      const [sender, room] = [await store.findUser(name), await store.findRoom(roomOf(name))];
      // What is lost altogether is counted by its row.
      if (!sender || !room) continue;
      const message = { conversationId: room.id, senderId: sender.id, type: "chat", clientId: id } as const;
      await store.append([{ ...message, text: said.get(id)!, metadata: "{}", createdAt: 0 }]);
    }
  } finally {
    await store.close();
  }
}

function read(folder: string): { rows: Row[]; integrity: string } {
  using db = new DatabaseSync(`${folder}/parley.db`, { readOnly: true });
  return {
    integrity: String(db.prepare("PRAGMA integrity_check(1)").get()!.integrity_check),
    // What was sent again and is new says so by its time.
    rows: db.prepare("SELECT seq, client_id AS id, text FROM messages WHERE created_at > 0 ORDER BY seq")
      .all() as unknown as Row[],
  };
}

function judge(rows: readonly Row[], { acknowledged, said }: Expected) {
  const seqs = new Map(rows.map(({ id, seq }) => [id, seq]));
  const lost = [...acknowledged].filter(([id, seq]) => !seqs.has(id) || (seq > 0 && seqs.get(id) !== seq));
  return {
    lost: lost.length,
    doubled: rows.length - seqs.size,
    reordered: countReordered(rows),
    phantom: rows.filter(({ id, text }) => said.get(id) !== text).length,
  };
}

/** A sender numbers what it says. */
function countReordered(rows: readonly Row[]): number {
  const newest = new Map<string, number>();
  let reordered = 0;
  for (const { id } of rows) {
    const [sender = "", number = ""] = id.split("-");
    if (Number(number) <= (newest.get(sender) ?? 0)) reordered++;
    newest.set(sender, Number(number));
  }
  return reordered;
}
