/** What a user has chosen on this page, kept in this browser and the same in all of its tabs. */

import { type Signal, signal } from "@preact/signals";
import { readLocal, writeLocal } from "./local_storage.ts";

const PREFIX = "parley.preference.";

const kept = new Map<
  string,
  { readonly value: Signal<unknown>; readonly read: (raw: string | null) => unknown }
>();

addEventListener("storage", ({ key, newValue }) => {
  const preference = kept.get(key ?? "");
  if (preference) preference.value.value = preference.read(newValue);
});

/** One of a fixed set of words, kept through reloads; whatever else is found in the storage counts as the first of them. */
export function preference<Word extends string>(name: string, words: readonly [Word, ...Word[]]): {
  readonly value: Signal<Word>;
  readonly set: (word: Word) => void;
} {
  const key = PREFIX + name;
  const read = (raw: string | null) => words.find((word) => word === raw) ?? words[0];
  const value = signal<Word>(read(readLocal(key)));
  kept.set(key, { value: value as Signal<unknown>, read });
  return {
    value,
    set(word) {
      value.value = word;
      writeLocal(key, word);
    },
  };
}
