/**
 * What the generator's own ceiling is measured against: a server that does next to nothing for a delivery. It speaks
 * `plain-tcp`, reads no messages, and writes to each member of a room the same piece of memory, all that came since the
 * last write at once.
 *
 * `deno run --allow-net bench/generator/ceiling.ts --port PORT`
 */

import { Buffer } from "node:buffer";
import { setImmediate } from "node:timers";
import { parseArgs } from "node:util";

const READ_SIZE = 64 * 1024;
const NEWLINE = 10;
const OK = Buffer.from("OK\n");

const rooms = new Map<string, Room>();

if (import.meta.main) {
  const { port } = parseArgs({ options: { port: { type: "string", default: "0" } } }).values;
  void serve(Deno.listen({ hostname: "127.0.0.1", port: Number(port) }));
}

/** Until the listener is closed and all clients have gone. */
export async function serve(listener: Deno.TcpListener): Promise<void> {
  const conversations: Promise<void>[] = [];
  for await (const conn of listener) {
    conn.setNoDelay(true);
    conversations.push(converse(conn));
  }
  await Promise.all(conversations);
}

class Room {
  readonly #members = new Set<Deno.TcpConn>();
  #waiting: Buffer[] = [];
  #isWriting = false;

  add(member: Deno.TcpConn): void {
    this.#members.add(member);
  }

  remove(member: Deno.TcpConn): void {
    this.#members.delete(member);
  }

  /** @param lines whole ones */
  say(lines: Buffer): void {
    this.#waiting.push(lines);
    if (this.#isWriting) return;
    this.#isWriting = true;
    // What comes in the same turn goes out together.
    setImmediate(() => void this.#write());
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const chunk = Buffer.concat(this.#waiting);
      this.#waiting = [];
      await Promise.all(Array.from(this.#members, (member) => write(member, chunk)));
    }
    this.#isWriting = false;
  }
}

async function converse(conn: Deno.TcpConn): Promise<void> {
  let room: Room | undefined;
  for await (const lines of linesOf(conn)) {
    if (room) room.say(lines);
    else {
      room = enter(lines.toString(), conn);
      await write(conn, OK);
    }
  }
  room?.remove(conn);
  conn.close();
}

/** @param line `J room`, the first that a client sends */
function enter(line: string, conn: Deno.TcpConn): Room {
  const name = line.trimEnd().slice(2);
  const room = rooms.get(name) ?? new Room();
  rooms.set(name, room);
  room.add(conn);
  return room;
}

/** Runs of whole lines, until the connection ends. */
async function* linesOf(conn: Deno.TcpConn): AsyncGenerator<Buffer> {
  const bytes = Buffer.allocUnsafe(READ_SIZE);
  let filled = 0;
  for (let read; (read = await conn.read(bytes.subarray(filled)).catch(() => null)) !== null;) {
    filled += read;
    const end = bytes.lastIndexOf(NEWLINE, filled - 1) + 1;
    if (end > 0) yield Buffer.from(bytes.subarray(0, end));
    bytes.copyWithin(0, end, filled);
    filled -= end;
  }
}

/** A member who goes away is noticed by who reads from it. */
async function write(conn: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  try {
    for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
  } catch (error) {
    if (!isConnectionEnd(error)) throw error;
  }
}

function isConnectionEnd(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted;
}
