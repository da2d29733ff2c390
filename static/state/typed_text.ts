/** What was typed and not sent yet, per conversation; kept in this browser through reloads. */

import { signal } from "@preact/signals";
import { conversationKey } from "./keys.ts";

const PREFIX = "parley.typed.";

export class TypedText {
  #user = "";
  readonly #texts = signal<ReadonlyMap<string, string>>(new Map());

  /** Whose texts these are. */
  setUser(user: string): void {
    this.#user = user.toLowerCase();
  }

  of(name: string): string {
    const key = conversationKey(name);
    return this.#texts.value.get(key) ?? localStorage.getItem(this.#storageKey(key)) ?? "";
  }

  set(name: string, text: string): void {
    const key = conversationKey(name);
    this.#texts.value = new Map(this.#texts.value).set(key, text);
    if (text === "") localStorage.removeItem(this.#storageKey(key));
    else localStorage.setItem(this.#storageKey(key), text);
  }

  /** Forgets what this browser keeps, of every user, as on a log out. */
  static forgetAll(): void {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(PREFIX)) localStorage.removeItem(key);
    }
  }

  #storageKey(key: string): string {
    return `${PREFIX}${this.#user}.${key}`;
  }
}
