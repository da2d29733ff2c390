/** All emoji with their names; heavy, so it is loaded only where somebody looks for one (emoji.ts). */

import compact from "emojibase-data/en/compact.json" with { type: "json" };
import github from "emojibase-data/en/shortcodes/github.json" with { type: "json" };

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
export const EMOJI_GROUPS: readonly EmojiGroup[] = [...GROUPS].map(([number, title]) => ({
  title,
  emoji: rows.filter(({ group }) => group === number).map(emojiOf),
}));
const ALL = EMOJI_GROUPS.flatMap(({ emoji }) => emoji);
const BY_CODE = new Map(ALL.flatMap((emoji) => emoji.codes.map((code) => [code, emoji])));
const BY_SYMBOL = new Map(ALL.map((emoji) => [emoji.symbol, emoji]));

/** The emoji that `:code:` means. */
export function emojiOfCode(code: string): Emoji | undefined {
  return BY_CODE.get(code.toLowerCase());
}

export function emojiOfSymbol(symbol: string): Emoji | undefined {
  return BY_SYMBOL.get(symbol);
}

/** Those whose code, name or tags have `query` in them: the best first, and among equals those of `recent`, then the shorter. */
export function findEmoji(query: string, recent: readonly string[]): readonly Emoji[] {
  const wanted = query.trim().toLowerCase().replaceAll(/[\s_]+/g, "_");
  const found = ALL.flatMap((emoji) => {
    const fit = fitOf(emoji, wanted);
    if (fit === undefined) return [];
    const used = recent.indexOf(emoji.symbol);
    return [{ emoji, rank: [fit.quality, used < 0 ? recent.length : used, fit.length] as const }];
  });
  return found
    .sort(({ rank: a }, { rank: b }) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2])
    .map(({ emoji }) => emoji);
}

interface Fit {
  /** 0 is best: the very code, then one that begins so, then a tag, then a code that has it inside. */
  readonly quality: number;
  /** Of the name that fits. */
  readonly length: number;
}

function fitOf({ names, tags }: Emoji, wanted: string): Fit | undefined {
  const lengthOf = (test: (name: string) => boolean) =>
    Math.min(...names.filter(test).map(({ length }) => length));
  if (names.some((name) => name === wanted)) return { quality: 0, length: wanted.length };
  if (names.some((name) => name.startsWith(wanted))) {
    return { quality: 1, length: lengthOf((name) => name.startsWith(wanted)) };
  }
  if (tags.some((tag) => tag.startsWith(wanted))) return { quality: 2, length: 0 };
  if (names.some((name) => name.includes(wanted))) return { quality: 3, length: 0 };
  return undefined;
}

function emojiOf({ unicode, label, hexcode, tags = [] }: Row): Emoji {
  const codes = [CODES[hexcode] ?? codeOf(label)].flat();
  return { symbol: unicode, label, codes, names: [...codes, codeOf(label)], tags: tags.map(codeOf) };
}

/** What has no code of its own gets one from its name. */
function codeOf(label: string): string {
  return label.toLowerCase().replaceAll(/[^\p{L}\p{N}+-]+/gu, "_").replaceAll(/^_|_$/g, "");
}
