import type { Clock } from "../server/clock.ts";
import { SqliteStore } from "../server/sqlite/sqlite_store.ts";
import { testStore } from "./store_contract.ts";

testStore("SqliteStore", async (clock: Clock) => {
  const folder = await Deno.makeTempDir({ prefix: "parley-store-" });
  const store = await SqliteStore.open({ folder, clock });
  return {
    store,
    async [Symbol.asyncDispose]() {
      await store.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
});
