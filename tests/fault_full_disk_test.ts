import assert from "node:assert/strict";
import type { Envelope } from "../protocol/message.ts";
import type { LineClient } from "./line_client.ts";
import type { ServerProcess } from "./server_process.ts";
import { canMount, SmallDisk } from "./torture/faults/small_disk.ts";

const ignore = !await canMount();
const ROOM = "#general";

class Folder implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "parley-full-" });

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

async function login(server: ServerProcess, name: string, token?: unknown) {
  const client = await server.tcp();
  client.login(name, token === undefined ? {} : { token });
  const welcome = await client.envelope(({ metadata }) => metadata.code === "welcome");
  await client.envelope(({ metadata }) => metadata.code === "caught_up");
  return { client, token: welcome.metadata.token };
}

/** Says long messages until one is refused. Resolves with the ids of those stored, and the refusal. */
async function sayUntilRefused(client: LineClient) {
  const stored: string[] = [];
  for (;;) {
    const id = `m-${stored.length}`;
    const reply = await sayAs(client, id);
    if (reply.metadata.code !== "stored") return { stored, refused: { id, reply } };
    stored.push(id);
  }
}

async function sayAs(client: LineClient, id: string): Promise<Envelope> {
  client.sendJson({ type: "chat", id, destination: ROOM, message: `${id} ${"x".repeat(8000)}` });
  return await client.envelope(({ metadata }) => metadata.reply_to === id);
}

async function idsInRoom(client: LineClient): Promise<string[]> {
  const ids: string[] = [];
  for (let before = "";;) {
    const { metadata } = await client.command(`/history ${ROOM} 200${before}`);
    const messages = metadata.messages as Envelope[];
    ids.unshift(...messages.map(({ id }) => id!));
    if (metadata.more !== true) return ids;
    before = ` before=${messages[0]!.seq}`;
  }
}

const health = async (server: ServerProcess) => {
  const response = await fetch(`http://127.0.0.1:${server.webPort}/healthz`);
  await response.body?.cancel();
  return response.status;
};

Deno.test({
  name:
    "on a full disk nothing is acknowledged and all else goes on, and with room again the same server stores",
  ignore,
  async fn() {
    using folder = new Folder();
    const disk = await SmallDisk.start(folder.path, { place: "data", size: "6m" });
    const { server } = disk;
    const { client, token } = await login(server, "ann");
    const idle = await login(server, "ben");
    assert.equal(await health(server), 200);
    disk.fill();
    const { stored, refused } = await sayUntilRefused(client);
    assert.equal(refused.reply.metadata.error, "store_unavailable");
    assert.match(refused.reply.message, /nothing was stored. Send it again with the same id/);
    assert.equal(await health(server), 503);
    assert.equal((await idle.client.command("/ping")).metadata.code, "pong");
    assert.deepEqual(await idsInRoom(client), stored);
    const again = await login(server, "ann", token);
    assert.equal((await sayAs(again.client, "other")).metadata.error, "store_unavailable");

    disk.makeRoom();
    // By a connection that was not refused: those are for a second.
    const fresh = await login(server, "ann", token);
    const reply = await sayAs(fresh.client, refused.id);
    assert.equal(reply.metadata.code, "stored");
    assert.equal(await health(server), 200);
    assert.deepEqual(await idsInRoom(client), [...stored, refused.id]);
    await Promise.all([client, again.client, fresh.client, idle.client].map((each) => each.close()));
    assert.equal(await server.end(), 0);
  },
});

Deno.test({
  name: "with the log's disk full the chat goes on, and with room again so does the log",
  ignore,
  async fn() {
    using folder = new Folder();
    const disk = await SmallDisk.start(folder.path, { place: "logs", size: "16k" });
    const { server } = disk;
    disk.fill();
    for (let visit = 0; visit < 100; visit++) {
      const { client } = await login(server, `visitor-${visit}`);
      assert.equal((await sayAs(client, `m-${visit}`)).metadata.code, "stored");
      await client.close();
    }
    disk.makeRoom();
    const { client } = await login(server, "latest");
    await client.command("/ping");
    const log = disk.open("parley.log");
    await client.close();
    assert.equal(await server.end(), 0);
    assert.match(await new Response(log.readable).text(), /"latest"/);
  },
});
