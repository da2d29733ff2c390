/** Emoji: their names, loaded once somebody looks for one, and those that this browser's user took last. */

import { signal } from "@preact/signals";
import { readLocal, removeLocal, writeLocal } from "../storage/local_storage.ts";

type EmojiData = typeof import("./emoji_data.ts");

const KEY = "parley.recent-emoji";
const MAX_RECENT = 18;

/** Set once it was loaded. */
export const emojiData = signal<EmojiData | undefined>(undefined);
/** The latest first. */
export const recentEmoji = signal<readonly string[]>(readRecent());

/** Rejects where it cannot be had just now; another call tries again. */
export async function loadEmoji(): Promise<EmojiData> {
  return emojiData.value ??= await import("./emoji_data.ts");
}

export function noteEmoji(symbol: string): void {
  recentEmoji.value = [symbol, ...recentEmoji.value.filter((each) => each !== symbol)].slice(0, MAX_RECENT);
  writeLocal(KEY, JSON.stringify(recentEmoji.value));
}

/** As on a log out. */
export function forgetRecentEmoji(): void {
  recentEmoji.value = [];
  removeLocal(KEY);
}

function readRecent(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(readLocal(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((each) => typeof each === "string").slice(0, MAX_RECENT) : [];
  } catch {
    return [];
  }
}
