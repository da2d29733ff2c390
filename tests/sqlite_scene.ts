/** A folder with a SqliteStore, for its tests. */

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { SqliteStore } from "../server/sqlite/sqlite_store.ts";

export const NOW = Date.parse("2026-11-21T10:00:00.000Z");

export class TemporaryFolder implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "parley-store-" });

  get database(): string {
    return `${this.path}/parley.db`;
  }

  /** Opens a store, lets it be used, and closes it. */
  async use<T>(work: (store: SqliteStore) => Promise<T>): Promise<T> {
    const store = await SqliteStore.open({ folder: this.path });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  }

  /** One query by a connection of its own, as with `sqlite3`. */
  query(sql: string, file = "parley.db"): Record<string, unknown>[] {
    using db = new DatabaseSync(`${this.path}/${file}`);
    return db.prepare(sql).all().map((row) => ({ ...row }));
  }

  /** Names and contents of the files that hold data. */
  contents(): Map<string, string> {
    const files = [...Deno.readDirSync(this.path)].filter(({ name }) => /\.db(-wal)?$/.test(name));
    return new Map(
      files.map(({ name }) => [name, Deno.readFileSync(`${this.path}/${name}`).toBase64()] as const)
        .filter(([, content]) => content !== ""),
    );
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** A room with one member, in which `lines` were said. */
export async function fill(store: SqliteStore, lines: readonly string[]) {
  const user = (await store.createUser({
    name: "alice",
    passwordHash: null,
    isBot: false,
    isGuest: false,
  })) ?? (await store.findUser("alice"))!;
  const room = await store.findOrMakeRoom("#tea", NOW);
  await store.join(room.id, user.id, NOW);
  const say = async (text: string) => {
    const [outcome] = await store.append([{
      conversationId: room.id,
      senderId: user.id,
      type: "chat",
      text,
      metadata: "{}",
      clientId: null,
      createdAt: NOW,
    }]);
    assert.equal(outcome?.status, "stored");
    return outcome.seq;
  };
  const seqs: number[] = [];
  for (const line of lines) seqs.push(await say(line));
  const find = async (words: string) =>
    (await store.search({ userId: user.id, words, limit: 50 })).messages.map(({ text }) => text);
  return { user, room, seqs, say, find };
}

export function overwrite(path: string, offset: number, length: number): void {
  using file = Deno.openSync(path, { write: true });
  file.seekSync(offset, Deno.SeekMode.Start);
  file.writeSync(new Uint8Array(length));
}
