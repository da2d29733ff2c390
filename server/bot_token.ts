/** `deno task bot-token NAME [--data DIR]`: makes the bot of that name where there is none, and prints a new token for it. */

import { Command } from "@commander-js/extra-typings";
import { ChatError } from "../protocol/errors.ts";
import { Accounts } from "./accounts.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import { SqliteStore } from "./sqlite/sqlite_store.ts";
import { StoreOpenError } from "./sqlite/store_open_error.ts";

const program = new Command("bot-token")
  .description("Makes a bot and prints the token with which it logs in. The server may be running.")
  .argument("<name>", "the bot's name")
  .option("--data <dir>", "folder of the database", Deno.env.get("PARLEY_DATA") ?? "data")
  .parse(Deno.args, { from: "user" });

const [name] = program.processedArgs;
try {
  const store = await SqliteStore.open({ folder: program.opts().data, isServer: false });
  const token = await new Accounts(store, SYSTEM_CLOCK).botToken(name).finally(() => store.close());
  await Deno.stdout.write(new TextEncoder().encode(token + "\n"));
} catch (error) {
  if (!(error instanceof ChatError || error instanceof StoreOpenError)) throw error;
  await Deno.stderr.write(new TextEncoder().encode(`bot-token: ${error.message}\n`));
  Deno.exitCode = 1;
}
