/**
 * Run by tests as a process of its own: appends to the store in the folder of its first argument without end, and prints
 * `SEQ ID` for each message when it is acknowledged. Exits with code 70 where the store fails for good, 1 where it refuses.
 */

import { SqliteStore } from "../server/sqlite/sqlite_store.ts";

const encoder = new TextEncoder();
const print = (text: string) => Deno.stdout.writeSync(encoder.encode(text));

const store = await SqliteStore.open({ folder: Deno.args[0]!, onFatal: () => Deno.exit(70) });
const user = await store.findOrReserveUser("writer");
const room = await store.findOrMakeRoom("#log", 0);
await store.join(room.id, user.id, 0);

/** Four at a time, so that batches of several calls are cut too. */
await Promise.all([0, 1, 2, 3].map(async (lane) => {
  for (let round = 0;; round++) {
    const messages = Array.from({ length: 1 + round % 5 }, (_, index) => ({
      conversationId: room.id,
      senderId: user.id,
      type: "chat" as const,
      text: `text of ${Deno.pid}-${lane}-${round}-${index}`,
      metadata: "{}",
      clientId: `${Deno.pid}-${lane}-${round}-${index}`,
      createdAt: round,
    }));
    const outcomes = await store.append(messages).catch(() => Deno.exit(1));
    print(
      outcomes.map((outcome, index) =>
        outcome.status === "stored" ? `${outcome.seq} ${messages[index]!.clientId}\n` : ""
      ).join(""),
    );
  }
}));
