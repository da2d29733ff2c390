import assert from "node:assert/strict";
import { is } from "./scenario.ts";
import type { Connection } from "../server/connection.ts";
import { memoryPair } from "../server/memory.ts";
import { Router } from "../server/router.ts";
import { assertInternal, replace, Scene, type Way, WAYS } from "./unforeseen.ts";

for (const way of Object.keys(WAYS) as Way[]) {
  Deno.test(`a connection whose transport ${way} on a write ends alone`, async () => {
    await using scene = await Scene.make();
    const { connection, client, fault } = faulty();
    const served = scene.server.chat.serve(connection);
    client.send('{"type":"command","message":"/login vic"}');
    const incoming = client.lines()[Symbol.asyncIterator]();
    for (let next = ""; !next.includes('"caught_up"');) next = (await incoming.next()).value.join();
    fault("send", WAYS[way]);
    const ended = incoming.next();
    await scene.told();
    await Promise.all([served, ended]);
    assert.ok(!scene.server.chat.router.live.userNamed("vic"));
  });
}

Deno.test("a reply that cannot be made ends the connection that it was for, which finds its message stored", async () => {
  await using scene = await Scene.make();
  const client = await scene.server.json("vic");
  {
    using _ = replace(Router.prototype, "replyTo", WAYS.throws);
    client.sendJson({ type: "chat", id: "v-1", destination: "#general", message: "text" });
    const error = await client.envelope(is("error"));
    _[Symbol.dispose]();
    await assertInternal(scene, error);
  }
  await client.rest();
  const again = await scene.server.json("vic");
  assert.equal((await again.say("#general", "text", { id: "v-1" })).metadata.duplicate, true);
});

/** A connection in this process whose methods can be made to fail. */
function faulty() {
  const { server, client } = memoryPair();
  const faults = new Map<string | symbol, () => unknown>();
  const connection = new Proxy(server, {
    get(target, name) {
      const other = faults.get(name);
      const value = other ?? Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  }) as Connection;
  return {
    connection,
    client,
    fault: (name: keyof Connection, way: () => unknown) => void faults.set(name, way),
  };
}
