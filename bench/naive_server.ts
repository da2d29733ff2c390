/**
 * What Parley is measured against: the simplest chat server over TCP in Deno. It stores nothing and checks nothing, reads and
 * encodes as cheaply as can be, and writes once for each message and receiver.
 *
 * `deno run --allow-net bench/naive_server.ts --port PORT`
 */

import { parseArgs } from "node:util";

interface Participant {
  readonly conn: Deno.TcpConn;
  name: string;
  /** Lines that wait until the one before is written. */
  readonly waiting: Uint8Array[];
  isWriting: boolean;
}

interface Incoming {
  readonly type: string;
  readonly id?: string;
  readonly destination?: string;
  readonly message: string;
}

const encoder = new TextEncoder();
const rooms = new Map<string, Set<Participant>>();
let seq = 0;

if (import.meta.main) {
  const { port } = parseArgs({ options: { port: { type: "string", default: "0" } } }).values;
  await serve(Deno.listen({ hostname: "127.0.0.1", port: Number(port) }));
}

async function serve(listener: Deno.TcpListener): Promise<void> {
  for await (const conn of listener) {
    conn.setNoDelay(true);
    void converse({ conn, name: "", waiting: [], isWriting: false });
  }
}

async function converse(participant: Participant): Promise<void> {
  try {
    say(participant, "Enter your username:");
    await read(participant);
  } catch (error) {
    // Clients that go away are what ends a conversation here.
    if (!isConnectionEnd(error)) throw error;
  } finally {
    for (const members of rooms.values()) members.delete(participant);
  }
}

async function read(participant: Participant): Promise<void> {
  const buffer = new Uint8Array(16 * 1024);
  const decoder = new TextDecoder();
  let rest = "";
  for (let read; (read = await participant.conn.read(buffer)) !== null;) {
    const lines = (rest + decoder.decode(buffer.subarray(0, read), { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) handle(participant, JSON.parse(line) as Incoming);
  }
}

function handle(participant: Participant, incoming: Incoming): void {
  if (incoming.type === "chat") return spread(participant, incoming);
  const [command, argument = ""] = incoming.message.split(" ");
  if (command === "/login") {
    participant.name = argument;
    reply(participant, incoming, "welcome");
    return notify(participant, { code: "caught_up" });
  }
  if (command === "/join") {
    const members = rooms.get(argument) ?? new Set();
    rooms.set(argument, members.add(participant));
    return reply(participant, incoming, "joined");
  }
  reply(participant, incoming, "pong");
}

function spread(sender: Participant, incoming: Incoming): void {
  seq++;
  const line = encoder.encode(
    `{"type":"chat","sender":"${sender.name}","destination":"${incoming.destination}","message":${
      JSON.stringify(incoming.message)
    },"timestamp":"${new Date().toISOString()}","metadata":{},"id":"${incoming.id}","seq":${seq}}\n`,
  );
  for (const member of rooms.get(incoming.destination ?? "") ?? []) {
    if (member !== sender) write(member, line);
  }
  notify(sender, { code: "stored", reply_to: incoming.id, seq });
}

function reply(participant: Participant, { id }: Incoming, code: string): void {
  notify(participant, { code, reply_to: id });
}

function notify(participant: Participant, metadata: Record<string, unknown>): void {
  const timestamp = new Date().toISOString();
  say(
    participant,
    JSON.stringify({
      type: "notification",
      sender: "server",
      destination: "",
      message: "",
      timestamp,
      metadata,
    }),
  );
}

function say(participant: Participant, line: string): void {
  write(participant, encoder.encode(line + "\n"));
}

/** One write for each line; those that come while one is under way wait, so that a short write cannot mix two lines. */
function write(participant: Participant, line: Uint8Array): void {
  participant.waiting.push(line);
  if (!participant.isWriting) void writeWaiting(participant);
}

async function writeWaiting(participant: Participant): Promise<void> {
  participant.isWriting = true;
  const { conn, waiting } = participant;
  try {
    for (let i = 0; i < waiting.length; i++) {
      for (let line = waiting[i]!; line.length > 0;) line = line.subarray(await conn.write(line));
    }
  } catch (error) {
    if (!isConnectionEnd(error)) throw error;
  }
  waiting.length = 0;
  participant.isWriting = false;
}

function isConnectionEnd(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted;
}
