import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { LineClient } from "./line_client.ts";
import { runTool, spawnTool, type Tool } from "./operator_tools.ts";
import { ServerProcess } from "./server_process.ts";
import { TestServer } from "./test_server.ts";
import { contentsOf, damage, done, fill, namesIn, Place, refused, rowsOf } from "./backup_scene.ts";

/** Backups while the senders go on. */
const BACKUPS = 5;
const hasStrace = await new Deno.Command("strace", { args: ["-V"], stdout: "null" }).output().then(
  () => true,
  () => false,
);
/** What each sender has on its way. */
const PIPELINED = 8;

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

Deno.test("a backup removes what one that was killed left a day ago, and not what another is making", async () => {
  await using place = await Place.make();
  await fill(place.data, 1);
  await Deno.writeTextFile(`${place.path}/.parley-copy-old`, "x");
  await Deno.utime(`${place.path}/.parley-copy-old`, new Date(), new Date(Date.now() - 25 * 60 * 60 * 1000));
  await Deno.writeTextFile(`${place.path}/.parley-copy-new`, "x");
  done(await runTool("backup", place.path, "copy.db"));
  assert.deepEqual(await namesIn(place.path), [".parley-copy-new", "copy.db", "data"]);
});

Deno.test("a damaged database is no backup, and says so", async () => {
  await using place = await Place.make();
  await fill(place.data, 50);
  await damage(`${place.data}/parley.db`);
  refused(await runTool("backup", place.path, "copy.db"), /^backup: data\/parley\.db is damaged/);
  assert.deepEqual(await namesIn(place.path), ["data"]);
});

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
