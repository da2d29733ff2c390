/** All emoji with their names; heavy, so it is loaded only where somebody looks for one (state/emoji.ts). */

import compact from "emojibase-data/en/compact.json" with { type: "json" };
import github from "emojibase-data/en/shortcodes/github.json" with { type: "json" };
import { match } from "./ranking.ts";

export interface Emoji {
  readonly symbol: string;
  /** What it shows, in words. */
  readonly label: string;
  /** Without colons; the first is the one that is offered. */
  readonly codes: readonly string[];
  /** What it is found by: its codes and its label, and what it has to do with; lower case, with `_` for spaces. */
  readonly names: readonly string[];
  readonly tags: readonly string[];
}

export interface EmojiGroup {
  readonly title: string;
  readonly emoji: readonly Emoji[];
}

/** By the number that emojibase gives the group; 2 is made of parts of others. */
const GROUPS = new Map([
  [0, "Smileys"],
  [1, "People"],
  [3, "Animals and nature"],
  [4, "Food and drink"],
  [5, "Travel and places"],
  [6, "Activities"],
  [7, "Objects"],
  [8, "Symbols"],
  [9, "Flags"],
]);

interface Row {
  readonly unicode: string;
  readonly label: string;
  readonly hexcode: string;
  readonly group?: number;
  readonly order?: number;
  readonly tags?: readonly string[];
}

const CODES = github as Readonly<Record<string, string | readonly string[]>>;

const rows = (compact as readonly Row[])
  .filter(({ group }) => group !== undefined && GROUPS.has(group))
  .sort((a, b) => (a.order ?? 0) - (b.order ?? 0));

/** In the order in which they are shown. */
export const GROUPS_OF_EMOJI: readonly EmojiGroup[] = [...GROUPS].map(([number, title]) => ({
  title,
  emoji: rows.filter(({ group }) => group === number).map(emojiOf),
}));

const ALL = GROUPS_OF_EMOJI.flatMap(({ emoji }) => emoji);
const BY_CODE = new Map(ALL.flatMap((emoji) => emoji.codes.map((code) => [code, emoji])));
const BY_SYMBOL = new Map(ALL.map((emoji) => [emoji.symbol, emoji]));

/** The emoji that `:code:` means. */
export function emojiOfCode(code: string): Emoji | undefined {
  return BY_CODE.get(code.toLowerCase());
}

export function emojiOfSymbol(symbol: string): Emoji | undefined {
  return BY_SYMBOL.get(symbol);
}

/** Those whose code, name or tags have `query` in them: the best first, and among equals those of `recent`. */
export function findEmoji(query: string, recent: readonly string[]): readonly Emoji[] {
  const wanted = query.trim().toLowerCase().replaceAll(/[\s_]+/g, "_");
  const found = ALL.flatMap((emoji, order) => {
    const quality = qualityOf(emoji, wanted);
    if (quality === undefined) return [];
    const used = recent.indexOf(emoji.symbol);
    return [{ emoji, rank: [quality, used < 0 ? recent.length : used, order] as const }];
  });
  return found
    .sort(({ rank: a }, { rank: b }) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2])
    .map(({ emoji }) => emoji);
}

/** 0 is best: the very code, then one that begins so, then a tag, then a code that has it inside; undefined where nothing fits. */
function qualityOf({ names, tags }: Emoji, wanted: string): number | undefined {
  const matches = names.map((name) => match(name, wanted));
  if (matches.includes("exact")) return 0;
  if (matches.includes("prefix")) return 1;
  if (tags.some((tag) => tag.startsWith(wanted))) return 2;
  return matches.some((each) => each !== undefined) ? 3 : undefined;
}

function emojiOf({ unicode, label, hexcode, tags = [] }: Row): Emoji {
  const codes = [CODES[hexcode] ?? codeOf(label)].flat();
  return { symbol: unicode, label, codes, names: [...codes, codeOf(label)], tags: tags.map(codeOf) };
}

/** What has no code of its own gets one from its name. */
function codeOf(label: string): string {
  return label.toLowerCase().replaceAll(/[^\p{L}\p{N}+-]+/gu, "_").replaceAll(/^_|_$/g, "");
}
