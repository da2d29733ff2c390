/** `deno task bot-token NAME [--data DIR]`: makes the bot of that name where there is none, and prints a new token for it. */

import { Command } from "@commander-js/extra-typings";
import { Accounts } from "./accounts.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import { defaultDataFolder, printProblem, runTool } from "./operator_tool.ts";
import { SqliteStore } from "./sqlite/sqlite_store.ts";

const program = new Command("bot-token")
  .description("Makes a bot and prints the token with which it logs in. The server may be running.")
  .argument("<name>", "the bot's name")
  .option("--data <dir>", "folder of the database", defaultDataFolder())
  .exitOverride();

if (import.meta.main) {
  Deno.exit(
    await runTool("bot-token", () => {
      program.parse(Deno.args, { from: "user" });
      return makeToken(program.processedArgs[0]!, program.opts().data);
    }),
  );
}

/** The token alone goes to the output, so that a script can take it. @returns it */
async function makeToken(name: string, folder: string): Promise<string> {
  const store = await SqliteStore.open({ folder, isServer: false });
  try {
    const earlier = await store.findUser(name);
    const token = await new Accounts(store, SYSTEM_CLOCK).botToken(name);
    if (earlier?.isBot) {
      printProblem(
        "bot-token",
        `${earlier.name} was there before: this token is one more, and those it has still hold.`,
      );
    }
    return token;
  } finally {
    await store.close();
  }
}
