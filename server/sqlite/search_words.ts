/** What a user typed into a search, as a query that FTS5 understands and that cannot fail. */

export interface SearchWords {
  /** All of them, one after the other. */
  readonly text: string;
  /** For MATCH: every word or phrase quoted, joined by AND. */
  readonly match: string;
  /** Parts of the words that are plain ASCII; the folded text of whatever matches contains them all. A cheap test before the exact one. */
  readonly needles: readonly string[];
}

/** Words after these are left out: each costs a walk through the index. */
const MAX_WORDS = 64;

/** A phrase in quotes, or a word; either may end in the star of a prefix. A quote without its other half separates words. */
const PART = /"([^"]*)"(\*?)|([^\s"]+)/g;

/** What the tokenizer unicode61 takes for parts of words; other characters separate them. */
const IS_WORD = /[\p{L}\p{N}\p{Co}]/u;

const IS_ASCII = /^[ -~]*$/;

/** @returns null where there is no word in it */
export function parseSearchWords(typed: string): SearchWords | null {
  const parts = [...typed.replaceAll("\0", " ").toWellFormed().matchAll(PART)]
    .map(([, phrase, star, word]) => toPart(phrase ?? word!, star === "*"))
    .filter(({ text }) => IS_WORD.test(text))
    .slice(0, MAX_WORDS);
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

function toPart(typed: string, hasStar: boolean): { text: string; isPrefix: boolean } {
  const text = typed.replace(/\*+$/, "");
  return { text, isPrefix: hasStar || text !== typed };
}

function piecesOf(folded: string): string[] {
  return folded.split(/[^\p{L}\p{N}]+/u).filter((piece) => piece !== "");
}
