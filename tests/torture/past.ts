/** A log that is long already: what a server keeps in memory of the past (pages of the database, ids) is then as large as it gets. */

/** The one who said all of it. */
export const PAST_SENDER = "past";

const PART = 1000;
const TEXT = "x".repeat(100);

/** Says so many messages in a room of nobody else's. Resolves when all are stored. @param port of a server without a rate limit */
export async function sayPast(port: number, count: number): Promise<void> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const isAllStored = untilEnd(conn, count - 1);
  await write(conn, command(`/login ${PAST_SENDER}`) + command("/join #past"));
  for (let from = 0; from < count; from += PART) {
    await write(
      conn,
      Array.from({ length: Math.min(PART, count - from) }, (_, i) => line(from + i)).join(""),
    );
  }
  await isAllStored;
}

/** Reads until the reply to the last message: replies come in the order of what they answer. */
async function untilEnd(conn: Deno.Conn, last: number): Promise<void> {
  const reply = `"reply_to":"past-${last}"`;
  const decoder = new TextDecoder();
  const bytes = new Uint8Array(64 * 1024);
  let end = "";
  while (!end.includes(reply)) {
    const length = await conn.read(bytes);
    if (length === null) throw new Error("The server ended the connection that fills its log.");
    end = end.slice(-reply.length) + decoder.decode(bytes.subarray(0, length), { stream: true });
  }
}

async function write(conn: Deno.Conn, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

function command(message: string): string {
  return JSON.stringify({ type: "command", message }) + "\n";
}

function line(number: number): string {
  return JSON.stringify({ type: "chat", id: `past-${number}`, destination: "#past", message: TEXT }) + "\n";
}
