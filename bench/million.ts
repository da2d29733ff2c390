/** A database with a long past, for measuring what grows with it. */

import { SqliteStore } from "../server/sqlite/sqlite_store.ts";
import type { ConversationId, NewMessage, Store, UserId } from "../server/store.ts";

export interface Past {
  readonly messages: number;
  readonly users: number;
  readonly rooms: number;
}

const BATCH = 2000;
const WORDS = "the release of a new version works well in our tests today because we measure before we change"
  .split(" ");

/** Fills an empty data folder through the store. The full-text index is left to be built by the server. */
export async function writePast(
  folder: string,
  past: Past,
  onProgress: (written: number) => void,
): Promise<void> {
  const store = await SqliteStore.open({ folder, synchronous: "NORMAL", isServer: false });
  try {
    const users = await makeUsers(store, past.users);
    const rooms = await makeRooms(store, users, past.rooms);
    for (let from = 0; from < past.messages; from += BATCH) {
      await store.append(batch(from, Math.min(BATCH, past.messages - from), users, rooms));
      onProgress(from);
    }
  } finally {
    await store.close();
  }
}

async function makeUsers(store: Store, count: number): Promise<UserId[]> {
  const records = await Promise.all(
    Array.from(
      { length: count },
      (_, i) => store.createUser({ name: `past-${i}`, passwordHash: null, isBot: false, isGuest: false }),
    ),
  );
  return records.flatMap((record) => record ? [record.id] : []);
}

/** Every user is in five of the rooms. */
async function makeRooms(store: Store, users: readonly UserId[], count: number): Promise<ConversationId[]> {
  const now = Date.now();
  const rooms = await Promise.all(
    Array.from({ length: count }, (_, i) => store.findOrMakeRoom(`#past-${i}`, now)),
  );
  const ids = rooms.map((room) => room.id);
  await Promise.all(
    users.flatMap((user, i) =>
      [0, 1, 2, 3, 4].map((k) => store.join(ids[(i * 5 + k) % ids.length]!, user, now))
    ),
  );
  return ids;
}

function batch(
  from: number,
  count: number,
  users: readonly UserId[],
  rooms: readonly ConversationId[],
): NewMessage[] {
  return Array.from({ length: count }, (_, i) => {
    const number = from + i;
    return {
      conversationId: rooms[number % rooms.length]!,
      senderId: users[number % users.length]!,
      type: "chat",
      text: textOf(number),
      metadata: "{}",
      clientId: crypto.randomUUID(),
      createdAt: Date.now(),
    };
  });
}

/** About 100 bytes. */
function textOf(number: number): string {
  const words = Array.from(
    { length: 18 },
    (_, i) => WORDS[(number * 7 + i * (number % 11 + 1)) % WORDS.length],
  );
  return `${number} ${words.join(" ")}`;
}
