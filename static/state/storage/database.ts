/** What this browser keeps of its users: what they typed, what is not sent yet, and enough to open without the server. */

import { signal } from "@preact/signals";
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import {
  isKeptPage,
  isOverview,
  isTypedRecord,
  isUnsentRecord,
  type KeptPage,
  type Overview,
  type TypedRecord,
  type UnsentRecord,
} from "./kept_records.ts";

interface Schema extends DBSchema {
  typed: { key: [string, string]; value: TypedRecord };
  unsent: { key: number; value: UnsentRecord; indexes: { user: string } };
  overviews: { key: string; value: Overview };
  pages: { key: [string, string]; value: KeptPage };
}

const NAME = "parley";
const VERSION = 1;
const STORES = ["typed", "unsent", "overviews", "pages"] as const;
/** What a message waits for before it is sent: that it would survive a power cut. */
const STRICT = { durability: "strict" } as const;

/** Every method also resolves where the browser refuses to keep anything; then nothing is kept and nothing found. */
export class Database {
  /** Whether what is given here survives a reload. */
  readonly isLasting = signal(true);
  #opened: Promise<IDBPDatabase<Schema>> | undefined;

  typedBy(user: string): Promise<readonly TypedRecord[]> {
    return this.#try([], async (database) => {
      const records = await database.getAll("typed", rangeOf(user));
      return records.filter(isTypedRecord);
    });
  }

  /** Empty texts are forgotten. */
  keepTyped(records: readonly TypedRecord[]): Promise<void> {
    return this.#try(undefined, async (database) => {
      // What was sent is kept as unsent first: both stores in one transaction make this one wait for that.
      const transaction = database.transaction(["typed", "unsent"], "readwrite", { durability: "relaxed" });
      const typed = transaction.objectStore("typed");
      for (const record of records) {
        if (record.text === "") void typed.delete([record.user, record.conversation]);
        else void typed.put(record);
      }
      await transaction.done;
    });
  }

  /** In the order of saying. */
  unsentBy(user: string): Promise<readonly UnsentRecord[]> {
    return this.#try([], async (database) => {
      const records = await database.getAllFromIndex("unsent", "user", user);
      return records.filter(isUnsentRecord);
    });
  }

  /** Keeps a message before it is sent, at its place where it has one. Resolves with its place when it is on disk. */
  keepUnsent(record: UnsentRecord): Promise<number | undefined> {
    return this.#try(record.order, async (database) => {
      const transaction = database.transaction("unsent", "readwrite", STRICT);
      const [order] = await Promise.all([transaction.store.put(record), transaction.done]);
      return order;
    });
  }

  forgetUnsent(order: number): Promise<void> {
    return this.#try(undefined, (database) => database.delete("unsent", order));
  }

  /** Makes what belongs to tabs that are gone belong to another one, and resolves with it. Of several tabs that try, one gets it. */
  adoptUnsent(user: string, gone: ReadonlySet<string>, owner: string): Promise<readonly UnsentRecord[]> {
    return this.#try([], async (database) => {
      const transaction = database.transaction("unsent", "readwrite", STRICT);
      const records = await transaction.store.index("user").getAll(user);
      const orphans = records.filter((record) =>
        isUnsentRecord(record) && record.problem === undefined && gone.has(record.owner)
      );
      const adopted = orphans.map((record) => ({ ...record, owner }));
      for (const record of adopted) void transaction.store.put(record);
      await transaction.done;
      return adopted;
    });
  }

  overviewOf(user: string): Promise<Overview | undefined> {
    return this.#try(undefined, async (database) => {
      const overview = await database.get("overviews", user);
      return isOverview(overview) ? overview : undefined;
    });
  }

  pagesOf(user: string): Promise<readonly KeptPage[]> {
    return this.#try([], async (database) => {
      const pages = await database.getAll("pages", rangeOf(user));
      return pages.filter(isKeptPage);
    });
  }

  keepOverview(overview: Overview, pages: readonly KeptPage[]): Promise<void> {
    return this.#try(undefined, async (database) => {
      const transaction = database.transaction(["overviews", "pages"], "readwrite", {
        durability: "relaxed",
      });
      void transaction.objectStore("overviews").put(overview);
      for (const page of pages) void transaction.objectStore("pages").put(page);
      await transaction.done;
    });
  }

  forgetPages(user: string, sources?: readonly string[]): Promise<void> {
    return this.#try(undefined, async (database) => {
      const transaction = database.transaction("pages", "readwrite");
      if (!sources) void transaction.store.delete(rangeOf(user));
      for (const source of sources ?? []) void transaction.store.delete([user, source]);
      await transaction.done;
    });
  }

  /** What was typed by a user and is not sent belongs to another name from now on; the rest is kept anew. */
  renameUser(old: string, user: string): Promise<void> {
    return this.#try(undefined, async (database) => {
      const transaction = database.transaction(STORES, "readwrite");
      const typed = transaction.objectStore("typed");
      const unsent = transaction.objectStore("unsent");
      for (const record of await typed.getAll(rangeOf(old))) void typed.put({ ...record, user });
      for (const record of await unsent.index("user").getAll(old)) void unsent.put({ ...record, user });
      void typed.delete(rangeOf(old));
      void transaction.objectStore("overviews").delete(old);
      void transaction.objectStore("pages").delete(rangeOf(old));
      await transaction.done;
    });
  }

  /** Leaves nothing of any user. */
  wipe(): Promise<void> {
    return this.#try(undefined, async (database) => {
      const transaction = database.transaction(STORES, "readwrite");
      for (const store of STORES) void transaction.objectStore(store).clear();
      transaction.commit();
      await transaction.done;
    });
  }

  async #try<Result>(
    without: Result,
    work: (database: IDBPDatabase<Schema>) => Promise<Result>,
  ): Promise<Result> {
    try {
      this.#opened ??= this.#open();
      return await work(await this.#opened);
    } catch {
      this.isLasting.value = false;
      return without;
    }
  }

  #open(): Promise<IDBPDatabase<Schema>> {
    return openDB<Schema>(NAME, VERSION, {
      upgrade(database) {
        database.createObjectStore("typed", { keyPath: ["user", "conversation"] });
        const unsent = database.createObjectStore("unsent", { keyPath: "order", autoIncrement: true });
        unsent.createIndex("user", "user");
        database.createObjectStore("overviews", { keyPath: "user" });
        database.createObjectStore("pages", { keyPath: ["user", "source"] });
      },
      // A page that is newer than this one waits for it.
      blocking: (_current, _blocked, event) => {
        (event.target as IDBDatabase).close();
        this.#opened = undefined;
      },
      terminated: () => {
        this.#opened = undefined;
      },
    });
  }
}

export const database = new Database();

/** All keys `[user, …]`: arrays come after strings. */
function rangeOf(user: string): IDBKeyRange {
  return IDBKeyRange.bound([user], [user, []]);
}
