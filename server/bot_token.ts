/** `deno task bot-token NAME [--data DIR]`: makes the bot of that name where there is none, and prints a new token for it. */

import { Command, CommanderError } from "@commander-js/extra-typings";
import { ChatError } from "../protocol/errors.ts";
import { Accounts } from "./accounts.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import { SqliteStore } from "./sqlite/sqlite_store.ts";
import { StoreOpenError } from "./sqlite/store_open_error.ts";

const program = new Command("bot-token")
  .description("Makes a bot and prints the token with which it logs in. The server may be running.")
  .argument("<name>", "the bot's name")
  .option("--data <dir>", "folder of the database", Deno.env.get("PARLEY_DATA") || "data")
  .exitOverride();

/** The token alone goes to the output, so that a script can take it. */
const print = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));
const tell = (line: string) => Deno.stderr.writeSync(new TextEncoder().encode(`bot-token: ${line}\n`));

if (import.meta.main) Deno.exit(await main());

async function main(): Promise<0 | 1 | 2> {
  try {
    program.parse(Deno.args, { from: "user" });
    await makeToken(program.processedArgs[0]!, program.opts().data);
    return 0;
  } catch (error) {
    // It has printed its words already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof ChatError || error instanceof StoreOpenError)) throw error;
    tell(error.message);
    return 1;
  }
}

async function makeToken(name: string, folder: string): Promise<void> {
  const store = await SqliteStore.open({ folder, isServer: false });
  try {
    const earlier = await store.findUser(name);
    print(await new Accounts(store, SYSTEM_CLOCK).botToken(name));
    if (earlier?.isBot) {
      tell(`${earlier.name} was there before: this token is one more, and those it has still hold.`);
    }
  } finally {
    await store.close();
  }
}
