/** The commands that can be typed on this page: those of the server, in the words of its `help`. */

import { signal } from "@preact/signals";
import type { ChatClient } from "../../../client/chat_client.ts";
import { type CommandSpec, findCommand } from "../../../protocol/commands.ts";

export interface CommandHelp {
  readonly name: string;
  /** As in `/join ROOM`. */
  readonly usage: string;
  readonly summary: string;
}

/** What programs send by themselves, and what is over once one is signed in. */
const HIDDEN: ReadonlySet<string> = new Set(["login", "register", "typing", "draft", "seen"]);
/** What one needs rarely, and should not take by mistake, comes last. */
const LAST: readonly string[] = ["nick", "password", "ping", "help", "logout", "quit"];
/** What this page does otherwise than a terminal (command_line.ts). */
const ON_THIS_PAGE: Readonly<Record<string, string>> = {
  history: "shows older messages here; with a name, that conversation",
  find: "opens the search with these words",
  msg: "a direct message, to anybody; without a text, opens the conversation",
  logout: "logs out of this page",
  quit: "logs out of this page",
};

export class ServerCommands {
  readonly #client: ChatClient;
  readonly #all = signal<readonly CommandHelp[]>([]);

  constructor(client: ChatClient) {
    this.#client = client;
  }

  /** Empty until they were loaded. */
  get all(): readonly CommandHelp[] {
    return this.#all.value;
  }

  /**
   * Asks the server once in a session.
   * @throws ConnectionLost (rejects); the next call tries again
   */
  async load(): Promise<readonly CommandHelp[]> {
    if (this.all.length > 0) return this.all;
    const { metadata } = await this.#client.command("/help");
    this.#all.value = (metadata.commands as CommandHelp[])
      .filter(({ name }) => !HIDDEN.has(name))
      .map((help) => ({ ...help, summary: ON_THIS_PAGE[help.name] ?? help.summary }))
      .toSorted((a, b) => LAST.indexOf(a.name) - LAST.indexOf(b.name));
    return this.all;
  }

  /** What the command that `line` begins with takes and does. */
  helpFor(line: string): CommandHelp | undefined {
    const [, name] = /^\/(\S+)\s/.exec(line) ?? [];
    return name === undefined
      ? undefined
      : this.all.find((help) => spellings(help).includes(name.toLowerCase()));
  }
}

export function spellings({ name }: CommandHelp): readonly string[] {
  const spec: CommandSpec | undefined = findCommand(name);
  return [name, ...spec?.aliases ?? []];
}
