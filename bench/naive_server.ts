/**
 * What Parley's way of delivering is measured against: the simplest chat server over TCP in Deno. It stores nothing and
 * checks nothing, copies lines as they are, and writes once for each message and receiver.
 *
 * `deno run --allow-net bench/naive_server.ts PORT`
 */

interface Participant {
  readonly conn: Deno.TcpConn;
  /** Those who get what it says. */
  room: Set<Participant>;
  /** Lines that wait until the one before is written. */
  readonly waiting: Uint8Array[];
  isWriting: boolean;
}

const NEWLINE = "\n";
const encoder = new TextEncoder();
const rooms = new Map<string, Set<Participant>>();

if (import.meta.main) await serve(Deno.listen({ hostname: "127.0.0.1", port: Number(Deno.args[0]) }));

async function serve(listener: Deno.TcpListener): Promise<void> {
  for await (const conn of listener) {
    conn.setNoDelay(true);
    void converse({ conn, room: new Set(), waiting: [], isWriting: false });
  }
}

async function converse(participant: Participant): Promise<void> {
  try {
    await read(participant);
  } catch (error) {
    // Clients that go away are what ends a conversation here.
    if (!isConnectionEnd(error)) throw error;
  } finally {
    participant.room.delete(participant);
  }
}

async function read(participant: Participant): Promise<void> {
  const buffer = new Uint8Array(16 * 1024);
  const decoder = new TextDecoder();
  let rest = "";
  for (let read; (read = await participant.conn.read(buffer)) !== null;) {
    const lines = (rest + decoder.decode(buffer.subarray(0, read), { stream: true })).split(NEWLINE);
    rest = lines.pop()!;
    for (const line of lines) handle(participant, line);
  }
}

/** `J room` joins; everything else is said there. */
function handle(participant: Participant, line: string): void {
  if (line.startsWith("J ")) return join(participant, line.slice(2));
  const bytes = encoder.encode(line + NEWLINE);
  for (const member of participant.room) write(member, bytes);
}

function join(participant: Participant, name: string): void {
  const room = rooms.get(name) ?? new Set();
  rooms.set(name, room.add(participant));
  participant.room = room;
  write(participant, encoder.encode("OK\n"));
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
