import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { Clock } from "../server/clock.ts";
import { GroupCommit } from "../server/sqlite/group_commit.ts";
import { noColumns } from "../server/sqlite/message_columns.ts";
import { runBatch } from "../server/sqlite/batch.ts";
import { openForWriting } from "../server/sqlite/open_database.ts";
import { APPLICATION_ID } from "../server/sqlite/schema.ts";
import { faultOf } from "../server/sqlite/sqlite_errors.ts";
import { SqliteStore } from "../server/sqlite/sqlite_store.ts";
import { Statements } from "../server/sqlite/statements.ts";
import { StoreOpenError } from "../server/sqlite/store_open_error.ts";
import { WriteOperations } from "../server/sqlite/write_operations.ts";
import { FillingDisk } from "./filling_disk.ts";
import { FakeClock } from "./fake_clock.ts";
import { testStore } from "./store_contract.ts";
import { fill, NOW, overwrite, TemporaryFolder } from "./sqlite_scene.ts";

testStore("SqliteStore", async (clock: Clock) => {
  const folder = new TemporaryFolder();
  const store = await SqliteStore.open({ folder: folder.path, clock });
  return {
    store,
    async [Symbol.asyncDispose]() {
      await store.close();
      folder[Symbol.dispose]();
    },
  };
});

// ---- what outlives a restart ----

Deno.test("SqliteStore keeps the log and its epoch when it is opened again", async () => {
  using folder = new TemporaryFolder();
  const first = await folder.use(async (store) => ({
    ...await fill(store, ["one", "two"]),
    epoch: store.epoch,
  }));
  await folder.use(async (store) => {
    assert.equal(store.epoch, first.epoch);
    const { messages } = await store.history({ conversationId: first.room.id, limit: 9 });
    assert.deepEqual(messages.map(({ text }) => text), ["one", "two"]);
    assert.deepEqual((await fill(store, ["three"])).seqs, [first.seqs[1]! + 1]);
  });
  using other = new TemporaryFolder();
  await other.use((store) => Promise.resolve(assert.notEqual(store.epoch, first.epoch)));
});

Deno.test("SqliteStore never uses a seq again, even when the last messages were deleted by hand", async () => {
  using folder = new TemporaryFolder();
  const { seqs } = await folder.use((store) => fill(store, ["one", "two"]));
  folder.query("DELETE FROM messages");
  const again = await folder.use((store) => fill(store, ["three"]));
  assert.equal(again.seqs[0], seqs[1]! + 1);
});

Deno.test("SqliteStore leaves nothing in the WAL when it is closed", async () => {
  using folder = new TemporaryFolder();
  await folder.use((store) => fill(store, ["one"]));
  assert.deepEqual([...folder.contents().keys()].sort(), ["parley.db", "search.db"]);
});

Deno.test("SqliteStore shows people with sqlite3 the log in a view", async () => {
  using folder = new TemporaryFolder();
  await folder.use(async (store) => {
    const { user, seqs } = await fill(store, ["hello"]);
    const bob = await store.findOrReserveUser("bob");
    const direct = await store.findOrMakeDirect(bob.id, user.id, NOW);
    const feed = await store.findOrMakeFeed(user.id, NOW);
    for (const conversation of [direct, feed]) {
      await store.append([{
        conversationId: conversation.id,
        senderId: user.id,
        type: "chat",
        text: "x",
        metadata: "{}",
        clientId: null,
        createdAt: NOW,
      }]);
    }
    assert.equal(seqs[0], 1);
  });
  const time = "2026-11-21 10:00:00";
  assert.deepEqual(folder.query("SELECT * FROM chat_log"), [
    { seq: 1, time, room: "#tea", sender: "alice", text: "hello" },
    { seq: 2, time, room: "bob", sender: "alice", text: "x" },
    { seq: 3, time, room: "alice/feed", sender: "alice", text: "x" },
  ]);
  assert.deepEqual(folder.query("SELECT DISTINCT typeof(created_at) AS type FROM messages"), [{
    type: "integer",
  }]);
});

Deno.test("SqliteStore loses nothing that was acknowledged when its process is killed", async () => {
  using folder = new TemporaryFolder();
  for (const acknowledgements of [1, 500, 3000]) {
    const acknowledged = await appendUntilKilled(folder.path, acknowledgements);
    await folder.use(async (store) => {
      for (let from = 0; from < acknowledged.length; from += 1000) {
        const part = acknowledged.slice(from, from + 1000);
        const messages = await store.messagesBySeq(part.map(({ seq }) => seq));
        assert.deepEqual(messages.map(({ clientId }) => clientId), part.map(({ id }) => id));
        assert.ok(messages.every(({ text, clientId }) => text === `text of ${clientId}`));
      }
    });
  }
  assert.deepEqual(folder.query("PRAGMA integrity_check"), [{ integrity_check: "ok" }]);
});

Deno.test("SqliteStore does not write on behind what a crash left in the WAL", async () => {
  using folder = new TemporaryFolder();
  await appendUntilKilled(folder.path, 10);
  const before = saltsOf(folder);
  await folder.use(async (store) => {
    await fill(store, ["after the crash"]);
    assert.notEqual(saltsOf(folder), before);
  });
});

/** What the frames of one round through the WAL have in common. */
function saltsOf({ database }: TemporaryFolder): string {
  return Deno.readFileSync(`${database}-wal`).subarray(16, 24).toHex();
}

/** Starts a process that appends, kills it after so many acknowledgements, and returns all that it printed. */
async function appendUntilKilled(folder: string, acknowledgements: number) {
  const child = spawnAppending(folder);
  let printed = "";
  let isKilled = false;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    printed += text;
    if (isKilled || printed.split("\n").length <= acknowledgements) continue;
    isKilled = true;
    child.kill("SIGKILL");
  }
  assert.equal((await child.status).signal, "SIGKILL");
  const lines = printed.split("\n").slice(0, -1).map((line) => line.split(" "));
  return lines.map(([seq, id]) => ({ seq: Number(seq), id: id! }));
}

/** With the permissions that the server has. */
function spawnAppending(folder: string): Deno.ChildProcess {
  const program = new URL("appending_process.ts", import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-read", "--allow-write", program, folder],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

// ---- refusals ----

interface Refusal {
  readonly title: string;
  readonly spoil: (folder: TemporaryFolder) => void;
  readonly words: RegExp;
}

const REFUSALS: readonly Refusal[] = [
  {
    title: "a file that is no database",
    spoil: (folder) => Deno.writeTextFileSync(folder.database, "not a database, ".repeat(1000)),
    words: /parley\.db is damaged, or not a SQLite database\. Restore a backup, or move the file away\.$/,
  },
  {
    title: "a file too short for a header",
    spoil: (folder) => Deno.writeTextFileSync(folder.database, "SQLite format 3\0"),
    words: /parley\.db is damaged, or not a SQLite database/,
  },
  {
    title: "another program's database",
    spoil: (folder) => {
      Deno.removeSync(folder.database);
      folder.query("CREATE TABLE their_data (x)");
    },
    words:
      /parley\.db is a database of another program\. Choose another data folder, or move the file away\.$/,
  },
  {
    title: "a newer schema",
    spoil: (folder) => void folder.query("PRAGMA user_version = 99"),
    words:
      /parley\.db was written by a newer Parley \(schema 99, this one knows \d+\)\. Start the newer one\.$/,
  },
  {
    title: "a damaged page",
    spoil: (folder) => overwrite(folder.database, 4096 * 8, 4096 * 3),
    words: /parley\.db is damaged \(.*\)\. Restore a backup, or save what is left/,
  },
  {
    title: "a zeroed header",
    spoil: (folder) => overwrite(folder.database, 0, 100),
    words: /parley\.db is damaged, or not a SQLite database/,
  },
  {
    title: "a file that was cut off",
    spoil: (folder) => Deno.truncateSync(folder.database, 4096 * 5),
    words: /parley\.db is damaged \(it has 20480 bytes instead of \d+\)/,
  },
  {
    title: "a WAL without its database",
    spoil: (folder) => Deno.renameSync(folder.database, folder.database + "-wal"),
    words: /parley\.db is missing or empty, but .*parley\.db-wal holds messages/,
  },
];

for (const { title, spoil, words } of REFUSALS) {
  Deno.test(`SqliteStore refuses ${title} in one line, and rewrites nothing`, async () => {
    using folder = new TemporaryFolder();
    await folder.use((store) => fill(store, Array.from({ length: 300 }, (_, index) => `line ${index}`)));
    spoil(folder);
    const before = folder.contents();
    await assert.rejects(SqliteStore.open({ folder: folder.path }), isOpenError(words));
    assert.deepEqual(folder.contents(), before);
  });
}

function isOpenError(words: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof StoreOpenError, String(error));
    assert.match(error.message, words);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  };
}

Deno.test("SqliteStore refuses a folder that does not exist, and one that is a file", async () => {
  using folder = new TemporaryFolder();
  const missing = SqliteStore.open({ folder: `${folder.path}/missing` });
  await assert.rejects(missing, isOpenError(/missing does not exist\. Make the folder first\.$/));
  Deno.writeTextFileSync(`${folder.path}/file`, "");
  const file = SqliteStore.open({ folder: `${folder.path}/file` });
  await assert.rejects(file, isOpenError(/file is not a folder\. Choose another data folder\.$/));
  const tool = SqliteStore.open({ folder: `${folder.path}/missing`, isServer: false });
  await assert.rejects(tool, isOpenError(/missing\/parley\.db cannot be opened \(.*\)\. Check that/));
});

Deno.test("SqliteStore refuses a second server on the folder, naming the first, but not a tool beside it", async () => {
  using folder = new TemporaryFolder();
  await folder.use(async (store) => {
    const { find, say } = await fill(store, ["said by the server"]);
    const second = SqliteStore.open({ folder: folder.path });
    await assert.rejects(
      second,
      isOpenError(new RegExp(`in use by another server \\(process ${Deno.pid}\\)`)),
    );

    const tool = await SqliteStore.open({ folder: folder.path, isServer: false });
    const bot = await tool.createUser({ name: "bot", passwordHash: null, isBot: true, isGuest: false });
    await tool.addToken(bot!.id, "token", NOW);
    await tool.close();
    assert.equal((await store.findToken("token", NOW))?.name, "bot");
    await say("and again");
    assert.equal((await find("again")).length, 1);
  });
  await folder.use(() => Promise.resolve());
});

Deno.test("SqliteStore takes over the folder of a server that was killed", async () => {
  using folder = new TemporaryFolder();
  await appendUntilKilled(folder.path, 1);
  await folder.use((store) => store.check());
});

Deno.test("SqliteStore brings a database without tables to the present schema", async () => {
  using folder = new TemporaryFolder();
  folder.query(`PRAGMA application_id = ${APPLICATION_ID}`);
  await folder.use((store) => fill(store, ["hello"]));
  assert.equal(folder.query("SELECT * FROM chat_log").length, 1);
});

// ---- faults while it runs ----

Deno.test("SqliteStore says so when it does not answer, and goes on when it can again", async () => {
  using folder = new TemporaryFolder();
  const clock = new FakeClock();
  const store = await SqliteStore.open({ folder: folder.path, clock });
  using other = new DatabaseSync(folder.database);
  other.exec("BEGIN IMMEDIATE");
  const check = store.check();
  await clock.armed(5000);
  clock.advance(5000);
  await assert.rejects(check, { name: "ChatError", code: "store_unavailable" });
  other.exec("ROLLBACK");
  await store.check();
  assert.equal(clock.pending, 0);
  await store.close();
});

Deno.test("a batch fails as a whole on a full disk, changes nothing, and the next one goes on", () => {
  using folder = new TemporaryFolder();
  using db = openForWriting({ folder: folder.path, synchronous: "FULL" });
  const operations = new WriteOperations(new Statements(db));
  const save = (count: number) =>
    runBatch(operations, {
      writes: Array.from({ length: count }, (_, index) => ["findOrMakeRoom", `#room-${index}`, NOW]),
      rows: noColumns(),
    });
  const { page_count: pages } = db.prepare("PRAGMA page_count").get()!;
  db.exec(`PRAGMA max_page_count = ${pages}`);
  assert.throws(() => save(500), (error) => faultOf(error) === "unavailable");
  assert.equal(db.prepare("SELECT count(*) AS count FROM conversations").get()!.count, 0);
  db.exec("PRAGMA max_page_count = 100000");
  assert.equal(save(500).values.length, 500);
});

Deno.test("a batch fails as a whole while another process holds the database, and the next one goes on", () => {
  using folder = new TemporaryFolder();
  using db = openForWriting({ folder: folder.path, synchronous: "FULL" });
  using other = new DatabaseSync(folder.database);
  const operations = new WriteOperations(new Statements(db));
  db.exec("PRAGMA busy_timeout = 0");
  other.exec("BEGIN IMMEDIATE");
  const batch = { writes: [["ping"] as const], rows: noColumns() };
  assert.throws(() => runBatch(operations, batch), (error) => faultOf(error) === "unavailable");
  other.exec("ROLLBACK");
  assert.equal(runBatch(operations, batch).failures.size, 0);
});

Deno.test("a disk on which nothing can be written is not well, until there is room again", async () => {
  using folder = new TemporaryFolder();
  using db = openForWriting({ folder: folder.path, synchronous: "NORMAL" });
  const disk = new FillingDisk(db);
  const operations = new WriteOperations(disk);
  const commits = new GroupCommit((batch) => Promise.resolve().then(() => runBatch(operations, batch)));
  const changes = () => db.prepare("SELECT total_changes() AS changes").get()!.changes;
  const before = changes();
  await commits.check();
  assert.equal(changes(), before, "a check wrote something");
  disk.left = 0;
  await assert.rejects(commits.call("findOrMakeRoom", "#tea", NOW), { message: "full" });
  for (let again = 0; again < 2; again++) await assert.rejects(commits.check(), { message: "full" });
  disk.left = Infinity;
  await commits.check();
  disk.left = 0;
  await commits.check();
});

Deno.test("a token is good although its use cannot be noted, which is noted by the hour", async () => {
  using folder = new TemporaryFolder();
  const HOUR_MS = 60 * 60 * 1000;
  const lastUse = () => folder.query("SELECT last_used_at AS at FROM tokens")[0]!.at;
  await folder.use(async (store) => {
    const { user } = await fill(store, []);
    await store.addToken(user.id, "token", NOW);
    assert.equal((await store.findToken("token", NOW + HOUR_MS - 1))?.name, "alice");
    await store.head();
    assert.equal(lastUse(), NOW);
    folder.query(`CREATE TRIGGER no_room BEFORE UPDATE ON tokens BEGIN SELECT raise(ABORT, 'full'); END`);
    assert.equal((await store.findToken("token", NOW + HOUR_MS))?.name, "alice");
    await store.markRead(1, user.id, 0);
    folder.query("DROP TRIGGER no_room");
    assert.equal(lastUse(), NOW);
    assert.equal((await store.findToken("token", NOW + HOUR_MS))?.name, "alice");
    await store.markRead(1, user.id, 0);
    assert.equal(lastUse(), NOW + HOUR_MS);
  });
});

Deno.test("an error while writing or syncing is fatal, and one of a full disk is not", () => {
  const withCode = (errcode: number) => faultOf(Object.assign(new Error("SQLite"), { errcode }));
  for (const code of [10, 778, 1034, 1290]) assert.equal(withCode(code), "fatal", `code ${code}`);
  for (const code of [5, 8, 11, 13, 261, 4874]) assert.equal(withCode(code), "unavailable", `code ${code}`);
  for (const code of [1, 19, 787, 2067]) assert.equal(withCode(code), "internal", `code ${code}`);
  assert.equal(faultOf(new TypeError("no code")), "internal");
});

Deno.test({
  name: "SqliteStore acknowledges nothing after a write that failed, and says so to the process",
  ignore: Deno.build.os === "windows",
  async fn() {
    using folder = new TemporaryFolder();
    const program = new URL("appending_process.ts", import.meta.url).pathname;
    // A limit on the size of files makes write() fail with EFBIG, which SQLite reports as SQLITE_IOERR_WRITE.
    const script =
      `trap '' XFSZ; ulimit -f 2048; exec "$0" run --no-prompt --allow-read --allow-write "$1" "$2"`;
    const { code, stdout } = await new Deno.Command("sh", {
      args: ["-c", script, Deno.execPath(), program, folder.path],
      stdout: "piped",
      stderr: "inherit",
    }).output();
    assert.equal(code, 70);
    const acknowledged = new TextDecoder().decode(stdout).split("\n").slice(0, -1);
    assert.ok(acknowledged.length > 0);
    const stored = new Set(
      folder.query("SELECT seq || ' ' || client_id AS line FROM messages").map(({ line }) => line),
    );
    assert.deepEqual(acknowledged.filter((line) => !stored.has(line)), []);
  },
});
