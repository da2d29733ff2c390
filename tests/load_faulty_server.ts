/** A server that speaks just enough of the protocol for the load tester, and makes mistakes on purpose. */

import { LineReader } from "../protocol/lines.ts";

/** What it does with one message for one receiver: the lines that are sent. `held` are lines kept back for that receiver so far. */
export type Fault = (line: string, receiver: number, held: string[]) => readonly string[];

interface Member {
  readonly conn: Deno.TcpConn;
  readonly number: number;
  readonly held: string[];
}

export interface FaultyServerOptions {
  /** What becomes of a reply to a message; `receiver` is its sender. */
  readonly answer?: Fault;
  /** Which messages it refuses, by their id. */
  readonly refuses?: (id: string) => boolean;
}

export class FaultyServer implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #fault: Fault;
  readonly #answer: Fault;
  readonly #refuses: (id: string) => boolean;
  readonly #members: Member[] = [];
  readonly #tasks: Promise<void>[] = [];
  /** Messages are spread one after the other, so that the only mistakes are those that are asked for. */
  #spreading: Promise<void> = Promise.resolve();
  #seq = 0;

  constructor(
    fault: Fault,
    { answer = (line) => [line], refuses = () => false }: FaultyServerOptions = {},
  ) {
    this.#fault = fault;
    this.#answer = answer;
    this.#refuses = refuses;
    this.#tasks.push(this.#accept());
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await Promise.all(this.#tasks);
  }

  async #accept(): Promise<void> {
    for await (const conn of this.#listener) this.#tasks.push(this.#converse(conn));
  }

  async #converse(conn: Deno.TcpConn): Promise<void> {
    const member: Member = { conn, number: this.#members.length, held: [] };
    const reader = new LineReader();
    const buffer = new Uint8Array(4096);
    for (let read; (read = await conn.read(buffer).catch(() => null)) !== null;) {
      for (const line of reader.push(buffer.subarray(0, read))) {
        await this.#handle(member, JSON.parse(String(line)));
      }
    }
    conn.close();
  }

  async #handle(member: Member, request: { type: string; id: string; message: string }): Promise<void> {
    if (request.type === "chat") {
      this.#spreading = this.#spreading.then(() => this.#spread(member, request));
      return await this.#spreading;
    }
    const command = request.message.split(" ")[0];
    if (command === "/join") this.#members.push(member);
    const code = { "/login": "welcome", "/join": "joined", "/ping": "pong" }[command!];
    const caughtUp = command === "/login" ? [notice({ code: "caught_up" })] : [];
    await write(member, [notice({ code, reply_to: request.id }), ...caughtUp]);
  }

  async #spread(sender: Member, { id, message }: { id: string; message: string }): Promise<void> {
    if (this.#refuses(id)) return await write(sender, [refusal(id)]);
    const seq = ++this.#seq;
    const line = JSON.stringify({ type: "chat", message, metadata: {}, id, seq });
    for (const member of this.#members) {
      if (member === sender) continue;
      await write(member, this.#fault(line, this.#members.indexOf(member), member.held));
    }
    const reply = notice({ code: "stored", reply_to: id, seq });
    await write(sender, this.#answer(reply, this.#members.indexOf(sender), sender.held));
  }
}

function notice(metadata: Record<string, unknown>): string {
  return JSON.stringify({ type: "notification", sender: "server", destination: "", message: "", metadata });
}

function refusal(id: string): string {
  return notice({ code: "error", error: "store_unavailable", reply_to: id });
}

async function write({ conn }: Member, lines: readonly string[]): Promise<void> {
  const bytes = new TextEncoder().encode(lines.map((line) => line + "\n").join(""));
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}
