/** The commands that there are, as the table of protocol/commands.ts has them. */

import { badArguments, COMMANDS, type CommandSpec, findCommand } from "../../protocol/commands.ts";
import type { Reply } from "../reply.ts";
import { type Call, reply } from "./call.ts";

const HINTS = [
  "NAME: TEXT – a direct message; anything else is said in the current room",
  "// at the start says a line that begins with /",
];

export function help({ rest, spec, actor }: Call): Reply {
  const one = rest === "" ? undefined : findCommand(rest);
  if (rest !== "" && !one) {
    throw badArguments(spec, `There is no command ${JSON.stringify(rest.slice(0, 40))}.`);
  }
  const shown = one ? [one] : COMMANDS.filter((command: CommandSpec) => !command.bots || actor?.isBot);
  const commands = shown.map(({ name, usage, summary }) => ({ name, usage, summary }));
  const lines = commands.map(({ usage, summary }) => `${usage} – ${summary}`);
  return reply("help", [...lines, ...(one ? [] : HINTS)].join("\n"), { commands });
}
