import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { DatabaseSync } from "node:sqlite";
import { ChatClient } from "../client/chat_client.ts";
import { connectTcp } from "../client/tcp_transport.ts";
import type { Envelope } from "../protocol/message.ts";
import { SqliteStore } from "../server/sqlite/sqlite_store.ts";
import type { LineClient } from "./line_client.ts";
import { type Ended, runTool, spawnTool, type Tool } from "./operator_tools.ts";
import { logIn, texts } from "./scenario.ts";
import { ServerProcess } from "./server_process.ts";
import { TestServer } from "./test_server.ts";

/** Backups while the senders go on. */
const BACKUPS = 5;
const hasStrace = await new Deno.Command("strace", { args: ["-V"], stdout: "null" }).output().then(
  () => true,
  () => false,
);
/** What each sender has on its way. */
const PIPELINED = 8;

/** A folder that holds `data`, and in which the tools run; removed at the end. */
class Place implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async make(): Promise<Place> {
    const place = new Place(await Deno.makeTempDir({ prefix: "parley-backup-" }));
    await Deno.mkdir(place.data);
    return place;
  }

  get data(): string {
    return `${this.path}/data`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

interface Row {
  readonly seq: number;
  readonly client_id: string;
  readonly text: string;
}

function rowsOf(path: string): Row[] {
  using db = new DatabaseSync(path, { readOnly: true });
  assert.equal(db.prepare("PRAGMA integrity_check").get()!.integrity_check, "ok");
  return db.prepare("SELECT seq, client_id, text FROM messages ORDER BY seq").all() as unknown as Row[];
}

/** Says numbered messages as fast as they are acknowledged, until it is told to stop. */
class Sender {
  readonly acknowledged = new Map<string, number>();
  readonly #client: LineClient;
  readonly #name: string;
  #said = 0;
  #isStopping = false;

  constructor(client: LineClient, name: string) {
    this.#client = client;
    this.#name = name;
  }

  async run(): Promise<void> {
    for (let i = 0; i < PIPELINED; i++) this.#sayNext();
    while (this.acknowledged.size < this.#said) {
      const { metadata } = await this.#client.envelope(({ metadata }) => metadata.code === "stored");
      this.acknowledged.set(String(metadata.reply_to), Number(metadata.seq));
      if (!this.#isStopping) this.#sayNext();
    }
  }

  stop(): void {
    this.#isStopping = true;
  }

  #sayNext(): void {
    const id = `${this.#name}-${this.#said++}`;
    this.#client.sendJson({ type: "chat", id, destination: "#general", message: `text of ${id}` });
  }
}

function done({ code, stdout, stderr }: Ended): string {
  assert.deepEqual([code, stderr], [0, ""]);
  assert.equal(stdout.trimEnd().split("\n").length, 1, stdout);
  return stdout;
}

/** One line on the error output, and nothing else. */
function refused({ code, stdout, stderr }: Ended, words: RegExp): void {
  assert.match(stderr, words);
  assert.deepEqual([code, stdout, stderr.trimEnd().split("\n").length], [1, "", 1]);
}

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}

async function contentsOf(folder: string): Promise<Map<string, string>> {
  const contents = new Map<string, string>();
  for (const name of await namesIn(folder)) {
    contents.set(name, Buffer.from(await Deno.readFile(`${folder}/${name}`)).toString("base64"));
  }
  return contents;
}

/** A data folder with so many messages of one user in `#general`, from a server that was stopped. */
async function fill(folder: string, count: number): Promise<void> {
  await using server = await TestServer.start({ folder });
  const ann = await server.json("ann");
  for (let i = 0; i < count; i++) await ann.say("#general", `text ${i}`);
}

Deno.test("backups of a server under load are whole, hold all that was acknowledged before, and are a prefix of its log", async () => {
  await using place = await Place.make();
  const before: ReadonlyMap<string, number>[] = [];
  {
    await using server = await TestServer.start({ folder: place.data });
    const names = ["ann", "ben", "cas", "dan"];
    const senders = await Promise.all(names.map(async (name) => new Sender(await server.json(name), name)));
    const running = senders.map((sender) => sender.run());
    for (let i = 0; i < BACKUPS; i++) {
      before.push(new Map(senders.flatMap(({ acknowledged }) => [...acknowledged])));
      const words = done(await runTool("backup", place.path, `copy-${i}.db`));
      assert.match(
        words,
        /^Backed up [\d,]+ messages \([\d.]+ MiB\) of data to \/.*\/copy-\d\.db in [\d.]+ s\.\n$/,
      );
    }
    for (const sender of senders) sender.stop();
    await Promise.all(running);
  }
  const log = rowsOf(`${place.data}/parley.db`);
  for (const [i, acknowledged] of before.entries()) {
    const copy = rowsOf(`${place.path}/copy-${i}.db`);
    assert.deepEqual(copy, log.slice(0, copy.length), "not a prefix of the log");
    const seqs = new Map(copy.map(({ client_id, seq }) => [client_id, seq]));
    for (const [id, seq] of acknowledged) assert.equal(seqs.get(id), seq, `${id} was acknowledged before`);
  }
  assert.ok(before.at(-1)!.size > before[1]!.size, "nothing was said meanwhile");
});

Deno.test("a backup is one file, for its owner alone, without a search index or anything beside it", async () => {
  await using place = await Place.make();
  await fill(place.data, 3);
  assert.match(done(await runTool("backup", place.path, "copy.db")), /^Backed up 3 messages /);
  assert.deepEqual(await namesIn(place.path), ["copy.db", "data"]);
  assert.equal((await Deno.stat(`${place.path}/copy.db`)).mode! & 0o777, 0o600);
  using db = new DatabaseSync(`${place.path}/copy.db`, { readOnly: true });
  assert.equal(db.prepare("PRAGMA journal_mode").get()!.journal_mode, "delete");
});

Deno.test("a backup where the server was killed holds what is still in its WAL", async () => {
  await using place = await Place.make();
  const server = await ServerProcess.start(place.path, [
    "--no-openai",
    "--no-thermometer",
    "--no-rate-limit",
  ]);
  const ann = await server.tcp();
  ann.login("ann");
  for (let i = 0; i < 20; i++) await ann.say("#general", `text ${i}`);
  await server.end("SIGKILL");
  await ann.close();
  assert.ok((await Deno.stat(`${place.data}/parley.db-wal`)).size > 0);
  assert.match(done(await runTool("backup", place.path, "copy.db")), /^Backed up 20 messages /);
  assert.equal(rowsOf(`${place.path}/copy.db`).length, 20);
});

Deno.test("a backup does not replace a file unless it is asked to, and then only with a whole one", async () => {
  await using place = await Place.make();
  await fill(place.data, 1);
  await Deno.writeTextFile(`${place.path}/copy.db`, "mine");
  refused(await runTool("backup", place.path, "copy.db"), /copy\.db is there already\. .*--overwrite\.$/m);
  const noData = await runTool("backup", place.path, "copy.db", "--overwrite", "--data", "nowhere");
  refused(noData, /^backup: nowhere\/parley\.db is not there/);
  assert.equal(await Deno.readTextFile(`${place.path}/copy.db`), "mine");
  done(await runTool("backup", place.path, "copy.db", "--overwrite"));
  assert.equal(rowsOf(`${place.path}/copy.db`).length, 1);
  assert.deepEqual(await namesIn(place.path), ["copy.db", "data"]);
});

Deno.test("a backup takes no name that the server has a use for, nor one beside which something lies", async () => {
  await using place = await Place.make();
  await fill(place.data, 1);
  await Deno.symlink(place.data, `${place.path}/link`);
  const before = await contentsOf(place.data);
  for (const name of ["data/parley.db", "data/parley.db-wal", "data/search.db", "link/parley.lock"]) {
    refused(await runTool("backup", place.path, name, "--overwrite"), / belongs to the server\. /);
  }
  await Deno.writeTextFile(`${place.path}/copy.db-journal`, "");
  refused(await runTool("backup", place.path, "copy.db"), /copy\.db-journal is there, /);
  refused(await runTool("backup", place.path, "none/copy.db"), /none is no folder\. /);
  refused(await runTool("backup", place.path, "data", "--overwrite"), /data is a folder\. /);
  assert.deepEqual(await contentsOf(place.data), before);
});

Deno.test("the data are looked for where the server has them: --data, PARLEY_DATA, .env", async () => {
  await using place = await Place.make();
  await fill(place.data, 1);
  await Deno.mkdir(`${place.path}/elsewhere`);
  done(await runTool("backup", `${place.path}/elsewhere`, "flag.db", "--data", "../data"));
  await Deno.writeTextFile(`${place.path}/elsewhere/.env`, "PARLEY_DATA=../data\n");
  done(await runTool("backup", `${place.path}/elsewhere`, "env.db"));
  assert.equal(rowsOf(`${place.path}/elsewhere/env.db`).length, 1);
});

Deno.test("a damaged database is no backup, and says so", async () => {
  await using place = await Place.make();
  await fill(place.data, 50);
  await damage(`${place.data}/parley.db`);
  refused(await runTool("backup", place.path, "copy.db"), /^backup: data\/parley\.db is damaged/);
  assert.deepEqual(await namesIn(place.path), ["data"]);
});

/** Overwrites the page after the first with what is no page. */
async function damage(path: string): Promise<void> {
  using file = await Deno.open(path, { write: true });
  await file.seek(4096, Deno.SeekMode.Start);
  await file.write(new Uint8Array(4096).fill(0x5a));
}

Deno.test("backup and restore explain themselves, and without a file or with two it is a mistake in the usage: 2", async () => {
  await using place = await Place.make();
  for (const tool of ["backup", "restore"] as const) {
    const { code, stdout } = await runTool(tool, place.path, "--help");
    assert.equal(code, 0);
    assert.match(stdout, /--data <dir>/);
    for (const args of [[], ["a", "b"], ["a", "--colour"]]) {
      assert.deepEqual((await runTool(tool, place.path, ...args)).code, 2);
    }
  }
});

Deno.test("after a restore clients with an old cursor are told of another log, and nothing is lost of it or doubled", async () => {
  await using place = await Place.make();
  let server = await TestServer.start({ folder: place.data });
  const port = server.port;
  const seen: Envelope[] = [];
  const online: Envelope[] = [];
  const watcher = new ChatClient(
    { connect: connectTcp({ hostname: "127.0.0.1", port }), login: { name: "wim" }, backoff: () => 20 },
    {
      message: (message) => void seen.push(message),
      status: (status) => status.state === "online" && online.push(status.welcome),
    },
  );
  const before = await watcher.start();
  const ann = await server.json("ann");
  for (const text of ["one", "two", "three"]) await ann.say("#general", text, { id: text });
  done(await runTool("backup", place.path, "copy.db"));
  for (const text of ["four", "five"]) await ann.say("#general", text, { id: text });
  const cursor = (await ann.command("/history #general")).metadata.messages as Envelope[];
  await server.stop();

  assert.match(
    done(await runTool("restore", place.path, "copy.db")),
    /^Restored 3 messages .* to data in [\d.]+ s\. What was there is kept as data\/parley-before-\w+\.db\. Now start the server; /,
  );
  seen.length = 0;
  const unacknowledged = watcher.say("#general", "said while it was away", { id: "w-1" });

  server = await TestServer.start({ folder: place.data, port });
  const { client, welcome, missed } = await logIn(server, "ann", { since: cursor.at(-1)!.seq });
  assert.notEqual(welcome.metadata.epoch, before.metadata.epoch);
  assert.deepEqual(missed, []);
  const ids = ["three", "five"];
  const replies = [];
  for (const id of ids) {
    client.sendJson({ type: "chat", id, destination: "#general", message: id });
    replies.push(await client.envelope(({ metadata }) => metadata.reply_to === id));
  }
  assert.deepEqual(replies.map(({ metadata }) => metadata.duplicate ?? false), [true, false]);
  await unacknowledged;
  await watcher.close();
  assert.equal(online.at(-1)!.metadata.epoch, welcome.metadata.epoch);
  const log = (await client.command("/history #general")).metadata.messages as Envelope[];
  assert.deepEqual(log.map(({ message }) => message).toSorted(), [
    "five",
    "one",
    "said while it was away",
    "three",
    "two",
  ]);
  assert.deepEqual(texts(seen).filter((text) => text !== "five"), ["one", "two", "three"]);
  await server.stop();
});

Deno.test("a restore keeps what was there, has the search index made anew, and is itself a log like any other", async () => {
  await using place = await Place.make();
  await fill(place.data, 3);
  done(await runTool("backup", place.path, "copy.db"));
  const store = await SqliteStore.open({ folder: place.data });
  const room = await store.findRoom("#general");
  const ann = await store.findUser("ann");
  const later = {
    conversationId: room!.id,
    senderId: ann!.id,
    type: "chat",
    text: "later",
    metadata: "{}",
  } as const;
  await store.append([{ ...later, clientId: "later", createdAt: 0 }]);
  await store.whenIndexed();
  await store.close();
  await Deno.chmod(`${place.data}/parley.db`, 0o640);

  const words = done(await runTool("restore", place.path, "copy.db"));
  const kept = /kept as (\S+)\.db\./.exec(words)![1]! + ".db";
  const names = [kept.slice("data/".length), "parley.db", "parley.lock"].toSorted();
  assert.deepEqual(await namesIn(place.data), names);
  assert.equal(rowsOf(`${place.path}/${kept}`).length, 4);
  assert.equal((await Deno.stat(`${place.data}/parley.db`)).mode! & 0o777, 0o640);

  const server = await TestServer.start({ folder: place.data });
  const again = await server.json("ann");
  await server.store.whenIndexed();
  const found = async (word: string) =>
    (await again.command(`/find ${word}`)).metadata.messages as Envelope[];
  assert.equal((await found("text")).length, 3);
  assert.equal((await found("later")).length, 0);
  await again.say("#general", "after all");
  assert.equal((await found("after")).length, 1);

  await server.stop();
  done(await runTool("restore", place.path, kept));
  assert.equal(rowsOf(`${place.data}/parley.db`).length, 4);
});

Deno.test("a restore makes the folder where there is none, and what it puts there a server takes", async () => {
  await using place = await Place.make();
  await fill(place.data, 2);
  done(await runTool("backup", place.path, "copy.db"));
  done(await runTool("restore", place.path, "copy.db", "--data", "fresh"));
  await using server = await TestServer.start({ folder: `${place.path}/fresh` });
  const ann = await server.json("ann");
  assert.equal(((await ann.command("/history #general")).metadata.messages as Envelope[]).length, 2);
});

Deno.test("a restore while a server runs on the folder is refused, and nothing changes", async () => {
  await using place = await Place.make();
  await using server = await TestServer.start({ folder: place.data });
  const ann = await server.json("ann");
  await ann.say("#general", "before");
  done(await runTool("backup", place.path, "copy.db"));
  refused(
    await runTool("restore", place.path, "copy.db"),
    new RegExp(`^restore: data is in use .*${Deno.pid}`),
  );
  await ann.say("#general", "after");
  assert.equal(((await ann.command("/history #general")).metadata.messages as Envelope[]).length, 2);
});

Deno.test("what cannot be restored is refused in one line, and the data stay byte for byte", async () => {
  await using place = await Place.make();
  await fill(place.data, 50);
  done(await runTool("backup", place.path, "copy.db"));
  const whole = await Deno.readFile(`${place.path}/copy.db`);
  const variant = (name: string, change: (path: string) => unknown) => async () => {
    await Deno.writeFile(`${place.path}/${name}`, whole);
    await change(`${place.path}/${name}`);
    return name;
  };
  const run = (sql: string) => (path: string) => {
    using db = new DatabaseSync(path);
    db.exec(sql);
  };
  const cases: [() => Promise<string>, RegExp][] = [
    [() => Promise.resolve("missing.db"), /missing\.db is not there/],
    [
      variant("words.db", (path) => Deno.writeTextFile(path, "no database\n".repeat(1000))),
      /words\.db is damaged, or no/,
    ],
    [variant("empty.db", (path) => Deno.truncate(path)), /empty\.db is no database of Parley's/],
    [variant("page.db", damage), /page\.db is damaged/],
    [variant("short.db", (path) => Deno.truncate(path, whole.length / 2)), /short\.db is damaged/],
    [variant("foreign.db", run("PRAGMA application_id = 7")), /foreign\.db is no database of Parley's/],
    [variant("newer.db", run("PRAGMA user_version = 99")), /newer\.db was written by a newer Parley/],
    [() => Promise.resolve("data/parley.db"), /parley\.db is the database itself/],
    [() => Promise.resolve("data"), /data is not there, or is no file/],
  ];
  const before = await contentsOf(place.data);
  for (const [make, words] of cases) {
    refused(await runTool("restore", place.path, await make()), words);
    const after = await contentsOf(place.data);
    for (const contents of [before, after]) contents.delete("parley.lock");
    assert.deepEqual(after, before, String(words));
  }
});

Deno.test("a damaged database, with its WAL, is kept as it is and makes place for a backup", async () => {
  await using place = await Place.make();
  await fill(place.data, 5);
  done(await runTool("backup", place.path, "copy.db"));
  await Deno.writeTextFile(`${place.data}/parley.db`, "ruin");
  await Deno.writeTextFile(`${place.data}/parley.db-wal`, "more ruin");
  const words = done(await runTool("restore", place.path, "copy.db"));
  const kept = `${place.path}/${/kept as (\S+)\.db\./.exec(words)![1]!}.db`;
  assert.equal(await Deno.readTextFile(kept), "ruin");
  assert.equal(await Deno.readTextFile(kept + "-wal"), "more ruin");
  assert.equal(rowsOf(`${place.data}/parley.db`).length, 5);
});

/** What a tool does to the files of others, so that there is nothing else between two of them. */
const CALLS = "rename,link,linkat,unlink,unlinkat,fsync,fdatasync";

Deno.test({
  name: "killed at any of its calls, a backup leaves a whole file, and a restore whole data",
  ignore: !hasStrace,
  async fn() {
    await using place = await Place.make();
    await fill(place.data, 3);
    done(await runTool("backup", place.path, "copy.db"));
    await fill(place.data, 1);
    const tools = [["backup", "copy.db", "--overwrite"], ["restore", "copy.db"]] as const;
    for (const [tool, ...args] of tools) {
      let kills = 0;
      for (; !await isDoneDespite(kills + 1, place, tool, ...args); kills++) {
        assert.ok([3, 4].includes(rowsOf(`${place.path}/copy.db`).length));
        assert.ok([3, 4].includes(rowsOf(`${place.data}/parley.db`).length));
      }
      assert.ok(kills > 5, `${kills} kills`);
    }
  },
});

/** Runs it and kills it at one of its calls. @returns whether it came to its end before */
async function isDoneDespite(
  killAt: number,
  place: Place,
  tool: Tool,
  ...args: readonly string[]
): Promise<boolean> {
  const inject = ["-f", "-qq", "-o", "/dev/null", `-einject=${CALLS}:signal=KILL:when=${killAt}`];
  const child = await spawnTool(tool, place.path, args, ["strace", ...inject]);
  return (await child.output()).success;
}
