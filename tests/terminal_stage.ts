/** The terminal client as a process in a real pseudo-terminal, against a real server. */

import { ChatClient } from "../client/chat_client.ts";
import { connectTcp } from "../client/tcp_transport.ts";
import { TestServer } from "./test_server.ts";
import { noTmux, TmuxTerminal } from "./tmux_terminal.ts";

export const CLIENT = new URL("../client.ts", import.meta.url).pathname;
const CONFIG = new URL("../deno.json", import.meta.url).pathname;

/** With the one permission that it needs: were it to need another, it would ask for that on the screen, and the test fail. */
export const RUN = `${Deno.execPath()} run --quiet --no-check --config ${CONFIG} --allow-net`;

/** A server, a terminal in which nothing runs yet, and others who are logged in by other means. */
export class Stage {
  readonly #others: ChatClient[] = [];

  constructor(public server: TestServer, readonly terminal: TmuxTerminal) {}

  static async open({ columns = 60, rows = 20 } = {}): Promise<Stage> {
    return new Stage(await TestServer.start(), await TmuxTerminal.open({ columns, rows }));
  }

  /** Starts the client in the terminal; what it exits with is printed after it. */
  async start(flags = "--name alice", permissions = ""): Promise<void> {
    await this.terminal.enter(
      `${RUN} ${permissions} ${CLIENT} --server tcp://127.0.0.1:${this.server.port} ${flags}; echo "exit code $?"`,
    );
  }

  async other(login: { name: string; token?: string }): Promise<ChatClient> {
    const connect = connectTcp({ hostname: "127.0.0.1", port: this.server.port });
    const client = new ChatClient({ connect, login, backoff: () => 50 });
    this.#others.push(client);
    await client.start();
    return client;
  }

  /** A bot that has joined the room. */
  async bot(): Promise<ChatClient> {
    const bot = await this.other({
      name: "openai",
      token: await this.server.chat.accounts.botToken("openai"),
    });
    await bot.command("/join #general");
    return bot;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#others.map((client) => client.close()));
    await this.terminal[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

export const PROMPT = /^#general> $/m;

/** Looks for a screen that ends with this line being typed, of which there are no copies, and shows `text` above it. */
export function typing(line: string, text: RegExp): (screen: string) => boolean {
  return (screen) => text.test(screen) && bare(screen).split("#general>").slice(1).join() === bare(line);
}

export function showing(text: string): (screen: string) => boolean {
  return (screen) => bare(screen).includes(bare(text));
}

/** Without white space, since the right edge of the screen breaks lines anywhere. */
function bare(text: string): string {
  return text.replace(/\s/g, "");
}

export function pty(name: string, body: () => Promise<void>): void {
  Deno.test({ name: `terminal: ${name}`, ignore: noTmux, fn: body });
}
