import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import type { Clock } from "../server/clock.ts";
import { GroupCommit } from "../server/sqlite/group_commit.ts";
import { noColumns } from "../server/sqlite/message_columns.ts";
import { runBatch } from "../server/sqlite/batch.ts";
import { textsBetween } from "../server/sqlite/log_texts.ts";
import { openForWriting } from "../server/sqlite/open_database.ts";
import { APPLICATION_ID } from "../server/sqlite/schema.ts";
import { ScratchTexts } from "../server/sqlite/scratch_texts.ts";
import { foldText, parseSearchWords } from "../server/sqlite/search_words.ts";
import { SearchIndex } from "../server/sqlite/search_index.ts";
import { faultOf } from "../server/sqlite/sqlite_errors.ts";
import { SqliteStore } from "../server/sqlite/sqlite_store.ts";
import { Statements } from "../server/sqlite/statements.ts";
import { StoreOpenError } from "../server/sqlite/store_open_error.ts";
import { WriteOperations } from "../server/sqlite/write_operations.ts";
import { FillingDisk } from "./filling_disk.ts";
import { FakeClock } from "./fake_clock.ts";
import { testStore } from "./store_contract.ts";

const NOW = Date.parse("2026-11-21T10:00:00.000Z");

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

class TemporaryFolder implements Disposable {
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
async function fill(store: SqliteStore, lines: readonly string[]) {
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

function overwrite(path: string, offset: number, length: number): void {
  using file = Deno.openSync(path, { write: true });
  file.seekSync(offset, Deno.SeekMode.Start);
  file.writeSync(new Uint8Array(length));
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

// ---- the full-text index ----

Deno.test("SqliteStore finds the same in the index as in the tail", async () => {
  using folder = new TemporaryFolder();
  await folder.use(async (store) => {
    const { find, say, user } = await fill(store, [
      "green tea",
      "black tea",
      "Grüner Tee",
      "a\0b tea after a NUL",
    ]);
    const before = await find("tea");
    await store.whenIndexed();
    assert.deepEqual(await find("tea"), before);
    assert.equal(before.length, 3);
    await say("white tea");
    assert.deepEqual(await find("tea"), ["white tea", ...before]);
    assert.deepEqual(await find("gru*"), ["Grüner Tee"]);
    const narrow = await store.search({ userId: user.id, words: "tea", senderId: user.id + 1, limit: 9 });
    assert.deepEqual(narrow.messages, []);
  });
  assert.deepEqual(folder.query("SELECT indexed_seq FROM progress", "search.db"), [{ indexed_seq: 4 }]);
});

Deno.test("SqliteStore makes the index again where it is missing, damaged, or another log's", async () => {
  using folder = new TemporaryFolder();
  const path = `${folder.path}/search.db`;
  const spoilings = [
    () => Deno.removeSync(path),
    () => Deno.writeTextFileSync(path, "no database at all ".repeat(500)),
    () => overwrite(path, 4096, 4096 * 3),
    () => void folder.query("UPDATE progress SET epoch = 'another'", "search.db"),
    () => void folder.query("UPDATE progress SET indexed_seq = 1000", "search.db"),
    () => void folder.query("PRAGMA user_version = 99", "search.db"),
  ];
  for (const [round, spoil] of [() => {}, ...spoilings].entries()) {
    spoil();
    await folder.use(async (store) => {
      const { find } = await fill(store, [`tea ${round}`]);
      assert.equal((await find("tea")).length, round + 1, `before indexing, round ${round}`);
      await store.whenIndexed();
      assert.equal((await find("tea")).length, round + 1, `after indexing, round ${round}`);
    });
    const progress = folder.query("SELECT indexed_seq FROM progress", "search.db");
    assert.deepEqual(progress, [{ indexed_seq: round + 1 }], `round ${round}`);
  }
});

Deno.test("a damaged index that cannot be made again at once is made when it can", () => {
  using folder = new TemporaryFolder();
  const path = `${folder.path}/index`;
  Deno.mkdirSync(path);
  const open = () => new SearchIndex(path, { epoch: "one", head: 1 });
  const text = { seq: 1, conversation_id: 1, sender_id: 1, text: "tea" };
  const query = { match: "tea", conversationIds: [1], before: 9, limit: 9 };
  const sound = open();
  sound.add([text]);
  sound.close();
  overwrite(`${path}/search.db`, 4096, 4096);
  const index = open();
  assert.equal(index.indexedSeq, 1);
  Deno.removeSync(path, { recursive: true });
  for (let again = 0; again < 2; again++) assert.throws(() => index.find(query));
  Deno.mkdirSync(path);
  assert.equal(index.find(query), null);
  index.add([text]);
  assert.deepEqual(index.find(query), [1]);
  index.close();
});

Deno.test("of a search the first 1,000 units, 16 words and 4 prefixes are read", () => {
  assert.equal(parseSearchWords("*".repeat(1000) + "a"), null);
  assert.deepEqual(parseSearchWords(`"${"*".repeat(999)}a`), null);
  assert.equal(parseSearchWords("x".repeat(5000))!.text.length, 1000);
  const words = Array.from({ length: 20 }, (_, index) => `w${index}`);
  const first = words.slice(0, 16).join(" ");
  assert.equal(parseSearchWords(words.join(" "))!.text, first);
  assert.equal(parseSearchWords(`"${words.join(" ")}"*`)!.match, `"${first}"`);
  assert.equal(parseSearchWords(words.join("-"))!.match, `"${first.replaceAll(" ", "-")}"`);
  assert.equal(parseSearchWords("a* b* c* d* e* f")!.match, '"a"* AND "b"* AND "c"* AND "d"* AND "f"');
  assert.deepEqual(parseSearchWords("tea**")!.match, '"tea"*');
});

Deno.test("a snippet shows the first hit and what is around it, however often the word is there", () => {
  const scratch = new ScratchTexts();
  const snippetIn = (text: string, match = "tea") => scratch.snippets(match, [{ seq: 1, text }]).get(1)!;
  assert.equal(snippetIn("green Tea\x01 and\x02 tea"), "green **Tea**  and  **tea**");
  const often = snippetIn("tea ".repeat(4000), Array(16).fill("tea").join(" AND "));
  assert.match(often, /^(\*\*tea\*\* ?)+…$/);
  assert.ok(often.length < 300);
  const words = "some words that lead to it ".repeat(10);
  assert.match(snippetIn(`${words}tea ${words}`), /^…[a-z][a-z ]{20,60} \*\*tea\*\* [a-z ]{50,140}[a-z]…$/);
  const noSpaces = snippetIn(`${"\u{1f600}".repeat(500)}tea${"\u{1f600}".repeat(500)}`);
  assert.match(noSpaces, /^…(\u{1f600})+\*\*tea\*\*(\u{1f600})+…$/u);
  assert.equal(snippetIn("t".repeat(400), `${"t".repeat(400)}`), `**${"t".repeat(199)}**…`);
  scratch.close();
});

const anyText = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(..."aAáäßÉΣσς*\"' ()^:-+{}ａ½ﬁſKİé\0") }),
);

Deno.test("whatever is typed into a search, the index understands it", () => {
  const scratch = new ScratchTexts();
  fc.assert(fc.property(anyText, anyText, (typed, text) => {
    const words = parseSearchWords(typed);
    if (words) scratch.snippets(words.match, [{ seq: 1, text }]);
  }));
  scratch.close();
});

Deno.test("reading the tail leaves out nothing that the index would find", () => {
  const scratch = new ScratchTexts();
  using db = new DatabaseSync(":memory:");
  const log = new Statements(db);
  db.exec("CREATE TABLE messages (seq INTEGER PRIMARY KEY, conversation_id, sender_id, text)");
  fc.assert(
    fc.property(anyText, anyText, anyText, (before, typed, after) => {
      const words = parseSearchWords(typed);
      const text = `${before} ${typed.toUpperCase()} ${after}`;
      if (!words || !scratch.snippets(words.match, [{ seq: 1, text }]).has(1)) return;
      log.run("INSERT OR REPLACE INTO messages VALUES (1, 1, 1, ?)", text);
      assert.equal(
        textsBetween(log, 0, 2, scratch.asciiWordsOf(words.text)).length,
        1,
        JSON.stringify(words),
      );
    }),
    {
      numRuns: 2000,
      examples: [["x", "a b", "y"], ["", "or a", ""], ["\0", "a", ""], ["", "É a", ""], ["", "\u212a", ""]],
    },
  );
  scratch.close();
});

Deno.test("the cheap test of the tail lets through all that the index would find", () => {
  const scratch = new ScratchTexts();
  fc.assert(
    fc.property(anyText, anyText, anyText, (before, typed, after) => {
      const words = parseSearchWords(typed);
      const text = `${before} ${typed.toUpperCase()} ${after}`;
      if (!words || !scratch.snippets(words.match, [{ seq: 1, text }]).has(1)) return;
      const folded = foldText(text);
      assert.ok(words.needles.every((needle) => folded.includes(needle)), JSON.stringify(words));
    }),
    { numRuns: 2000 },
  );
  scratch.close();
});
