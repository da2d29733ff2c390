import assert from "node:assert/strict";
import { COMMANDS } from "../protocol/commands.ts";
import type { Envelope } from "../protocol/message.ts";
import { LineReader } from "../protocol/lines.ts";
import { Accounts } from "../server/accounts.ts";
import { HANDLERS } from "../server/handlers/table.ts";
import { Liveness } from "../server/liveness.ts";
import { SqliteStore } from "../server/sqlite/sqlite_store.ts";
import { call, tokenOf } from "./scenario.ts";
import { assertInternal, replace, Scene, type Way, WAYS } from "./unforeseen.ts";

/** Commands that say something become a `chat`, and never come to their handlers. */
const HANDLED = COMMANDS.filter((command) => !("says" in command)).map(({ name }) => name);

const STORE_CALLS = [
  ["append", "#general"],
  ["findUser", "/subscribe nobody"],
  ["findOrReserveUser", "nobody"],
  ["findOrMakeDirect", "ann"],
  ["findRoom", "/join #new"],
  ["findOrMakeRoom", "/join #new"],
  ["join", "/join #new"],
  ["participants", "/join #new"],
  ["history", "/history #general"],
  ["leave", "/leave #general"],
  ["listRooms", "/list"],
  ["conversationsOf", "/list"],
  ["summaries", "/conversations"],
  ["search", "/find word"],
  ["missed", "/check"],
  ["markRead", "/seen #general 1"],
  ["renameUser", "/nick vicky"],
  ["setPassword", "/password secret"],
  ["removeToken", "/logout"],
  ["findOrMakeFeed", "/subscribe ann"],
  ["findFeed", "/unsubscribe ann"],
  ["countParticipants", "/users #general"],
] as const;

const HTTP_CALLS: [object: unknown, method: string, path: string, body?: string | Record<string, unknown>][] =
  [
    [Accounts.prototype, "login", "/api/login", { name: "new" }],
    [Accounts.prototype, "userOfToken", "/api/rooms"],
    [Accounts.prototype, "removeToken", "/api/logout", {}],
    [SqliteStore.prototype, "append", "/api/messages", { destination: "#general", message: "text" }],
    [SqliteStore.prototype, "append", "/api/messages/%23general", "text"],
    [HANDLERS, "history", "/api/messages/%23general"],
    [HANDLERS, "list", "/api/rooms"],
    [HANDLERS, "users", "/api/users"],
    [HANDLERS, "conversations", "/api/conversations"],
    [HANDLERS, "find", "/api/search?q=word"],
  ];

const TIMERS: [object: unknown, method: string, everyMs: number, isSync: boolean][] = [
  [Liveness.prototype, "sweep", 5000, true],
  [SqliteStore.prototype, "removeTokens", 3_600_000, false],
];

for (const way of Object.keys(WAYS) as Way[]) {
  Deno.test(`a command whose handler ${way} is internal to its connection alone`, async () => {
    await using scene = await Scene.make();
    const [json, text] = [await scene.server.json("vic"), await scene.server.text("vera")];
    for (const name of HANDLED) {
      using _ = replace(HANDLERS, name, WAYS[way]);
      await assertInternal(scene, await json.command(`/${name} word`));
      text.send(`/${name} word`);
      assert.match(
        await text.until((line) => line.startsWith("!")),
        /^! internal: .* logged there as \w{8}\.$/,
      );
      assert.equal((await scene.told()).length, 1);
    }
    assert.equal((await json.command("/ping")).metadata.code, "pong");
  });

  Deno.test(`a login whose handler ${way} leaves the connection free to try again`, async () => {
    await using scene = await Scene.make();
    const client = await scene.server.tcp();
    {
      using _ = replace(HANDLERS, "login", WAYS[way]);
      await assertInternal(scene, await client.command("/login vic"));
    }
    assert.equal((await client.command("/login vic")).metadata.code, "welcome");
  });

  Deno.test(`what needs a call of the store's that ${way} is internal to its connection alone`, async () => {
    await using scene = await Scene.make();
    for (const [method, line] of STORE_CALLS) {
      const client = await scene.server.json(`vic-${method}`);
      let reply: Envelope;
      {
        using _ = replace(SqliteStore.prototype, method, WAYS[way]);
        reply = line.startsWith("/") ? await client.command(line) : await client.say(line, "text");
      }
      assert.equal(reply.metadata.error, "internal", method);
      await assertInternal(scene, reply);
      assert.equal((await client.command("/ping")).metadata.code, "pong", method);
      await client.close();
    }
  });

  Deno.test(`an HTTP call whose part ${way} is a 500 to who made it alone`, async () => {
    await using scene = await Scene.make();
    const token = await tokenOf(scene.server, "vic");
    for (const [object, method, path, body] of HTTP_CALLS) {
      let answer;
      {
        using _ = replace(object, method, WAYS[way]);
        answer = await call(scene.server, path, { token, ...(body === undefined ? {} : { body }) });
      }
      const faults = await scene.told();
      assert.deepEqual(
        [answer.status, faults.length, faults[0]?.event],
        [500, 1, "fault"],
        `${method} ${path}`,
      );
      assert.ok(!JSON.stringify(answer.json).includes("unforeseen"));
      if (path.startsWith("/api")) assert.equal(answer.json.reference, faults[0]!.reference);
    }
  });

  for (const [object, method, ms, isSync] of TIMERS) {
    if (isSync && way === "rejects") continue;
    Deno.test(`a timer whose ${method} ${way} is logged, and does its work the next time`, async () => {
      await using scene = await Scene.make();
      for (let i = 1; i <= 2; i++) {
        let calls = 0;
        const failed = Promise.withResolvers<void>();
        using _ = replace(object, method, () => {
          calls++;
          failed.resolve();
          return WAYS[way]();
        });
        scene.clock.advance(ms);
        await failed.promise;
        const faults = await scene.told();
        assert.deepEqual([faults.map(({ event }) => event), faults.length], [["fault"], calls]);
      }
    });
  }
}

Deno.test("a line whose reading throws ends its connection alone, with internal", async () => {
  await using scene = await Scene.make();
  const client = await scene.server.json("vic");
  using _ = replace(LineReader.prototype, "push", function (original, [bytes]) {
    if (new TextDecoder().decode(bytes).includes("poison")) throw new Error("unforeseen");
    return original.call(this, bytes);
  });
  client.send("poison");
  await assertInternal(scene, await client.envelope(({ metadata }) => metadata.code === "error"));
  await client.rest();
  assert.ok(!scene.server.chat.router.live.userNamed("vic"));
});
