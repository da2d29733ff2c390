/** What a user typed into a search, as a query that FTS5 understands and that cannot fail. */

export interface SearchWords {
  /** All of them, one after the other. */
  readonly text: string;
  /** For MATCH: every word or phrase quoted, joined by AND. */
  readonly match: string;
  /** Parts of the words that are plain ASCII; the folded text of whatever matches contains them all. A cheap test before the exact one. */
  readonly needles: readonly string[];
}

/** What is read of a search, in UTF-16 units. */
const MAX_LENGTH = 1000;

/** Words after these are left out: each costs a walk through the index, and in a phrase a walk through each text. */
const MAX_WORDS = 16;

/** Each gathers all places of all words that begin so: 0.2 s for a common letter among a million messages. */
const MAX_PREFIXES = 4;

/** Of a longer piece its beginning is looked for: looking for n units in m takes up to n × m steps. */
export const NEEDLE_LENGTH = 32;

/** A phrase in quotes, or a word; either may end in the star of a prefix. A quote without its other half separates words. */
const PART = /"([^"]*)"(\*?)|([^\s"]+)/g;

/** What the tokenizer unicode61 takes for a word, or more of them; other characters separate words. */
const WORD = /[\p{L}\p{N}\p{Co}\p{M}]+/gu;
const IS_WORD = /[\p{L}\p{N}\p{Co}]/u;

const IS_ASCII = /^[ -~]*$/;

interface Part {
  readonly text: string;
  readonly isPrefix: boolean;
}

/** @returns null where there is no word in it */
export function parseSearchWords(typed: string): SearchWords | null {
  const read = typed.slice(0, MAX_LENGTH).replaceAll("\0", " ").toWellFormed();
  const parts = firstWords(
    [...read.matchAll(PART)]
      .map(([, phrase, star, word]) => toPart(phrase ?? word!, star === "*"))
      .filter(({ text }) => IS_WORD.test(text)),
  );
  if (parts.length === 0) return null;
  return {
    text: parts.map(({ text }) => text).join(" "),
    match: parts.map(({ text, isPrefix }) => `"${text}"${isPrefix ? "*" : ""}`).join(" AND "),
    // Unicode has more ways to fold than one cheap test can follow, so other words are left to the exact one.
    needles: parts.filter(({ text }) => IS_ASCII.test(text)).flatMap(({ text }) => piecesOf(foldText(text))),
  };
}

/** Spelled so that two texts which unicode61 takes for the same are the same; coarser than it is, never finer. */
export function foldText(text: string): string {
  if (IS_ASCII.test(text)) return text.toLowerCase();
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("ς", "σ");
}

function toPart(typed: string, hasStar: boolean): Part {
  let end = typed.length;
  while (typed[end - 1] === "*") end--;
  return { text: typed.slice(0, end), isPrefix: hasStar || end < typed.length };
}

/** Those with the first MAX_WORDS words and the first MAX_PREFIXES prefixes; a part with too many words loses the last of them. */
function firstWords(parts: readonly Part[]): Part[] {
  const kept: Part[] = [];
  let [words, prefixes] = [MAX_WORDS, MAX_PREFIXES];
  for (const part of parts) {
    if (words === 0 || part.isPrefix && prefixes-- <= 0) continue;
    const found = [...part.text.matchAll(WORD)];
    kept.push(found.length > words ? endedAfter(part, found[words - 1]!) : part);
    words = Math.max(0, words - found.length);
  }
  return kept;
}

function endedAfter({ text }: Part, { 0: word, index }: RegExpExecArray): Part {
  return { text: text.slice(0, index + word.length), isPrefix: false };
}

function piecesOf(folded: string): string[] {
  return folded.split(/[^\p{L}\p{N}]+/u).filter((piece) => piece !== "")
    .map((piece) => piece.slice(0, NEEDLE_LENGTH));
}
