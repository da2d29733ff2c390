import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { ChatClient } from "../client/chat_client.ts";
import { connectTcp } from "../client/tcp_transport.ts";
import type { Envelope } from "../protocol/message.ts";
import { SqliteStore } from "../server/sqlite/sqlite_store.ts";
import { runTool } from "./operator_tools.ts";
import { logIn, texts } from "./scenario.ts";
import { TestServer } from "./test_server.ts";
import { contentsOf, damage, done, fill, namesIn, Place, refused, rowsOf } from "./backup_scene.ts";

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
