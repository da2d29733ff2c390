/** The terminal client: `deno run --allow-net client.ts --help`. */

import { runTerminal } from "./client/terminal.ts";

if (import.meta.main) Deno.exit(await runTerminal(Deno.args));
