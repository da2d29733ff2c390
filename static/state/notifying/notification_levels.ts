/** Of which messages of a conversation a user is told, kept in this browser for each user, and the same in all tabs. */

import { type Signal, signal } from "@preact/signals";
import { userKey } from "../../../protocol/names.ts";
import { conversationKey } from "../keys.ts";
import { localKeys, readLocal, removeLocal, writeLocal } from "../storage/local_storage.ts";

/** `mentions` of a room are those of the user, of a direct conversation all that is said; `all` has a service's readings too. */
const LEVELS = ["mentions", "all", "none"] as const;
export type Level = typeof LEVELS[number];

const PREFIX = "parley.notify.";

export class NotificationLevels {
  readonly #kept = signal<Readonly<Record<string, Level>>>({});
  readonly #me: Signal<string>;
  #readFor: string | undefined;

  constructor(me: Signal<string>) {
    this.#me = me;
    addEventListener("storage", this.#changedElsewhere);
  }

  close(): void {
    removeEventListener("storage", this.#changedElsewhere);
  }

  of(conversation: string): Level {
    if (this.#readFor !== this.#storageKey()) this.#read();
    const level = this.#kept.value[conversationKey(conversation)];
    return LEVELS.find((each) => each === level) ?? "mentions";
  }

  set(conversation: string, level: Level): void {
    this.#read();
    const { [conversationKey(conversation)]: _, ...others } = this.#kept.value;
    this.#keep(level === "mentions" ? others : { ...others, [conversationKey(conversation)]: level });
  }

  /** The other side of a conversation, or the user, is called otherwise from now on. */
  rename(old: string, name: string): void {
    const level = this.of(old);
    if (level === "mentions") return;
    this.set(old, "mentions");
    this.set(name, level);
  }

  /** Forgets what this browser keeps, of every user, as on a log out. */
  static forgetAll(): void {
    for (const key of localKeys()) if (key.startsWith(PREFIX)) removeLocal(key);
  }

  readonly #changedElsewhere = ({ key }: StorageEvent) => {
    if (key === this.#storageKey()) this.#read();
  };

  #read(): void {
    this.#readFor = this.#storageKey();
    this.#kept.value = parsed(readLocal(this.#readFor));
  }

  #keep(levels: Readonly<Record<string, Level>>): void {
    this.#kept.value = levels;
    writeLocal(this.#storageKey(), JSON.stringify(levels));
  }

  #storageKey(): string {
    return PREFIX + userKey(this.#me.value);
  }
}

function parsed(text: string | null): Record<string, Level> {
  try {
    const levels: unknown = JSON.parse(text ?? "{}");
    return typeof levels === "object" && levels !== null ? { ...levels } : {};
  } catch {
    return {};
  }
}
