/** The server with a store that does not wait for the disk: what the tests of durability have to find fault with. */

import { ChatServer } from "../../../server/chat_server.ts";
import { SYSTEM_CLOCK } from "../../../server/clock.ts";
import { WebListener } from "../../../server/http.ts";
import { SILENT_LOG } from "../../../server/log.ts";
import { Origins } from "../../../server/origins.ts";
import { SqliteStore } from "../../../server/sqlite/sqlite_store.ts";
import { StaticFiles } from "../../../server/static_files.ts";
import { acceptTcp } from "../../../server/tcp.ts";

const host = "127.0.0.1";
const print = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));

await Deno.mkdir("data", { recursive: true });
const store = await SqliteStore.open({ folder: "data", synchronous: "NORMAL" });
const server = new ChatServer({
  store,
  clock: SYSTEM_CLOCK,
  log: SILENT_LOG,
  lobby: "#general",
  isRateLimited: false,
  webHint: "",
});
await server.start();
const listener = Deno.listen({ hostname: host, port: 0 });
void acceptTcp(listener, (connection) => void server.serve(connection), {
  clock: SYSTEM_CLOCK,
  log: SILENT_LOG,
});
const files = await StaticFiles.load(new URL("../../../static/dist/", import.meta.url));
const web = new WebListener(
  { hostname: host, port: 0, server, files },
  (port) => new Origins({ host, port, allowed: [] }),
);
print(`  TCP          nc ${host} ${listener.addr.port}`);
print(`  Web page     http://${host}:${web.port}/`);
