/** The ids that senders give: known for good, also while the table of them lags behind the log. */

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { addToColumns, noColumns, outcomeOf } from "../server/sqlite/message_columns.ts";
import { runBatch } from "../server/sqlite/batch.ts";
import { ClientIds } from "../server/sqlite/client_ids.ts";
import { ClientIdHash } from "../server/sqlite/client_id_hash.ts";
import { openForWriting } from "../server/sqlite/open_database.ts";
import { APPLICATION_ID, MIGRATIONS } from "../server/sqlite/schema.ts";
import type { Appended } from "../server/store.ts";
import { WriteOperations } from "../server/sqlite/write_operations.ts";
import { FillingDisk } from "./filling_disk.ts";

const NOW = Date.parse("2026-11-21T10:00:00.000Z");
const BATCH = 5000;

class TemporaryFolder implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "parley-ids-" });

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** The log as the writer sees it, with one user and one room. */
class Log implements Disposable {
  readonly db: DatabaseSync;
  readonly sql: FillingDisk;
  readonly #operations: WriteOperations;
  readonly #senderId: number;
  readonly #conversationId: number;
  /** Whether a part of the table goes into the filter after each batch, as the writer has it. */
  fillsFilter = true;

  constructor(folder: TemporaryFolder) {
    this.db = openForWriting({ folder: folder.path, synchronous: "NORMAL" });
    this.sql = new FillingDisk(this.db);
    this.#operations = new WriteOperations(this.sql);
    this.#operations.clientIds.catchUp();
    this.#senderId = this.#operations.findOrReserveUser("alice", NOW).id;
    this.#conversationId = this.#operations.findOrMakeRoom("#tea", NOW).id;
  }

  /** Seqs of what was stored, or what else became of it. */
  append(
    ids: readonly (string | null)[],
    options: { conversationId?: number } = {},
  ): (number | Appended["status"] | "failed")[] {
    const rows = noColumns();
    for (const clientId of ids) {
      addToColumns(rows, {
        conversationId: options.conversationId ?? this.#conversationId,
        senderId: this.#senderId,
        type: "chat",
        text: "hello",
        metadata: "{}",
        clientId,
        createdAt: NOW,
      });
    }
    const { appended, failures } = runBatch(this.#operations, { writes: [ids.length], rows });
    if (this.fillsFilter && this.#operations.clientIds.isFilterBehind) this.fillFilter();
    if (failures.size > 0) return ["failed"];
    return ids.map((_, row) => {
      const outcome = outcomeOf(appended, row);
      return outcome.status === "stored" ? outcome.seq : outcome.status;
    });
  }

  /** @returns whether more is left to fill */
  fillFilter(): boolean {
    const { clientIds } = this.#operations;
    clientIds.fillFilter();
    return clientIds.isFilterBehind;
  }

  appendMany(from: number, count: number): void {
    for (let at = from; at < from + count; at += BATCH) {
      const seqs = this.append(Array.from({ length: BATCH }, (_, index) => `id-${at + index}`));
      assert.ok(seqs.every((seq) => typeof seq === "number"));
    }
  }

  get merged(): number {
    return Number(this.db.prepare("SELECT value FROM meta WHERE key = 'client_ids_seq'").get()!.value);
  }

  get tableSize(): number {
    return Number(this.db.prepare("SELECT count(*) AS count FROM client_ids").get()!.count);
  }

  get head(): number {
    return Number(this.db.prepare("SELECT max(seq) AS head FROM messages").get()!.head);
  }

  [Symbol.dispose](): void {
    this.db.close();
  }
}

Deno.test("an id is known wherever its message is: in the table, on the way there, in memory, after a restart", () => {
  using folder = new TemporaryFolder();
  const samples = [0, 1, 65_535, 65_536, 70_000, 131_071, 131_072, 150_000, 199_999].map((n) => `id-${n}`);
  const seen = new Set<string>();
  {
    using log = new Log(folder);
    for (let from = 0; from < 200_000; from += BATCH) {
      log.appendMany(from, BATCH);
      seen.add(log.merged === 0 ? "nothing merged" : log.tableSize > log.merged ? "half merged" : "merged");
      const known = samples.filter((id) => Number(id.slice(3)) < from + BATCH);
      assert.deepEqual(new Set(log.append(known)), new Set(["duplicate"]), `after ${from}`);
    }
    assert.deepEqual(seen, new Set(["nothing merged", "half merged", "merged"]));
    assert.ok(log.merged > 0 && log.merged < log.head);
  }
  using log = new Log(folder);
  assert.deepEqual(new Set(log.append(samples)), new Set(["duplicate"]));
  assert.deepEqual(log.append(["new", null, null, "new"]), [200_001, 200_002, 200_003, "duplicate"]);
});

Deno.test("ids of a batch that was rolled back are free again", () => {
  using folder = new TemporaryFolder();
  using log = new Log(folder);
  log.append(["kept"]);
  const nowhere = { conversationId: 4711 };
  const { page_count: pages } = log.db.prepare("PRAGMA page_count").get()!;
  log.db.exec(`PRAGMA max_page_count = ${pages}`);
  const ids = Array.from({ length: 5000 }, (_, index) => `id-${index}`);
  assert.throws(() => log.append(ids));
  log.db.exec("PRAGMA max_page_count = 100000");
  assert.deepEqual(log.append(["one"], nowhere), ["failed"]);
  const [kept, ...others] = log.append(["kept", "one", ...ids]);
  assert.equal(kept, "duplicate");
  assert.deepEqual(others, Array.from({ length: 5001 }, (_, index) => index + 2));
});

Deno.test("a disk that is full while ids are merged loses none of them", () => {
  using folder = new TemporaryFolder();
  using log = new Log(folder);
  log.appendMany(0, 70_000);
  log.sql.left = 0;
  for (let round = 0; round < 3; round++) assert.throws(() => log.appendMany(70_000, BATCH));
  log.sql.left = Infinity;
  log.appendMany(70_000, 50_000);
  assert.equal(log.merged, 75_000);
  const known = Array.from({ length: 70_000 }, (_, n) => `id-${n}`);
  assert.deepEqual(new Set(log.append(known)), new Set(["duplicate"]));
});

Deno.test("what another process stored is known too", () => {
  using folder = new TemporaryFolder();
  using server = new Log(folder);
  server.append(["ours"]);
  using tool = new Log(folder);
  assert.deepEqual(tool.append(["ours", "theirs"]), ["duplicate", 2]);
  assert.deepEqual(server.append(["theirs", "ours", "next"]), ["duplicate", "duplicate", 3]);
});

Deno.test("an id in the table is known before, while and after the filter is filled, and when it is made anew", () => {
  using folder = new TemporaryFolder();
  makeFirstVersion(`${folder.path}/parley.db`, 140_000);
  using log = new Log(folder);
  log.fillsFilter = false;
  const old = Array.from({ length: 140 }, (_, n) => `old-${1 + n * 1000}`);
  // One at a time: with one that is found, those beside it in a batch are looked for too.
  const areKnown = (ids: readonly string[]) => {
    for (const id of ids) assert.deepEqual(log.append([id]), ["duplicate"], id);
  };
  areKnown(old);
  let parts = 0;
  while (log.fillFilter()) {
    parts += 1;
    areKnown(old);
  }
  assert.ok(parts > 10, `${parts}`);
  areKnown(old);
  {
    using tool = new Log(folder);
    tool.appendMany(0, 70_000);
    tool.appendMany(70_000, 70_000);
    assert.ok(tool.tableSize > 200_000);
  }
  const theirs = Array.from({ length: 140 }, (_, n) => `id-${n * 1000}`);
  log.fillFilter();
  areKnown(theirs);
  while (log.fillFilter());
  areKnown([...theirs, ...old]);
  // Its own grow beyond what the filter is for.
  log.fillsFilter = true;
  log.appendMany(140_000, 300_000);
  areKnown([...old, "id-140000", "id-200000", "id-439999"]);
});

Deno.test("two ids with one hash are two ids", () => {
  using folder = new TemporaryFolder();
  using log = new Log(folder);
  log.fillsFilter = false;
  const [first] = log.append(["first"]);
  const key = log.db.prepare("SELECT value FROM meta WHERE key = 'client_ids_key'").get()!.value as string;
  const hash = new ClientIdHash(key);
  log.db.prepare("INSERT INTO client_ids VALUES (?, ?)").run(hash.of(1, "second"), first as number);
  assert.deepEqual(log.append(["second", "second", "first"]), [2, "duplicate", "duplicate"]);
});

Deno.test("a hash depends on the key, the sender and all of the id, and fits six bytes", () => {
  const hash = new ClientIdHash("0123456789abcdef");
  const other = new ClientIdHash("0123456789abcdee");
  const ids = ["", "a", "aa", "ab", "ba", "\0", "a\0", "abc", "abcd"];
  const hashes = [1, 2, 2 ** 32 + 1].flatMap((sender) => ids.map((id) => hash.of(sender, id)));
  hashes.push(...ids.map((id) => other.of(1, id)));
  for (let n = 0; n < 50_000; n++) hashes.push(hash.of(3, `id-${n}`));
  assert.equal(new Set(hashes).size, hashes.length);
  assert.ok(hashes.every((value) => Number.isInteger(value) && Math.abs(value) <= 2 ** 47));
  assert.ok(hashes.some((value) => value < 0) && hashes.some((value) => value > 2 ** 46));
  assert.equal(hash.of(1, "abc"), hashes[7]);
});

for (const count of [3, 140_000]) {
  Deno.test(`a database of the first version is brought to the present one, with its ${count} messages`, () => {
    using folder = new TemporaryFolder();
    makeFirstVersion(`${folder.path}/parley.db`, count);
    using log = new Log(folder);
    assert.equal(log.db.prepare("PRAGMA user_version").get()!.user_version, MIGRATIONS.length);
    assert.equal(log.tableSize, count > 100_000 ? count : 0);
    assert.deepEqual(log.append(["old-1", `old-${count}`, "new"]), ["duplicate", "duplicate", count + 1]);
    assert.deepEqual(log.append(["old-2"], { conversationId: 2 }), ["conflict"]);
    assert.deepEqual(log.db.prepare("PRAGMA integrity_check").all().map((row) => ({ ...row })), [
      { integrity_check: "ok" },
    ]);
  });
}

Deno.test("a migration that fails in the middle has changed nothing, and is done by the next start", () => {
  using folder = new TemporaryFolder();
  const path = `${folder.path}/parley.db`;
  makeFirstVersion(path, 3);
  using db = new DatabaseSync(path);
  const indexes = () =>
    db.prepare("SELECT name FROM sqlite_schema WHERE name = 'messages_by_client_id'").all().length;
  db.exec("CREATE TABLE client_ids (x)");
  assert.throws(() => new Log(folder), { message: /^[^\n]*parley\.db cannot be opened[^\n]*$/ });
  assert.equal(indexes(), 1);
  assert.equal(db.prepare("PRAGMA user_version").get()!.user_version, 1);
  db.exec("DROP TABLE client_ids");
  using log = new Log(folder);
  assert.deepEqual(log.append(["old-1", "new"]), ["duplicate", 4]);
  assert.equal(indexes(), 0);
});

Deno.test("bringing ids into the table goes on where it was broken off", () => {
  using folder = new TemporaryFolder();
  makeFirstVersion(`${folder.path}/parley.db`, 300_000);
  {
    using db = openForWriting({ folder: folder.path, synchronous: "NORMAL" });
    const disk = new FillingDisk(db);
    disk.left = 1;
    assert.throws(() => new ClientIds(disk).catchUp(100_000), { message: "full" });
    assert.equal(db.prepare("SELECT count(*) AS count FROM client_ids").get()!.count, 100_000);
  }
  using log = new Log(folder);
  assert.deepEqual([log.merged, log.tableSize], [300_000, 300_000]);
  const ids = Array.from({ length: 300 }, (_, index) => `old-${index * 1000 + 1}`);
  assert.deepEqual(new Set(log.append(ids)), new Set(["duplicate"]));
});

const SPOILINGS = [
  "UPDATE meta SET value = '' WHERE key = 'client_ids_key'",
  "UPDATE meta SET value = '0123456789abcdef' WHERE key = 'client_ids_key'",
  "DELETE FROM meta WHERE key LIKE 'client_ids_%'",
  "UPDATE meta SET value = 'x' WHERE key = 'client_ids_seq'",
];

for (const spoiling of SPOILINGS) {
  Deno.test(`ids are read again from the log after: ${spoiling}`, () => {
    using folder = new TemporaryFolder();
    makeFirstVersion(`${folder.path}/parley.db`, 140_000);
    {
      using log = new Log(folder);
      assert.deepEqual(log.append(["old-1", "later"]), ["duplicate", 140_001]);
      log.db.exec(spoiling);
    }
    using log = new Log(folder);
    assert.deepEqual(new Set(log.append(["old-1", "old-140000", "later"])), new Set(["duplicate"]));
    assert.deepEqual(log.append(["new"]), [140_002]);
  });
}

function makeFirstVersion(path: string, messages: number): void {
  using db = new DatabaseSync(path);
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA application_id = ${APPLICATION_ID}; ${MIGRATIONS[0]}
    PRAGMA user_version = 1;
    INSERT INTO users VALUES (1, 'alice', 'alice', 'placeholder', 0, NULL, 0, 0, 0);
    INSERT INTO conversations VALUES (1, 'room', '#tea', '#tea', NULL, NULL, 0);
    INSERT INTO conversations VALUES (2, 'room', '#two', '#two', NULL, NULL, 0);
    WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ${messages})
    INSERT INTO messages (conversation_id, sender_id, type, text, metadata, client_id, created_at)
    SELECT 1, 1, 'chat', 'hello', '{}', 'old-' || n, 0 FROM n;`);
}
