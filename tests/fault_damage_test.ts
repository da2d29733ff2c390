import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { SqliteStore } from "../server/sqlite/sqlite_store.ts";
import { StoreOpenError } from "../server/sqlite/store_open_error.ts";
import { ServerProcess } from "./server_process.ts";

const FLAGS = ["--no-openai", "--no-thermometer", "--no-rate-limit"];
const NOW = Date.parse("2026-11-21T10:00:00.000Z");
const PAGE = 4096;
/** Of a frame in the WAL, which begins after a header of 32 bytes. */
const FRAME = 24 + PAGE;

class Folder implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "parley-damage-" });
  readonly data = `${this.path}/data`;
  readonly database = `${this.data}/parley.db`;
  readonly wal = `${this.database}-wal`;

  constructor() {
    Deno.mkdirSync(this.data);
  }

  /** Everything that holds data; a connection that only reads leaves an empty WAL. */
  contents(): string[] {
    const names = [...Deno.readDirSync(this.data)].filter(({ isFile }) => isFile).map(({ name }) => name);
    return names.filter((name) => /\.db(-wal)?$/.test(name))
      .map((name) => `${name} ${Deno.readFileSync(`${this.data}/${name}`).toBase64()}`)
      .filter((content) => !content.endsWith(" ")).toSorted();
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

async function sayIn(store: SqliteStore, count: number): Promise<void> {
  const user = await store.findOrReserveUser("alice");
  const room = await store.findOrMakeRoom("#tea", NOW);
  for (let line = 0; line < count; line++) {
    const message = { conversationId: room.id, senderId: user.id, type: "chat", metadata: "{}" } as const;
    const text = `line ${line} ${"x".repeat(500)}`;
    await store.append([{ ...message, text, clientId: null, createdAt: NOW }]);
  }
}

/** What is in the data folder when a server is killed: half of its 60 messages in the file, half in the WAL. */
async function fillAndKill(folder: Folder): Promise<void> {
  using work = new Folder();
  const closed = await SqliteStore.open({ folder: work.data });
  await sayIn(closed, 30);
  await closed.close();
  const store = await SqliteStore.open({ folder: work.data });
  await sayIn(store, 30);
  for (const name of ["parley.db", "parley.db-wal"]) {
    await Deno.copyFile(`${work.data}/${name}`, `${folder.data}/${name}`);
  }
  await store.close();
}

function change(path: string, at: number, with_: (bytes: Uint8Array) => void, length = 1): void {
  const bytes = Deno.readFileSync(path);
  with_(bytes.subarray(at, at + length));
  Deno.writeFileSync(path, bytes);
}

/** Without its WAL, so that the file itself is what is looked at. */
function pageOf(folder: Folder, name: string): number {
  using db = new DatabaseSync(folder.database);
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  const { rootpage } = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = ?").get(name)!;
  return (Number(rootpage) - 1) * PAGE;
}

function alter(folder: Folder, sql: string): void {
  using db = new DatabaseSync(folder.database);
  db.exec(sql);
}

interface Damage {
  readonly title: string;
  readonly spoil: (folder: Folder) => void | Promise<void>;
  readonly words: RegExp;
}

const DAMAGES: readonly Damage[] = [
  {
    title: "one byte changed in a page of a table",
    spoil: (folder) => change(folder.database, pageOf(folder, "users") + 4, (byte) => byte[0]! ^= 16),
    words: /parley\.db is damaged/,
  },
  {
    title: "a page of an index that is overwritten",
    spoil: (folder) =>
      change(folder.database, pageOf(folder, "messages_by_conversation"), (page) => page.fill(7), PAGE),
    words: /parley\.db is damaged \(.*\)\. Restore a backup/,
  },
  {
    title: "a table that is missing",
    spoil: (folder) => alter(folder, "DROP VIEW chat_log; DROP TABLE questions"),
    words: /parley\.db is damaged \(.*questions.*\)\. Restore a backup/,
  },
  {
    title: "a folder in the place of the file",
    spoil: (folder) => {
      Deno.removeSync(folder.wal);
      Deno.removeSync(folder.database);
      Deno.mkdirSync(folder.database);
    },
    words: /parley\.db is a folder\. Move it away\.$/,
  },
  {
    title: "a WAL of garbage",
    spoil: (folder) =>
      change(folder.wal, 0, (bytes) => crypto.getRandomValues(bytes.subarray(0, 60_000)), 60_000),
    words: /parley\.db-wal is not the WAL of a database\. It may hold messages .*move it away/,
  },
  {
    title: "one byte changed in the middle of the WAL",
    spoil: (folder) => change(folder.wal, 32 + FRAME * 9 + 2000, (byte) => byte[0]! ^= 1),
    words: /parley\.db-wal is damaged in its middle/,
  },
  {
    title: "a frame of the WAL that is zeroed",
    spoil: (folder) => change(folder.wal, 32 + FRAME * 9, (bytes) => bytes.fill(0), FRAME),
    words: /parley\.db-wal is damaged in its middle/,
  },
  {
    title: "one byte changed in the header of the WAL",
    spoil: (folder) => change(folder.wal, 17, (byte) => byte[0]! ^= 1),
    words: /parley\.db-wal is damaged in its header/,
  },
  {
    title: "the WAL of another database",
    async spoil(folder) {
      using other = new Folder();
      const store = await SqliteStore.open({ folder: other.data });
      await sayIn(store, 5);
      await Deno.copyFile(other.wal, folder.wal);
      await store.close();
    },
    words: /parley\.db-wal belongs to another database\. It may hold messages .*move it away/,
  },
];

for (const { title, spoil, words } of DAMAGES) {
  Deno.test(`SqliteStore refuses ${title} in one line, and rewrites nothing`, async () => {
    using folder = new Folder();
    await fillAndKill(folder);
    await spoil(folder);
    const before = folder.contents();
    await assert.rejects(SqliteStore.open({ folder: folder.data }), (error) => {
      assert.ok(error instanceof StoreOpenError, String(error));
      assert.match(error.message, words);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
    assert.deepEqual(folder.contents(), before);
  });
}

Deno.test("SqliteStore opens a WAL whose last transaction is torn, without that one", async () => {
  using folder = new Folder();
  await fillAndKill(folder);
  const { size } = Deno.statSync(folder.wal);
  change(folder.wal, size - 100, (bytes) => bytes.fill(0), 100);
  const store = await SqliteStore.open({ folder: folder.data });
  assert.equal((await store.history({ conversationId: 1, limit: 200 })).messages.length, 59);
  await store.close();
});

// ---- found after the start ----

Deno.test("a large database is checked beside all else, and one without damage goes on", async () => {
  using folder = new Folder();
  await fillAndKill(folder);
  let problem = "";
  const store = await SqliteStore.open({
    folder: folder.data,
    checkedOnStart: 0,
    onDamage: (line) => problem = line,
  });
  await store.checkWhole();
  assert.equal(problem, "");
  await store.findOrMakeRoom("#more", NOW);
  await store.close();
});

Deno.test("damage that the check beside all else finds leaves everything readable, and nothing is stored", async () => {
  using folder = new Folder();
  await fillAndKill(folder);
  change(folder.database, pageOf(folder, "tokens_of_user"), (page) => page.fill(7), PAGE);
  const found = Promise.withResolvers<string>();
  const store = await SqliteStore.open({ folder: folder.data, checkedOnStart: 0, onDamage: found.resolve });
  await store.checkWhole();
  assert.match(
    await found.promise,
    /^\S+parley\.db is damaged \(.*\)\. Restore a backup, or save what is left with/,
  );
  assert.equal((await store.history({ conversationId: 1, limit: 200 })).messages.length, 60);
  const refused = { name: "ChatError", code: "store_unavailable", message: /database is damaged/ };
  await assert.rejects(store.findOrMakeRoom("#more", NOW), refused);
  await assert.rejects(store.check(), refused);
  await store.close();
});

Deno.test("damage that a read finds lets nothing be stored after it", async () => {
  using folder = new Folder();
  await fillAndKill(folder);
  change(folder.database, pageOf(folder, "messages_by_conversation"), (page) => page.fill(7), PAGE);
  const problems: string[] = [];
  const onDamage = (line: string) => void problems.push(line);
  const store = await SqliteStore.open({ folder: folder.data, checkedOnStart: 0, onDamage });
  await store.findOrMakeRoom("#before", NOW);
  const refused = { name: "ChatError", code: "store_unavailable", message: /database is damaged/ };
  await assert.rejects(store.history({ conversationId: 1, limit: 20 }), refused);
  await assert.rejects(store.findOrMakeRoom("#after", NOW), refused);
  assert.equal(problems.length, 1);
  await store.close();
});

Deno.test("a server whose large database is damaged says so to its operator, its users and its health check", async () => {
  using folder = new Folder();
  const first = await ServerProcess.start(folder.path, FLAGS);
  const before = await first.tcp();
  before.login("ann");
  const { metadata } = await before.envelope(({ metadata }) => metadata.code === "welcome");
  await before.close();
  await first.end();
  // Free pages make it large; the damage is in a page that nothing reads on start.
  alter(folder, "CREATE TABLE big AS SELECT zeroblob(270 * 1024 * 1024) AS blob; DROP TABLE big");
  change(folder.database, pageOf(folder, "feeds_by_publisher"), (page) => page.fill(7), PAGE);

  const server = await ServerProcess.start(folder.path, FLAGS);
  await server.printed(
    /parley: data\/parley\.db is damaged \(.*\)\. Restore a backup.*nothing is stored\.\n/,
  );
  const client = await server.tcp();
  client.login("ann", { token: metadata.token });
  await client.envelope(({ metadata }) => metadata.code === "caught_up");
  const reply = await client.say("#general", "hello");
  assert.equal(reply.metadata.error, "store_unavailable");
  assert.match(reply.message, /database is damaged/);
  const health = await fetch(`http://127.0.0.1:${server.webPort}/healthz`);
  assert.deepEqual([health.status, await health.text()], [503, "The store does not answer."]);
  await client.close();
  await server.end();
  assert.match(await Deno.readTextFile(`${folder.path}/logs/parley.log`), /"event":"database_damaged"/);
});

Deno.test("a server that finds such damage while it starts ends with words", async () => {
  using folder = new Folder();
  await (await ServerProcess.start(folder.path, FLAGS)).end();
  alter(folder, "CREATE TABLE big AS SELECT zeroblob(270 * 1024 * 1024) AS blob; DROP TABLE big");
  change(folder.database, pageOf(folder, "rooms_by_name"), (page) => page.subarray(100).fill(255), PAGE);
  const { code, output } = await ServerProcess.run(folder.path, FLAGS);
  assert.equal(code, 1);
  assert.match(output, /parley: Nothing can be stored in the data folder \(.*malformed\)\. Check the disk/);
  assert.doesNotMatch(output, /Uncaught|^ +at /m);
});
